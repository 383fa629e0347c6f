"""Earlier cases as the page lists them: what worked, and why they are similar."""

from collections.abc import Iterable
from dataclasses import dataclass

from kb.models import Investigation
from kb.services.similar import SimilarCase
from kb.views.pasted import Clue


@dataclass(frozen=True, kw_only=True)
class Earlier:
    """`shared` holds the clues in the new text's own words, each once."""

    case: Investigation
    is_same_text: bool
    is_same_cause: bool
    shared: tuple[Clue, ...]


def earlier(cases: Iterable[SimilarCase], text: str) -> list[Earlier]:
    return [
        Earlier(
            case=one.case,
            is_same_text=one.is_same_text,
            is_same_cause=one.is_same_cause,
            shared=tuple(
                dict.fromkeys(
                    Clue(type=shared.type, value=text[slice(*shared.span)]) for shared in one.shared
                )
            ),
        )
        for one in cases
    ]
