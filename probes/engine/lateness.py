"""How late the event loop is: a probe that waited for its runner has not waited for its target."""

import asyncio
from collections import deque
from types import TracebackType
from typing import Self

_TICK_S = 0.02
# Remembered ticks that were late by more than this; the rest are noise.
_WORTH_KEEPING_S = 0.01
_REMEMBERED = 1000


class Lateness:
    """Ticks while it is open, and answers how late the worst tick since a moment was."""

    def __init__(self) -> None:
        self._late: deque[tuple[float, float]] = deque(maxlen=_REMEMBERED)
        self._due = 0.0
        self._handle: asyncio.TimerHandle | None = None

    async def __aenter__(self) -> Self:
        self._schedule(asyncio.get_running_loop())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._handle is not None:
            self._handle.cancel()

    def since(self, started: float, *, deadline: float) -> float:
        """Seconds: the worst tick that ended after `started`, one that is overdue right now,
        or how far past the deadline it is."""
        now = asyncio.get_running_loop().time()
        worst = max(now - self._due, now - deadline, 0.0)
        for at, late in reversed(self._late):
            if at < started:
                break
            worst = max(worst, late)
        return worst

    def _schedule(self, loop: asyncio.AbstractEventLoop) -> None:
        self._due = loop.time() + _TICK_S
        self._handle = loop.call_at(self._due, self._tick, loop)

    def _tick(self, loop: asyncio.AbstractEventLoop) -> None:
        now = loop.time()
        if now - self._due > _WORTH_KEEPING_S:
            self._late.append((now, now - self._due))
        self._schedule(loop)
