"""How long analysing a pasted log takes, beside the cheapest pass over it that finds its words."""

import re
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from kb.evaluation.written_logs import PROGRAMS, log, mixture
from kb.matching import analyse

_WORD = re.compile(r"\w+")
# Other texts of a kind that are analysed first. One program's words and forms are all met in two; a
# mixture's automatons know their states after some dozens, as those of a server that was used do.
_WARMING = {"mixture": 30}
_FEW = 2
_WARMING_SEEDS = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Speed:
    """Of one kind of log. `median` and `p95`: how many times `re.finditer(r"\\w+")` over it."""

    kind: str
    median: float
    p95: float
    milliseconds: float


def measure(*, texts: int = 30) -> list[Speed]:
    """Each kind by so many different texts, the worst kind last."""
    writers: dict[str, Callable[[int], str]] = {name: partial(log, name) for name in PROGRAMS}
    writers["mixture"] = mixture
    speeds = [_speed(kind, written, texts) for kind, written in writers.items()]
    return sorted(speeds, key=lambda speed: speed.median)


def _speed(kind: str, written: Callable[[int], str], texts: int) -> Speed:
    for seed in range(_WARMING.get(kind, _FEW)):
        analyse(written(_WARMING_SEEDS + seed))
    taken = [_taken(written(seed)) for seed in range(texts)]
    ratios = sorted(analysing / passing for analysing, passing in taken)
    return Speed(
        kind=kind,
        median=statistics.median(ratios),
        p95=ratios[min(len(ratios) - 1, round(0.95 * len(ratios)))],
        milliseconds=1000 * statistics.median(analysing for analysing, _ in taken),
    )


def _taken(text: str) -> tuple[float, float]:
    """Seconds for the analysis, once, and for the pass over the words, the quickest of five."""
    passing = min(_seconds(_pass_over, text) for _ in range(5))
    return _seconds(analyse, text), passing


def _pass_over(text: str) -> None:
    for _ in _WORD.finditer(text):
        pass


def _seconds(work: Callable[[str], object], text: str) -> float:
    # The thread's own time: a busy machine then matters less.
    started = time.thread_time()
    work(text)
    return time.thread_time() - started
