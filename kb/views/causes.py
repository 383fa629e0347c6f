"""The ranked causes as a page lays them out: which stand open, which are folded away."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from kb.matching import Contribution
from kb.models import Resolution
from kb.services.diagnosing.answers import ParameterValue, RankedCause, Suggestion, SymptomSeen
from kb.services.diagnosing.filling import filled_command, known_of
from kb.services.diagnosing.first_commands import Command, first_command
from kb.services.guides.headings import heading_of
from kb.templatetags.reasons import against_words
from kb.views.pasted import Span, lit

# More open cards than this and nobody reads the third.
MOST_OPEN = 3
OPEN_FROM = 0.15
SUPPORTED_FROM = 0.05
# Below this, and never looked at, a cause waits behind one line for all of them.
TAIL_BELOW = 0.02
MOST_WORDS = 8


@dataclass(frozen=True, kw_only=True)
class Row:
    """One reason: what sort of clue, the exact words, the marks to light up for it, its points.

    `label` stands where the text has no words for it.
    """

    kind: str
    label: str
    words: tuple[str, ...]
    lights: str
    amount: int


@dataclass(frozen=True, kw_only=True)
class Pointer:
    """A message in the text that speaks for a cause: how strongly, and the marks to light up."""

    seen: SymptomSeen
    strength: str
    lights: str


@dataclass(frozen=True, kw_only=True)
class Begin:
    """What a person can begin a repair with."""

    resolution: Resolution
    command: Command


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A ranked cause, its reasons in the text's own words, and whether its card stands open.

    The rows of `why` and `against` sum to the guide's score. `section` is the heading of the
    guide under which the cause stands. `is_lead`: first of all, so the next check stands in it.
    """

    ranked: RankedCause
    pointers: tuple[Pointer, ...]
    begin: Begin | None
    why: tuple[Row, ...]
    against: tuple[Row, ...]
    section: str
    is_open: bool

    @property
    def is_lead(self) -> bool:
        return self.ranked.rank == 1


@dataclass(frozen=True, kw_only=True)
class Layout:
    """Every cause once: those in question, those that runs ruled out, and the unlikely rest."""

    in_question: tuple[Entry, ...]
    ruled_out: tuple[Entry, ...]
    tail: tuple[Entry, ...]


def laid_out(
    causes: Sequence[RankedCause],
    text: str,
    marks: Iterable[Span],
    values: Sequence[ParameterValue] = (),
) -> Layout:
    """`values` are the case's: they fill the commands that a repair begins with."""
    marks = tuple(marks)
    opened = _opened(causes)
    told: set[int] = set()
    groups: dict[str, list[Entry]] = {"in_question": [], "ruled_out": [], "tail": []}
    for ranked in causes:
        entry = _entry(ranked, text, marks, is_open=ranked.rank in opened, is_told=told)
        entry = replace(entry, begin=_begin(ranked, values) if entry.is_open else None)
        groups[_group(entry)].append(entry)
    return Layout(**{name: tuple(entries) for name, entries in groups.items()})


def _opened(causes: Sequence[RankedCause]) -> set[int]:
    likely = [
        ranked.rank
        for ranked in causes
        if ranked.rank == 1
        or ranked.belief >= (SUPPORTED_FROM if _is_supported(ranked) else OPEN_FROM)
    ]
    return set(likely[:MOST_OPEN])


def _is_supported(ranked: RankedCause) -> bool:
    return ranked.state == "supported"


def _group(entry: Entry) -> str:
    ranked = entry.ranked
    if ranked.state == "ruled_out":
        return "ruled_out"
    is_unlikely = ranked.belief < TAIL_BELOW and not _is_supported(ranked)
    return "tail" if is_unlikely and not entry.is_open else "in_question"


def _entry(
    ranked: RankedCause, text: str, marks: tuple[Span, ...], *, is_open: bool, is_told: set[int]
) -> Entry:
    """A guide's reasons stand with its first cause only: they are the same for all of them."""
    is_first = ranked.guide.pk not in is_told
    is_told.add(ranked.guide.pk)
    return Entry(
        ranked=ranked,
        pointers=_pointers(ranked, marks),
        begin=None,
        why=_rows(ranked.why, text, marks) if is_first else (),
        against=_against(ranked.against, text, marks) if is_first else (),
        section=heading_of(ranked.guide, ranked.cause.section),
        is_open=is_open,
    )


