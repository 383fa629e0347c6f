"""HTTP probes per second of processor time, beside blackbox_exporter and aiohttp, in one run."""

import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from statistics import median, quantiles
from typing import Any

import psutil

from probes.evaluation.blackbox import Blackbox, blackbox
from probes.evaluation.children import Child, child
from probes.evaluation.prober import BODY_REGEX, CONCURRENCY

OURS, COLD, BLACKBOX, AIOHTTP = "knownfix", "knownfix, URLs never met", "blackbox", "aiohttp"
# So many addresses are asked again and again, as scheduled checks are.
_ADDRESSES = 200
_TIMEOUT_S = 5.0


@dataclass(kw_only=True)
class Measured:
    """Per round probes per CPU-second; over all rounds what was said and how long it took."""

    per_cpu_s: list[float] = field(default_factory=list)
    per_wall_s: list[float] = field(default_factory=list)
    took_s: list[float] = field(default_factory=list)
    waited_s: list[float] = field(default_factory=list)
    said: Counter[str] = field(default_factory=Counter)

    def add(self, seen: Mapping[str, Any], cpu_s: float) -> None:
        count = sum(seen["said"].values())
        self.per_cpu_s.append(count / cpu_s)
        self.per_wall_s.append(count / seen["wall_s"])
        self.took_s += seen["took_s"]
        self.waited_s += seen["waited_s"]
        self.said.update(seen["said"])

    def figures(self) -> dict[str, Any]:
        return {
            "per_cpu_s": median(self.per_cpu_s),
            "per_wall_s": median(self.per_wall_s),
            "took_ms": _latency(self.took_s),
            "waited_ms": _latency(self.waited_s) if self.waited_s else None,
            "said": dict(self.said),
        }


def measure(*, probes: int, rounds: int, say: Callable[[str], None]) -> dict[str, Any]:
    """`rounds` times each in turn, after a small round that is not counted."""
    with ExitStack() as stack:
        target = stack.enter_context(child("probes.evaluation.quick_server"))
        exporter = stack.enter_context(blackbox(timeout_s=_TIMEOUT_S, body_regex=BODY_REGEX))
        base = f"http://127.0.0.1:{target.hear()}"
        names = {OURS: "knownfix", COLD: "knownfix", BLACKBOX: "blackbox", AIOHTTP: "aiohttp"}
        children = {
            name: stack.enter_context(child("probes.evaluation.prober", prober))
            for name, prober in names.items()
        }
        measured = {name: Measured() for name in names}
        for number in range(rounds + 1):
            count = probes if number else probes // 10
            for name, prober in children.items():
                urls = _urls(base, count, number if name == COLD else None)
                seen, cpu_s = _round(prober, urls, exporter if name == BLACKBOX else None)
                if number:
                    measured[name].add(seen, cpu_s)
            say(f"round {number} of {rounds}")
    return _report(measured)


def _urls(base: str, count: int, never_met: int | None) -> list[str]:
    if never_met is None:
        return [f"{base}/health?node={number % _ADDRESSES}" for number in range(count)]
    return [f"{base}/health?node={never_met}-{number}" for number in range(count)]


def _round(
    prober: Child, urls: Sequence[str], exporter: Blackbox | None
) -> tuple[Mapping[str, Any], float]:
    """What was seen, and the processor time of whoever probes: of the exporter, not its asker."""
    if exporter is None:
        seen = prober.ask({"urls": urls, "timeout_s": _TIMEOUT_S})
        return seen, seen["cpu_s"]
    before = _cpu_s(exporter.pid)
    questions = [exporter.question(url) for url in urls]
    seen = prober.ask({"urls": questions, "timeout_s": _TIMEOUT_S})
    return seen, _cpu_s(exporter.pid) - before


def _cpu_s(pid: int) -> float:
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


def _latency(seconds: Sequence[float]) -> dict[str, float]:
    cuts = quantiles(seconds, n=100, method="inclusive")
    return {"p50": 1000 * cuts[49], "p99": 1000 * cuts[98]}


def _report(measured: Mapping[str, Measured]) -> dict[str, Any]:
    ours = measured[OURS].per_cpu_s
    return {
        "concurrency": CONCURRENCY,
        "load": os.getloadavg()[0],
        "probers": {name: one.figures() for name, one in measured.items()},
        "ratios": {name: _ratio(ours, measured[name].per_cpu_s) for name in (BLACKBOX, AIOHTTP)}
        | {f"{COLD} to {BLACKBOX}": _ratio(measured[COLD].per_cpu_s, measured[BLACKBOX].per_cpu_s)},
    }


def _ratio(ours: Sequence[float], theirs: Sequence[float]) -> dict[str, float]:
    """Round by round, as both rounds met the machine in much the same state."""
    each = [mine / other for mine, other in zip(ours, theirs, strict=True)]
    return {"median": median(each), "least": min(each), "most": max(each)}
