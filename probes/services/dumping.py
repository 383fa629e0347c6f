"""Probes as the file that `load_probes` reads."""

from collections.abc import Iterable
from typing import Any

import yaml

from probes.models import Probe


def dump_probes(probes: Iterable[Probe]) -> str:
    """One `slug: {name, kind, params, ...}` entry each; what is a default is left out."""
    entries = {probe.slug: _entry(probe) for probe in probes}
    text = yaml.safe_dump(entries, allow_unicode=True, sort_keys=False, width=1_000_000)
    return str(text) if entries else ""


def _entry(probe: Probe) -> dict[str, Any]:
    given = {"params": probe.params, "expectation": probe.expectation, "retries": probe.retries}
    timeout = {} if probe.timeout_s == 3.0 else {"timeout_s": probe.timeout_s}
    kept = {key: value for key, value in given.items() if value}
    return {"name": probe.name, "kind": probe.kind, **kept, **timeout}
