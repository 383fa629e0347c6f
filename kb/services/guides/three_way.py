"""Two people's edits of one beginning put together: what only one changed is taken, the rest asked.

The three-way merge of version control (diff3), over the named values of a form and over the lines
of a text.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Literal, TypeAlias

# What one field of a form sends: none, one or several texts.
Value: TypeAlias = tuple[str, ...]
Row: TypeAlias = Mapping[str, Value]
Whose: TypeAlias = Literal["theirs", "mine", "both"]

DELETED = "DELETE"


@dataclass(frozen=True, kw_only=True)
class Filled:
    """A form as it was filled in: its own fields, and by list the rows by what names them."""

    fields: Row = field(default_factory=dict)
    rows: Mapping[str, Mapping[str, Row]] = field(default_factory=dict)

    def value(self, place: "Place") -> Value | None:
        if not place.rows:
            return self.fields.get(place.field)
        return self.rows.get(place.rows, {}).get(place.row, {}).get(place.field)

    def places(self) -> Iterator["Place"]:
        yield from (Place(rows="", row="", field=name) for name in self.fields)
        for rows, by_name in self.rows.items():
            for row, fields in by_name.items():
                # Whether a row goes is asked also where nothing was sent about it.
                yield from (
                    Place(rows=rows, row=row, field=name) for name in {**fields, DELETED: ()}
                )

    def has_row(self, place: "Place") -> bool:
        return not place.rows or place.row in self.rows.get(place.rows, {})


@dataclass(frozen=True, kw_only=True, order=True)
class Place:
    """A field; `rows` and `row` are empty for the form's own."""

    rows: str
    row: str
    field: str


@dataclass(frozen=True, kw_only=True)
class Differing:
    """A field in which the three are not the same. `began` is None where it is not known.

    `merged` is what a save would take when nobody chose otherwise.
    """

    place: Place
    whose: Whose
    began: Value | None
    theirs: Value | None
    mine: Value | None
    merged: Value


def compare(began: Filled, theirs: Filled, mine: Filled) -> list[Differing]:
    """Every field that somebody changed, in the order of the form."""
    places = dict.fromkeys([*theirs.places(), *mine.places(), *began.places()])
    found = (_compared(place, began, theirs, mine) for place in places)
    return [one for one in found if one is not None]


def _compared(place: Place, began: Filled, theirs: Filled, mine: Filled) -> Differing | None:
    b, t, m = began.value(place), theirs.value(place), mine.value(place)
    if place.field == DELETED:
        whose, b, t, m = _of_deletion(place, began, theirs, mine)
    elif not theirs.has_row(place) or not mine.has_row(place):
        # The row as a whole is what differs; its deletion or its being new says so.
        return None
    else:
        whose = _whose(b, t, m)
    if whose is None:
        return None
    merged = {"theirs": t, "mine": m, "both": m}[whose]
    return Differing(place=place, whose=whose, began=b, theirs=t, mine=m, merged=merged or ())


def _whose(began: Value | None, theirs: Value | None, mine: Value | None) -> Whose | None:
    if (theirs or ()) == (mine or ()):
        return None
    if began is None:
        return "both"
    if mine is None or mine == began:
        return "theirs"
    return "mine" if (theirs or ()) == began else "both"


def _of_deletion(
    place: Place, began: Filled, theirs: Filled, mine: Filled
) -> tuple[Whose | None, Value | None, Value | None, Value | None]:
    """A row that one threw away is asked about when the other changed it."""
    old = began.rows.get(place.rows, {}).get(place.row)
    their = theirs.rows.get(place.rows, {}).get(place.row)
    my = mine.rows.get(place.rows, {}).get(place.row)
    thrown = ("on",)
    if their is None and my is not None and not place.row.startswith("+"):
        whose: Whose = "theirs" if _same(old, my) else "both"
        return whose, (), thrown, my.get(DELETED, ())
    if my is not None and my.get(DELETED):
        return ("mine" if _same(old, their) else "both"), (), (), thrown
    return None, None, None, None


def _same(one: Row | None, other: Row | None) -> bool:
    if one is None or other is None:
        return False
    names = (one.keys() | other.keys()) - {DELETED}
    return all(one.get(name, ()) == other.get(name, ()) for name in names)


@dataclass(frozen=True, kw_only=True)
class MergedText:
    """`overlaps` counts the places that both changed; there `text` holds theirs, then mine."""

    text: str
    overlaps: int


def merge_lines(began: str, theirs: str, mine: str) -> MergedText:
    """Both people's changed lines in one text."""
    b, t, m = (text.replace("\r\n", "\n").split("\n") for text in (began, theirs, mine))
    merged: list[str] = []
    overlaps = 0
    for old, their, my in _chunks(b, t, m):
        if their == my or my == old:
            merged += their
        elif their == old:
            merged += my
        else:
            overlaps += 1
            merged += [*their, *my]
    return MergedText(text="\n".join(merged), overlaps=overlaps)


Lines: TypeAlias = Sequence[str]


def _chunks(began: Lines, theirs: Lines, mine: Lines) -> Iterator[tuple[Lines, Lines, Lines]]:
    """The texts cut at the runs of lines that all three share."""
    at_b = at_t = at_m = 0
    for b, t, m, size in _shared(began, theirs, mine):
        yield began[at_b:b], theirs[at_t:t], mine[at_m:m]
        yield (began[b : b + size],) * 3
        at_b, at_t, at_m = b + size, t + size, m + size


def _shared(began: Lines, theirs: Lines, mine: Lines) -> Iterator[tuple[int, int, int, int]]:
    """Where a run of lines starts in each text, and how long it is; an empty run at the end."""
    in_theirs = _matched(began, theirs)
    in_mine = _matched(began, mine)
    at = 0
    while at < len(began):
        size = 0
        while (
            at + size in in_theirs
            and at + size in in_mine
            and in_theirs[at + size] == in_theirs[at] + size
            and in_mine[at + size] == in_mine[at] + size
        ):
            size += 1
        if size:
            yield at, in_theirs[at], in_mine[at], size
        at += max(size, 1)
    yield len(began), len(theirs), len(mine), 0


def _matched(one: Lines, other: Lines) -> dict[int, int]:
    blocks = SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks()
    return {a + step: b + step for a, b, size in blocks for step in range(size)}
