"""How long to wait before asking again, and saying so once."""

import logging
import random

from probes.engine.agent.client import Unreachable

logger = logging.getLogger("knownfix.agent")


class Pause:
    """Longer with every time in a row, and never the same on two agents."""

    def __init__(self, shortest_s: float, longest_s: float) -> None:
        self._next_s = self._shortest_s = shortest_s
        self._longest_s = longest_s

    def next_s(self) -> float:
        now_s, self._next_s = self._next_s, min(self._next_s * 2, self._longest_s)
        return now_s * random.uniform(0.5, 1.0)  # noqa: S311 - spreads load, guards nothing

    def reset(self) -> None:
        self._next_s = self._shortest_s


class Away:
    """A base that does not answer: a line when it goes, when the reason changes, when it is back."""

    def __init__(self) -> None:
        self._pause = Pause(0.5, 10.0)
        self._said = ""

    def next_s(self, reason: Unreachable) -> float:
        if str(reason) != self._said:
            self._said = str(reason)
            logger.warning("the base does not answer (%s); asking again until it does", reason)
        return max(self._pause.next_s(), reason.wait_s)

    def is_back(self) -> None:
        if self._said:
            logger.info("the base answers again")
        self._said = ""
        self._pause.reset()
