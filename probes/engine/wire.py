"""How items, limits and results travel between the base and an agent: JSON both understand."""

import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from probes.engine.redact import strip_controls
from probes.engine.spec import Policy, ProbeResult, ProbeSpec

MAX_FACTS_BYTES = 64 * 1024
_MAX_DEPTH = 12
# What a definition may ask for at most: a base that asks for more is not itself any more.
_LONGEST_S = 60.0
_MOST_RETRIES = 5
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def spec_as_json(spec: ProbeSpec) -> dict[str, Any]:
    return {
        "kind": spec.kind,
        "params": dict(spec.params),
        "timeout_s": spec.timeout_s,
        "retries": spec.retries,
        "expectation": dict(spec.expectation),
    }


def spec_from_json(given: Mapping[str, Any]) -> ProbeSpec:
    """Raises KeyError or TypeError for what is no item of this protocol."""
    return ProbeSpec(
        kind=str(given["kind"]),
        params=dict(given["params"]),
        timeout_s=min(float(given["timeout_s"]), _LONGEST_S),
        retries=min(int(given["retries"]), _MOST_RETRIES),
        expectation=dict(given["expectation"]),
    )


def limits_as_json(policy: Policy) -> dict[str, Any]:
    """What one side may narrow of the other: plugins, secrets and sockets stay on their host."""
    return {
        "networks": [str(network) for network in policy.networks],
        "roots": list(policy.roots),
        "kinds": sorted(policy.kinds),
        "interpreters": sorted(policy.interpreters),
        "denied_ports": sorted(policy.denied_ports),
    }


def limits_from_json(given: Mapping[str, Any]) -> Policy:
    """Raises KeyError, TypeError or InvalidParams for what is none."""
    return Policy.read(
        networks=given["networks"],
        roots=given["roots"],
        kinds=given["kinds"],
        interpreters=given["interpreters"],
        denied_ports=given["denied_ports"],
    )


def result_as_json(result: ProbeResult, *, clock_behind: timedelta) -> dict[str, Any]:
    """`clock_behind`: how far this host's clock is behind the base's."""
    return {
        "status": str(result.status),
        "reason_code": result.reason_code,
        "facts": bounded_facts(result.facts),
        "summary": result.summary,
        "output": result.output,
        "attempts": [_shifted(attempt, clock_behind) for attempt in result.attempts],
        "started_at": (result.started_at + clock_behind).isoformat(),
        "elapsed_s": result.elapsed_s,
        "lateness_s": result.lateness_s,
    }


def _shifted(attempt: Mapping[str, Any], by: timedelta) -> dict[str, Any]:
    if "started_at" not in attempt:
        return dict(attempt)
    began = datetime.fromisoformat(attempt["started_at"])
    return {**attempt, "started_at": (began + by).isoformat()}


def bounded_facts(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Facts that can be stored: shallow, of clean names, and together not too large."""
    cleaned = {_name(key): _shallow(value, _MAX_DEPTH) for key, value in facts.items()}
    size = len(json.dumps(cleaned, ensure_ascii=False).encode("utf-8", errors="replace"))
    if size <= MAX_FACTS_BYTES:
        return cleaned
    return {"facts_left_out": f"{size} bytes are more than the {MAX_FACTS_BYTES} that are kept"}


def _shallow(value: Any, depth: int) -> Any:
    if isinstance(value, dict):
        if not depth:
            return "…"
        return {_name(key): _shallow(inner, depth - 1) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_shallow(inner, depth - 1) for inner in value] if depth else "…"
    return value


def _name(key: object) -> str:
    return _LONE_SURROGATE.sub("\N{REPLACEMENT CHARACTER}", strip_controls(str(key)))[:200]
