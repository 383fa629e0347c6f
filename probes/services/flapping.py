"""Whether a state comes and goes, found the way Nagios finds it.

Source: Nagios Core, base/flapping.c `check_for_service_flapping` and "Detection and Handling of
State Flapping" in its manual. Of the last 21 looks the 20 changes between neighbours are counted,
the oldest with weight 0.75 and the newest with 1.25, as a percentage of 20. Flapping starts at
the high threshold and ends below the low one. The thresholds are those of the nagios.cfg that
is shipped (20 and 5): four changes in the window start it, and one that is not new any more no
longer keeps it. Nagios fills a short history with its first state; so it is here, because what
is not there changes nothing.
"""

LOOKS = 21
START_PERCENT, END_PERCENT = 20.0, 5.0
_OLDEST, _NEWEST = 0.75, 1.25


def change_percent(history: str) -> float:
    """`history` is a letter per look, the newest last; those before the last 21 do not count."""
    seen = history[-LOOKS:] or "?"
    padded = seen.rjust(LOOKS, seen[0])
    step = (_NEWEST - _OLDEST) / (LOOKS - 2)
    weights = (_OLDEST + place * step for place in range(LOOKS - 1))
    pairs = zip(padded, padded[1:], weights, strict=False)
    return 100 * sum(weight for before, after, weight in pairs if before != after) / (LOOKS - 1)


def is_flapping(history: str, *, was_flapping: bool) -> bool:
    percent = change_percent(history)
    return percent >= (END_PERCENT if was_flapping else START_PERCENT)
