"""What whoever asks for work does for all: lost batches are closed, due schedules request theirs."""

import math
import time
from collections.abc import Callable

from probes.services.firing import fire_due
from probes.services.running import sweep

SWEEP_EVERY_S = 5.0
FIRE_EVERY_S = 1.0


# What the apps above want done now and then, and its pause in seconds. Only a worker does it.
_CHORES: dict[Callable[[], None], float] = {}


def add_chore(chore: Callable[[], None], *, every_s: float) -> None:
    """Have workers do it every so often. It must be short: due schedules wait meanwhile."""
    _CHORES[chore] = every_s


class Upkeep:
    """Asked as often as one likes, it is done only so often. One per process is enough, and any
    number of processes may do it at once. `clock` gives seconds that never go back."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._swept_at = self._fired_at = -math.inf
        self._done_at: dict[Callable[[], None], float] = {}

    def chores_when_due(self) -> None:
        """What is not urgent; at the first time, only the clock starts."""
        now = self._clock()
        for chore, every_s in _CHORES.items():
            if now - self._done_at.setdefault(chore, now) >= every_s:
                chore()
                self._done_at[chore] = now

    def when_due(self) -> None:
        now = self._clock()
        if now - self._swept_at >= SWEEP_EVERY_S:
            sweep()
            self._swept_at = now
        if now - self._fired_at >= FIRE_EVERY_S:
            fire_due()
            self._fired_at = now
