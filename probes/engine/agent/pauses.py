"""How long to wait before asking again."""

import random


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
