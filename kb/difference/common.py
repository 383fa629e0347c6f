"""What two sequences have in common, in order: patience difference with a bounded rest.

Elements that stand exactly once on either side are anchors (Bram Cohen's patience diff); what
lies between two anchors is looked at again by itself. A stretch without anchors is compared
element by element while the budget lasts, so that no two texts can take long: the anchors cost
O(n log n), the rest at most `BUDGET` comparisons.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence

# One stretch as a rectangle of comparisons, and all of them together.
LARGEST, BUDGET = 400_000, 4_000_000

Stretch = tuple[int, int, int, int]


def common(before: Sequence[str], after: Sequence[str]) -> list[tuple[int, int]]:
    """Pairs of places that hold the same element, rising on both sides."""
    pairs: list[tuple[int, int]] = []
    budget = BUDGET
    waiting: list[Stretch] = [(0, len(before), 0, len(after))]
    while waiting:
        ends, stretch = _same_ends(before, after, waiting.pop())
        pairs += ends
        low, high, start, stop = stretch
        size = (high - low) * (stop - start)
        if not size:
            continue
        if anchors := _anchors(before, after, stretch):
            pairs += anchors
            waiting += _between(anchors, stretch)
        elif size <= min(LARGEST, budget):
            budget -= size
            pairs += _element_by_element(before, after, stretch)
    return sorted(pairs)


def _same_ends(
    before: Sequence[str], after: Sequence[str], stretch: Stretch
) -> tuple[list[tuple[int, int]], Stretch]:
    """What both begin and end with, and the rest."""
    low, high, start, stop = stretch
    pairs = []
    while low < high and start < stop and before[low] == after[start]:
        pairs.append((low, start))
        low, start = low + 1, start + 1
    while low < high and start < stop and before[high - 1] == after[stop - 1]:
        high, stop = high - 1, stop - 1
        pairs.append((high, stop))
    return pairs, (low, high, start, stop)


def _anchors(
    before: Sequence[str], after: Sequence[str], stretch: Stretch
) -> list[tuple[int, int]]:
    """The longest rising row of elements that stand once on either side."""
    low, high, start, stop = stretch
    once = _once(before, low, high)
    places = {after[place]: place for place in range(start, stop)}
    unique = _once(after, start, stop)
    shared = [
        (place, places[before[place]])
        for place in range(low, high)
        if before[place] in once and before[place] in unique
    ]
    return _longest_rising(shared)


def _once(elements: Sequence[str], low: int, high: int) -> set[str]:
    counted = Counter(elements[low:high])
    return {element for element, count in counted.items() if count == 1 and element.strip()}


def _longest_rising(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Patience sorting: the pairs rise on the first side already."""
    tops: list[int] = []
    top_of: list[int] = []
    behind: list[int] = []
    for index, (_place, other) in enumerate(pairs):
        pile = bisect_left(tops, other)
        behind.append(top_of[pile - 1] if pile else -1)
        tops[pile : pile + 1] = [other]
        top_of[pile : pile + 1] = [index]
    row, index = [], top_of[-1] if top_of else -1
    while index >= 0:
        row.append(pairs[index])
        index = behind[index]
    return row[::-1]


def _between(anchors: Sequence[tuple[int, int]], stretch: Stretch) -> Iterator[Stretch]:
    low, high, start, stop = stretch
    for place, other in anchors:
        yield low, place, start, other
        low, start = place + 1, other + 1
    yield low, high, start, stop


def _element_by_element(
    before: Sequence[str], after: Sequence[str], stretch: Stretch
) -> Iterator[tuple[int, int]]:
    """The longest common subsequence, by the textbook table: `n * m` steps whatever they hold."""
    low, high, start, stop = stretch
    table = [[0] * (stop - start + 1)]
    for place in range(high - 1, low - 1, -1):
        table.append(_row(before[place], after[start:stop], table[-1]))
    table.reverse()
    place, other = 0, 0
    while table[place][other]:
        if before[low + place] == after[start + other]:
            yield low + place, start + other
            place, other = place + 1, other + 1
        elif table[place + 1][other] >= table[place][other + 1]:
            place += 1
        else:
            other += 1


def _row(element: str, others: Sequence[str], below: Sequence[int]) -> list[int]:
    """How much the rests from here on have in common, per place on the other side."""
    row, longest = [0] * len(below), 0
    for index in range(len(others) - 1, -1, -1):
        fits = others[index] == element
        longest = below[index + 1] + 1 if fits else max(longest, below[index])
        row[index] = longest
    return row
