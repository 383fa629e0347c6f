"""What a run saw otherwise than the last good run of the same probe with the same values."""

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from probes.models import BatchItem, Run, Status

# How far back a good run is looked for, so that a probe that always fails costs no more.
LOOKED_BACK = 500
MOST_LINES = 400
CONTEXT = 2
# They differ between any two looks and would bury the rest; how long it took is said apart.
_TIMES = frozenset({"timings", "elapsed_s", "times_ms"})
Pieces = tuple[tuple[bool, str], ...]


@dataclass(frozen=True, kw_only=True)
class FactChange:
    """`how`: added, removed or changed. Two texts are also given in pieces, each with whether the
    other text lacks it."""

    name: str
    how: str
    before: Any
    after: Any
    before_pieces: Pieces = ()
    after_pieces: Pieces = ()


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line of the output: `how` is added, removed, same or gap. Pieces are (is it new or gone, text)."""

    how: str
    pieces: Pieces


@dataclass(frozen=True, kw_only=True)
class RunDifference:
    good: Run
    facts: tuple[FactChange, ...]
    lines: tuple[Line, ...]


def last_good_run(run: Run) -> Run | None:
    """The newest OK run before this one, among the probe's last ones before it."""
    item = run.item
    if item.probe_id is None:
        return None
    before = BatchItem.objects.filter(probe_id=item.probe_id, pk__lt=item.pk).order_by("-pk")
    columns = ("pk", "values", "run__status")
    seen = before.filter(run__isnull=False).values_list(*columns)[:LOOKED_BACK]
    found = next(
        (pk for pk, values, status in seen if values == item.values and status == Status.OK), None
    )
    return Run.objects.select_related("item__batch").get(item_id=found) if found else None


def difference(good: Run, run: Run) -> RunDifference:
    return RunDifference(
        good=good,
        facts=tuple(
            change
            for change in _facts(good.facts, run.facts)
            if not _is_in_output(change.after, run.output)
        ),
        lines=tuple(output_difference(good.output, run.output)),
    )


def _is_in_output(fact: Any, output: str) -> bool:
    """An excerpt says nothing that the difference of the outputs does not say."""
    return isinstance(fact, str) and "\n" in fact.strip() and fact.strip() in output


def _facts(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[FactChange]:
    old_facts, new_facts = dict(_flat("", before)), dict(_flat("", after))
    for name in dict.fromkeys([*old_facts, *new_facts]):
        old, new = old_facts.get(name), new_facts.get(name)
        if old != new:
            yield _change(name, old, new)


def _flat(prefix: str, facts: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Facts within facts by their whole name, so that only what differs is shown."""
    for name, value in facts.items():
        if name in _TIMES:
            continue
        if isinstance(value, Mapping):
            yield from _flat(f"{prefix}{name}.", value)
        elif isinstance(value, list) and value and all(isinstance(one, Mapping) for one in value):
            for number, one in enumerate(value, start=1):
                yield from _flat(f"{prefix}{name}.{number}.", one)
        else:
            yield prefix + name, value


def _change(name: str, old: Any, new: Any) -> FactChange:
    if old is None or new is None:
        how = "added" if old is None else "removed"
        return FactChange(name=name, how=how, before=old, after=new)
    old_pieces, new_pieces = (
        _words(old, new) if isinstance(old, str) and isinstance(new, str) else ((), ())
    )
    return FactChange(
        name=name,
        how="changed",
        before=old,
        after=new,
        before_pieces=old_pieces,
        after_pieces=new_pieces,
    )


def output_difference(before: str, after: str) -> Iterator[Line]:
    """Lines that differ with some around them; words that differ are marked where a line was
    replaced by another one. Only the last lines are compared."""
    old, new = before.splitlines()[-MOST_LINES:], after.splitlines()[-MOST_LINES:]
    groups = list(difflib.SequenceMatcher(None, old, new).get_grouped_opcodes(CONTEXT))
    for number, group in enumerate(groups):
        if number:
            yield Line(how="gap", pieces=())
        for tag, old_from, old_to, new_from, new_to in group:
            if tag == "equal":
                yield from (
                    Line(how="same", pieces=((False, line),)) for line in old[old_from:old_to]
                )
            else:
                yield from _replaced(old[old_from:old_to], new[new_from:new_to])


def _replaced(old: Sequence[str], new: Sequence[str]) -> Iterator[Line]:
    pairs = [_words(*pair) for pair in zip(old, new, strict=False)]
    yield from (Line(how="removed", pieces=before) for before, _after in pairs)
    yield from (Line(how="removed", pieces=((False, line),)) for line in old[len(pairs) :])
    yield from (Line(how="added", pieces=after) for _before, after in pairs)
    yield from (Line(how="added", pieces=((False, line),)) for line in new[len(pairs) :])


def _words(old: str, new: str) -> tuple[Pieces, Pieces]:
    """Two lines in pieces, each with whether the other line lacks it."""
    before, after = (re.findall(r"\w+|\s+|[^\w\s]", line) for line in (old, new))
    before_pieces, after_pieces = [], []
    for tag, a, b, c, d in difflib.SequenceMatcher(None, before, after).get_opcodes():
        before_pieces.append((tag != "equal", "".join(before[a:b])))
        after_pieces.append((tag != "equal", "".join(after[c:d])))
    return _said(before_pieces), _said(after_pieces)


def _said(pieces: Sequence[tuple[bool, str]]) -> Pieces:
    return tuple(piece for piece in pieces if piece[1])
