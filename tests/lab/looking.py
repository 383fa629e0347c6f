"""The engine at one place of a lab: probes come in as JSON, results go out as JSON.

ip netns exec NAME python3 -m tests.lab.looking limits.toml < probes.json
"""

import asyncio
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from probes.engine.limits import read_limits
from probes.engine.runner import run_many
from probes.engine.spec import Policy, ProbeResult, ProbeSpec


def main() -> None:
    policy = read_limits(Path(sys.argv[1]))
    json.dump(asyncio.run(look(policy, json.load(sys.stdin))), sys.stdout)


async def look(policy: Policy, specs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    results: dict[int, dict[str, Any]] = {}

    def keep(index: int, result: ProbeResult) -> None:
        results[index] = asdict(result) | {"started_at": result.started_at.isoformat()}

    await run_many([ProbeSpec(**spec) for spec in specs], policy=policy, on_result=keep)
    return [results[index] for index in range(len(specs))]


if __name__ == "__main__":
    main()
