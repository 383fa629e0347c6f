"""A deadline for a block of awaits, as asyncio.timeout_at is, at a third of its cost.

Blocks that end within the same few milliseconds share one timer of the event loop: a timer each, nearly
always cancelled, was a twentieth of what an HTTP probe costs.
"""

import asyncio
from types import TracebackType
from weakref import WeakKeyDictionary

_SHARED_S = 0.01
# What ends when, by the number of its moment.
_Due = dict[int, set["within"]]
_due: WeakKeyDictionary[asyncio.AbstractEventLoop, _Due] = WeakKeyDictionary()


class within:
    """`with within(when):` cancels what it waits for at `when` (loop time, at most 10 ms later) and
    raises TimeoutError."""

    __slots__ = ("_cancelling", "_due", "_is_over", "_task", "_when")

    def __init__(self, when: float) -> None:
        self._when = when
        self._is_over = False

    def __enter__(self) -> None:
        loop = asyncio.get_running_loop()
        task = asyncio.current_task()
        assert task is not None
        self._task, self._cancelling = task, task.cancelling()
        self._due = _due_with(loop, self._when)
        self._due.add(self)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._due.discard(self)
        if not self._is_over:
            return
        if self._task.uncancel() <= self._cancelling and kind is asyncio.CancelledError:
            raise TimeoutError from error

    def expire(self) -> None:
        self._is_over = True
        self._task.cancel()


def _due_with(loop: asyncio.AbstractEventLoop, when: float) -> set[within]:
    slots = _due.get(loop)
    if slots is None:
        slots = _due[loop] = {}
    number = int(when / _SHARED_S) + 1
    due = slots.get(number)
    if due is None:
        due = slots[number] = set()
        loop.call_at(number * _SHARED_S, _expire, slots, number)
    return due


def _expire(slots: _Due, number: int) -> None:
    for block in slots.pop(number):
        block.expire()
