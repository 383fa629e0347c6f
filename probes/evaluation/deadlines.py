"""What holds a deadline against hostile targets: all asked at once, and watched from outside."""

import os
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from probes.evaluation.blackbox import Blackbox, blackbox
from probes.evaluation.children import Child, child

PROBERS = ("knownfix", "aiohttp", "blackbox")


@dataclass(kw_only=True)
class Watched:
    """Seconds past the deadline by behaviour, when the watcher heard of it; negative: before it."""

    late_s: dict[str, list[float]] = field(default_factory=dict)
    said: dict[str, Counter[str]] = field(default_factory=dict)
    memory_mb: float = 0.0

    def note(self, behaviour: str, said: str, late_s: float) -> None:
        self.late_s.setdefault(behaviour, []).append(late_s)
        self.said.setdefault(behaviour, Counter())[said] += 1

    def figures(self) -> dict[str, Any]:
        late = [each for many in self.late_s.values() for each in many]
        said = sum(self.said.values(), Counter())
        return {
            "ended": len(late),
            "worst_late_ms": 1000 * max(late),
            "within_100_ms": sum(each <= 0.1 for each in late) / len(late),
            "overloaded": said["runner_overloaded"] / len(late),
            "memory_mb": self.memory_mb,
            "behaviours": {
                name: {"worst_late_ms": 1000 * max(many), "said": dict(self.said[name])}
                for name, many in self.late_s.items()
            },
        }


def measure(
    *,
    targets: int,
    timeout_s: float,
    probers: Sequence[str] = PROBERS,
    say: Callable[[str], None] = lambda text: None,
) -> dict[str, Any]:
    """By prober. Each meets servers of its own: the one before has left work with them."""
    figures = {}
    for name in probers:
        with ExitStack() as stack:
            ports = stack.enter_context(child("probes.evaluation.hostile")).hear()
            exporter = _exporter(stack, timeout_s) if name == "blackbox" else None
            prober = stack.enter_context(child("probes.evaluation.deadline_prober", name))
            prober.hear()
            figures[name] = _watch(prober, _urls(ports, targets), timeout_s, exporter).figures()
        say(f"{name} measured")
    return {"load": os.getloadavg()[0], "targets": targets, "probers": figures}


def _exporter(stack: ExitStack, timeout_s: float) -> Blackbox:
    return stack.enter_context(blackbox(timeout_s=timeout_s))


def _urls(ports: Mapping[str, int], targets: int) -> list[tuple[str, str]]:
    """Behaviours in turn, so that each meets all the others."""
    names = list(ports)
    return [
        (
            names[number % len(names)],
            f"http://127.0.0.1:{ports[names[number % len(names)]]}/{number}",
        )
        for number in range(targets)
    ]


def _watch(
    prober: Child, urls: Sequence[tuple[str, str]], timeout_s: float, exporter: Blackbox | None
) -> Watched:
    watched = Watched()
    asked = [exporter.question(url) if exporter else url for _name, url in urls]
    prober.say({"urls": asked, "timeout_s": timeout_s})
    for _ in urls:
        ended = prober.hear()
        late_s = time.time() - ended["started"] - timeout_s
        watched.note(urls[ended["index"]][0], ended["said"], late_s)
    watched.memory_mb = _peak_mb(exporter.pid if exporter else prober.pid)
    return watched


def _peak_mb(pid: int) -> float:
    """The most memory that the process ever held, as Linux says it."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("This system does not tell a process's peak of memory.")
