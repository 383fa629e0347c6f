"""How often a repair worked, and how sure we can be of that."""

import math

# Two-sided 95 %.
_Z = 1.959964


def wilson(worked: int, tried: int) -> tuple[float, float]:
    """The Wilson score interval (JASA 22:209, 1927) of `worked` out of `tried`.

    Its lower end orders repairs: 1 of 1 (0.21) never beats 40 of 45 (0.77).
    """
    if tried <= 0:
        return (0.0, 1.0)
    share, z2 = worked / tried, _Z * _Z
    middle = (share + z2 / (2 * tried)) / (1 + z2 / tried)
    half = _Z / (1 + z2 / tried) * math.sqrt(share * (1 - share) / tried + z2 / (4 * tried**2))
    return (max(0.0, middle - half), min(1.0, middle + half))


def standing(worked: int, tried: int) -> float:
    """What a repair is ordered by: an untried one stands where 1 of 1 does.

    So a single success changes nothing in the author's order, and a second one does.
    """
    return round(wilson(worked, tried)[0] if tried else wilson(1, 1)[0], 9)
