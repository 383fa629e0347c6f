"""One who asks every URL at once and says a line as each ends, in a process of its own.

`python -m probes.evaluation.deadline_prober NAME`: says a line when ready, reads
`{"urls": [...], "timeout_s": 0.5}`, answers `{"index": 0, "said": "timed_out_ttfb", "started": 17.5}`
for each, where `started` is the system's time at which its deadline began to run.
"""

import asyncio
import json
import sys
import time
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any

from probes.engine.runner import run_many
from probes.engine.spec import Policy, ProbeResult, ProbeSpec
from probes.evaluation.prober import DURATION


def say(line: Mapping[str, Any]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


async def knownfix(urls: Sequence[str], timeout_s: float) -> None:
    specs = [ProbeSpec(kind="http", params={"url": url}, timeout_s=timeout_s) for url in urls]

    def note(index: int, result: ProbeResult) -> None:
        started = result.started_at.timestamp()
        say({"index": index, "said": result.reason_code, "started": started})

    policy = Policy.read(networks=["127.0.0.0/8"])
    await run_many(specs, policy=policy, on_result=note, concurrency=len(specs))


async def with_aiohttp(urls: Sequence[str], timeout_s: float) -> None:
    aiohttp: Any = import_module("aiohttp")
    timeout = aiohttp.ClientTimeout(total=timeout_s)
    connector = aiohttp.TCPConnector(limit=0, force_close=True)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:

        async def one(index: int, url: str) -> None:
            started = time.time()
            try:
                async with session.get(url) as answer:
                    await answer.text()
                    said = str(answer.status)
            except Exception as error:  # noqa: BLE001 - however a peer fails is what is told
                said = type(error).__name__
            say({"index": index, "said": said, "started": started})

        await asyncio.gather(*(one(index, url) for index, url in enumerate(urls)))


async def ask_blackbox(questions: Sequence[str], timeout_s: float) -> None:
    """Its deadline is taken to begin when its own word for the duration says so: what its asker
    waited before is not its fault."""
    aiohttp: Any = import_module("aiohttp")
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:

        async def one(index: int, question: str) -> None:
            async with session.get(question) as answer:
                text = await answer.text()
            took = DURATION.search(text)
            said = "success" if "\nprobe_success 1\n" in text else "failed"
            started = time.time() - (float(took.group(1)) if took else 0.0)
            say({"index": index, "said": said, "started": started})

        await asyncio.gather(*(one(index, each) for index, each in enumerate(questions)))


_PROBERS = {"knownfix": knownfix, "aiohttp": with_aiohttp, "blackbox": ask_blackbox}


def main(name: str) -> None:
    if name != "knownfix":
        import_module("aiohttp")
    say({"ready": name})
    asked = json.loads(sys.stdin.readline())
    asyncio.run(_PROBERS[name](asked["urls"], asked["timeout_s"]))


if __name__ == "__main__":
    main(sys.argv[1])
