"""What to mark in the text: stretches that counted, none of them over another."""

from collections.abc import Iterator

from kb.services.cases.reading import Case
from kb.services.diagnosing.answers import Mark


def marks_of(case: Case) -> tuple[Mark, ...]:
    """Symptoms first, then facts, then words, longer before shorter; in the text's order."""
    taken: list[Mark] = []
    for mark in _wanted(case):
        if mark.start < mark.end and not any(_overlap(mark, other) for other in taken):
            taken.append(mark)
    return tuple(sorted(taken, key=lambda mark: mark.start))


def _wanted(case: Case) -> Iterator[Mark]:
    matches = [case.matches[guide.pk] for guide in case.guides if guide.pk in case.matches]
    yield from _longest_first(
        Mark(start=hit.span[0], end=hit.span[1], label="symptom")
        for match in matches
        for hit in match.symptoms
    )
    yield from _longest_first(
        Mark(start=fact.span[0], end=fact.span[1], label=fact.type) for fact in case.analysis.facts
    )
    yield from _longest_first(
        Mark(start=start, end=end, label="word")
        for match in matches
        for part in match.why
        for start, end in part.spans
    )


def _longest_first(marks: Iterator[Mark]) -> list[Mark]:
    return sorted(marks, key=lambda mark: (mark.start - mark.end, mark.start, mark.label))


def _overlap(one: Mark, other: Mark) -> bool:
    return one.start < other.end and other.start < one.end
