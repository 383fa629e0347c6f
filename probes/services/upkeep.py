"""What whoever asks for work does for all: lost batches are closed, due schedules request theirs."""

import math
import time
from collections.abc import Callable

from probes.services.firing import fire_due
from probes.services.running import sweep

SWEEP_EVERY_S = 5.0
FIRE_EVERY_S = 1.0


class Upkeep:
    """Asked as often as one likes, it is done only so often. One per process is enough, and any
    number of processes may do it at once. `clock` gives seconds that never go back."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._swept_at = self._fired_at = -math.inf

    def when_due(self) -> None:
        now = self._clock()
        if now - self._swept_at >= SWEEP_EVERY_S:
            sweep()
            self._swept_at = now
        if now - self._fired_at >= FIRE_EVERY_S:
            fire_due()
            self._fired_at = now
