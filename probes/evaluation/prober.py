"""One who probes, in a process of its own: `python -m probes.evaluation.prober NAME`.

Reads lines `{"urls": [...], "timeout_s": 5}`, asks every URL with 50 in flight, and answers with
what it cost this process, how it went, and how long each took. NAME is `knownfix`, `aiohttp`, or
`blackbox`, who asks the exporter (`questions` of it instead of `urls`).
"""

import asyncio
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from probes.engine.runner import run_many
from probes.engine.spec import Policy, ProbeResult, ProbeSpec

CONCURRENCY = 50
BODY_REGEX = '"status": *"OK"'
DURATION = re.compile(r"^probe_duration_seconds (\S+)$", re.MULTILINE)


@dataclass(kw_only=True)
class Round:
    """`took_s` is each probe's own time; `waited_s` what its asker waited, where that differs."""

    cpu_s: float = 0.0
    wall_s: float = 0.0
    said: Counter[str] = field(default_factory=Counter)
    took_s: list[float] = field(default_factory=list)
    waited_s: list[float] = field(default_factory=list)


Prober = Callable[[Sequence[str], float, Round], Awaitable[None]]


async def knownfix(urls: Sequence[str], timeout_s: float, seen: Round) -> None:
    params = {"expect_status": [200], "expect_body_regex": BODY_REGEX}
    specs = [
        ProbeSpec(kind="http", params={"url": url, **params}, timeout_s=timeout_s) for url in urls
    ]

    def note(index: int, result: ProbeResult) -> None:
        seen.said[result.reason_code] += 1
        seen.took_s.append(result.elapsed_s)

    policy = Policy.read(networks=["127.0.0.0/8", "::1/128"])
    await run_many(specs, policy=policy, on_result=note, concurrency=CONCURRENCY)


async def with_aiohttp(urls: Sequence[str], timeout_s: float, seen: Round) -> None:
    """Without a guard, without evidence; the same assertion."""
    aiohttp: Any = import_module("aiohttp")
    pattern = re.compile(BODY_REGEX)

    async def ask(session: Any, url: str) -> str:
        async with session.get(url) as answer:
            text = await answer.text()
            return "as_expected" if answer.status == 200 and pattern.search(text) else "other"

    connector = aiohttp.TCPConnector(limit=0, force_close=True)
    async with aiohttp.ClientSession(
        connector=connector, timeout=aiohttp.ClientTimeout(total=timeout_s)
    ) as session:
        await _side_by_side(urls, lambda url: ask(session, url), seen, seen.took_s)


async def ask_blackbox(questions: Sequence[str], timeout_s: float, seen: Round) -> None:
    aiohttp: Any = import_module("aiohttp")

    async def ask(session: Any, question: str) -> str:
        async with session.get(question) as answer:
            text = await answer.text()
        if duration := DURATION.search(text):
            seen.took_s.append(float(duration.group(1)))
        return "as_expected" if "\nprobe_success 1\n" in text else "failed"

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        await _side_by_side(questions, lambda url: ask(session, url), seen, seen.waited_s)


async def _side_by_side(
    urls: Sequence[str], ask: Callable[[str], Awaitable[str]], seen: Round, waited: list[float]
) -> None:
    rest = iter(urls)

    async def work() -> None:
        for url in rest:
            started = time.perf_counter()
            try:
                said = await ask(url)
            except Exception as error:  # noqa: BLE001 - however a peer fails is what is counted
                said = type(error).__name__
            waited.append(time.perf_counter() - started)
            seen.said[said] += 1

    await asyncio.gather(*(work() for _ in range(CONCURRENCY)))


PROBERS: Mapping[str, Prober] = {
    "knownfix": knownfix,
    "aiohttp": with_aiohttp,
    "blackbox": ask_blackbox,
}


async def measure(prober: Prober, urls: Sequence[str], timeout_s: float) -> Round:
    seen = Round()
    began, started = time.process_time(), time.perf_counter()
    await prober(urls, timeout_s, seen)
    seen.wall_s, seen.cpu_s = time.perf_counter() - started, time.process_time() - began
    return seen


def main(name: str) -> None:
    with asyncio.Runner() as runner:
        for line in sys.stdin:
            asked = json.loads(line)
            seen = runner.run(measure(PROBERS[name], asked["urls"], asked["timeout_s"]))
            sys.stdout.write(json.dumps(vars(seen)) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
