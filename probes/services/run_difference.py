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


@dataclass(frozen=True, kw_only=True)
class FactChange:
    """`how`: added, removed or changed."""

    name: str
    how: str
    before: Any
    after: Any


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line of the output: `how` is added, removed, same or gap. Pieces are (is it new or gone, text)."""

    how: str
    pieces: tuple[tuple[bool, str], ...]


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
        facts=tuple(_facts(good.facts, run.facts)),
        lines=tuple(output_difference(good.output, run.output)),
    )


def _facts(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[FactChange]:
    for name in dict.fromkeys([*before, *after]):
        old, new = before.get(name), after.get(name)
        if old != new:
            how = "added" if old is None else "removed" if new is None else "changed"
            yield FactChange(name=name, how=how, before=old, after=new)


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


_Pieces = tuple[tuple[bool, str], ...]


def _words(old: str, new: str) -> tuple[_Pieces, _Pieces]:
    """Two lines in pieces, each with whether the other line lacks it."""
    before, after = (re.findall(r"\w+|\s+|[^\w\s]", line) for line in (old, new))
    before_pieces, after_pieces = [], []
    for tag, a, b, c, d in difflib.SequenceMatcher(None, before, after).get_opcodes():
        before_pieces.append((tag != "equal", "".join(before[a:b])))
        after_pieces.append((tag != "equal", "".join(after[c:d])))
    return _said(before_pieces), _said(after_pieces)


def _said(pieces: Sequence[tuple[bool, str]]) -> _Pieces:
    return tuple(piece for piece in pieces if piece[1])
