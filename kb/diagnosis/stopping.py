"""When to stop looking: the one rule, for advice, recorded cases and the laboratory alike."""

from typing import Literal

from kb.diagnosis.advice import Advice
from kb.diagnosis.values import Ranking

Settled = Literal["cause", "none_of_these", "nothing_left"]

# Who believes in a cause by nine in ten gains little by another look, and one wrong stop in ten
# is what that belief itself allows. It holds for "none of these" as well: that is an answer, too.
SETTLED_AT = 0.90
# A belief that is nine tenths but for the last bits of a float is nine tenths.
_SLACK = 1e-9


def is_settled(ranking: Ranking, advice: Advice | None) -> Settled | None:
    """Why looking may stop, or None while it should go on.

    `cause`: the first cause has `SETTLED_AT`. `none_of_these`: that nobody wrote the cause down
    has as much. `nothing_left`: no check that could still be asked would tell anything.
    """
    if ranking.beliefs and ranking.beliefs[0].belief >= SETTLED_AT - _SLACK:
        return "cause"
    if ranking.none_of_these >= SETTLED_AT - _SLACK:
        return "none_of_these"
    return "nothing_left" if advice is None else None


def likeliest(ranking: Ranking) -> str:
    """The key of the cause that is believed most, empty where "none of these" is."""
    if not ranking.beliefs or ranking.none_of_these > ranking.beliefs[0].belief:
        return ""
    return ranking.beliefs[0].key
