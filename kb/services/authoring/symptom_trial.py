"""Symptoms tried before they are saved: against one text, and against what people pasted before."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from django.utils.translation import gettext as _

from kb.matching.phrases import find_pattern, find_phrase
from kb.matching.runs import stands_in
from kb.matching.values import Span
from kb.models import Investigation
from kb.services.authoring.symptom_hits import Hits, Kin
from kb.services.guides.patterns import problem_of

# What is read of a text that is tried, and what is shown of the cases that a symptom hits.
MOST_CHARS = 100_000
MOST_CASES = 5
MOST_SYMPTOMS = 200
MOST_SIGNS = 3


@dataclass(frozen=True, kw_only=True)
class TriedSymptom:
    """A symptom as it stands in the form."""

    slug: str
    phrases: tuple[str, ...]
    pattern: str

    @property
    def signs(self) -> list[tuple[str, bool]]:
        """Each phrase and the pattern, with whether it is the pattern."""
        found = [(phrase, False) for phrase in self.phrases if phrase.strip()]
        return found + ([(self.pattern, True)] if self.pattern else [])


@dataclass(frozen=True, kw_only=True)
class TriedSign:
    """A phrase or pattern, and where it stands in the text; `problem` says why it was not tried."""

    sign: str
    is_pattern: bool
    spans: tuple[Span, ...]
    problem: str = ""


@dataclass(frozen=True, kw_only=True)
class SymptomOutcome:
    """`cases` are the newest that it hit, by `right`, `wrong` and `open`."""

    symptom: TriedSymptom
    signs: tuple[TriedSign, ...]
    hits: Hits
    cases: dict[str, list[Investigation]] = field(default_factory=dict)

    @property
    def is_hit(self) -> bool:
        return any(one.spans for one in self.signs)

    @property
    def first_signs(self) -> list[TriedSign]:
        """The few to show: what hit or cannot be used comes first."""
        return sorted(self.signs, key=lambda one: not (one.spans or one.problem))[:MOST_SIGNS]

    @property
    def further_signs(self) -> int:
        return len(self.signs) - len(self.first_signs)


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """A piece of the text, and the symptoms whose words it is part of."""

    text: str
    symptoms: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Trial:
    outcomes: tuple[SymptomOutcome, ...]
    text: tuple[Stretch, ...]
    tried_past: int

    @property
    def hit_count(self) -> int:
        return sum(one.is_hit for one in self.outcomes)


def try_symptoms(
    symptoms: Sequence[TriedSymptom],
    text: str,
    *,
    past: Sequence[Investigation] = (),
    causes: Collection[int] = (),
) -> Trial:
    """What stands in the text comes first, then what hits wrongly most.

    `causes` are those of the guide: a past case that ended with one of them is hit rightly.
    """
    text = text.replace("\r\n", "\n")[:MOST_CHARS]
    kin = Kin(causes=causes)
    found = [_outcome(one, text, past, kin) for one in symptoms[:MOST_SYMPTOMS]]
    outcomes = tuple(sorted(found, key=lambda one: (not one.is_hit, -one.hits.wrong)))
    return Trial(outcomes=outcomes, text=tuple(_stretches(text, outcomes)), tried_past=len(past))


def _outcome(
    symptom: TriedSymptom, text: str, past: Iterable[Investigation], kin: Kin
) -> SymptomOutcome:
    signs = tuple(_tried(sign, is_pattern, text) for sign, is_pattern in symptom.signs)
    usable = [one for one in signs if not one.problem]
    judged: dict[str, list[Investigation]] = {"right": [], "wrong": [], "open": []}
    for case in past:
        if any(_hits(one, case.text) for one in usable):
            judged[kin.judges(case)].append(case)
    return SymptomOutcome(
        symptom=symptom,
        signs=signs,
        hits=Hits(**{name: len(cases) for name, cases in judged.items()}),
        cases={name: cases[:MOST_CASES] for name, cases in judged.items()},
    )


def _tried(sign: str, is_pattern: bool, text: str) -> TriedSign:
    problem = problem_of(sign) if is_pattern else None
    said = _(problem.template) % problem.values if problem else ""
    if problem:
        spans: list[Span] = []
    else:
        spans = find_pattern(sign, text) if is_pattern else find_phrase(sign, text)
    return TriedSign(sign=sign, is_pattern=is_pattern, spans=tuple(spans), problem=said)


def _hits(sign: TriedSign, text: str) -> bool:
    if sign.is_pattern:
        return bool(find_pattern(sign.sign, text))
    return stands_in(sign.sign, text)


def _stretches(text: str, outcomes: Iterable[SymptomOutcome]) -> Iterator[Stretch]:
    """The text cut wherever a hit starts or ends."""
    spans = [
        (start, end, outcome.symptom.slug)
        for outcome in outcomes
        for sign in outcome.signs
        for start, end in sign.spans
    ]
    cuts = sorted({0, len(text), *(place for start, end, _slug in spans for place in (start, end))})
    for start, end in pairwise(cuts):
        names = dict.fromkeys(slug for a, b, slug in spans if a <= start and end <= b)
        yield Stretch(text=text[start:end], symptoms=tuple(names))
