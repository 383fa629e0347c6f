"""Earlier cases as the page lists them: what worked, and why they are similar."""

from collections.abc import Iterable
from dataclasses import dataclass

from kb.matching.identity import CONCEPT
from kb.models import Investigation
from kb.services.cases.similar import SimilarCase
from kb.views.pasted import Clue


@dataclass(frozen=True, kw_only=True)
class Earlier:
    """`shared` holds the clues in the new text's own words, each once.

    What both texts only mean is said where they state nothing in common.
    """

    case: Investigation
    is_same_text: bool
    is_same_cause: bool
    shared: tuple[Clue, ...]
    more: int


def earlier(cases: Iterable[SimilarCase], text: str) -> list[Earlier]:
    return [
        Earlier(
            case=one.case,
            is_same_text=one.is_same_text,
            is_same_cause=one.is_same_cause,
            more=one.more,
            shared=_clues(one, text),
        )
        for one in cases
    ]


def _clues(one: SimilarCase, text: str) -> tuple[Clue, ...]:
    stated = [shared for shared in one.shared if shared.type != CONCEPT]
    clues = [
        Clue(type=shared.type, value=text[slice(*shared.span)]) for shared in stated or one.shared
    ]
    return tuple(dict.fromkeys(clues))