def _pointers(ranked: RankedCause, marks: tuple[Span, ...]) -> tuple[Pointer, ...]:
    """One for the same words: a message and the shorter one within it are no two reasons."""
    kept: list[Suggestion] = []
    for one in ranked.suggested_by:
        if one.seen.explained_by or not any(_covers(other, one) for other in kept):
            kept.append(one)
    return tuple(
        Pointer(seen=one.seen, strength=one.strength, lights=lit([one.seen.span], marks))
        for one in kept
    )


def _covers(one: Suggestion, other: Suggestion) -> bool:
    (at, end), (inner_at, inner_end) = one.seen.span, other.seen.span
    return at <= inner_at and inner_end <= end and not one.seen.explained_by


def _begin(ranked: RankedCause, values: Sequence[ParameterValue]) -> Begin | None:
    """The first command of the first repair, which is the one to try first."""
    repairs = [view.resolution for view in ranked.resolutions if view.resolution.kind != "avoid"]
    for repair in repairs[:1]:
        if command := first_command(ranked.guide, repair.section or ranked.cause.section):
            own = known_of(one for one in values if one.guide.pk == ranked.guide.pk)
            text = filled_command(command.text, ranked.guide, own)
            return Begin(resolution=repair, command=replace(command, text=text))
    return None


# The matcher tells these apart for its arithmetic; to a reader they are all shared words.
_WORDS = frozenset(("word", "syllables", "identifier", "pair", "beginning"))


def _rows(reasons: Iterable[Contribution], text: str, marks: tuple[Span, ...]) -> tuple[Row, ...]:
    """One row per message or clue, heaviest first, and one for all words together.

    A clue whose words a heavier row has already adds its points there: ECONNREFUSED is not two
    things because it is a message and an idea.
    """
    heaviest = sorted(reasons, key=lambda reason: -abs(reason.amount))
    groups: list[list[Contribution]] = []
    for reason in [r for r in heaviest if r.kind not in _WORDS]:
        holder = next((group for group in groups if _holds(group, reason, text)), None)
        groups.append([reason]) if holder is None else holder.append(reason)
    rows = [_row(group[0].kind, group, text, marks) for group in groups]
    rows.sort(key=lambda row: -row.amount)
    said = [words for row in rows for words in row.words]
    if shared := [reason for reason in heaviest if reason.kind in _WORDS]:
        rows.append(_row("words", shared, text, marks, said=said))
    return tuple(rows)


def _holds(group: list[Contribution], reason: Contribution, text: str) -> bool:
    said = [text[at:end].lower() for one in group[:1] for at, end in one.spans]
    words = [text[at:end].lower() for at, end in reason.spans]
    return bool(words) and all(any(word in other for other in said) for word in words)


def _against(
    reasons: Iterable[Contribution], text: str, marks: tuple[Span, ...]
) -> tuple[Row, ...]:
    """One row each, as a sentence."""
    rows = [(reason, _row(reason.kind, [reason], text, marks)) for reason in reasons]
    return tuple(
        replace(row, label=against_words(reason.kind, reason.label)) for reason, row in rows
    )


def _row(
    kind: str,
    reasons: list[Contribution],
    text: str,
    marks: tuple[Span, ...],
    *,
    said: Sequence[str] = (),
) -> Row:
    spans = [span for reason in reasons for span in reason.spans]
    words = _news(dict.fromkeys(text[at:end] for at, end in spans), said)
    return Row(
        kind=kind,
        label="" if words else _("in the words above") if spans else reasons[0].label,
        words=words,
        lights=lit(spans, marks),
        amount=sum(reason.amount for reason in reasons),
    )


def _news(words: Iterable[str], said: Sequence[str]) -> tuple[str, ...]:
    """Words that no longer ones before them hold already, at most a lineful."""
    kept: list[str] = []
    for word in words:
        if not any(word.lower() in other.lower() for other in (*said, *kept)):
            kept.append(word)
    return tuple(kept[:MOST_WORDS])
