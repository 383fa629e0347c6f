"""A probe's result as it is printed: for a person, for a program, for a monitoring system."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from django.utils.translation import gettext as _

from probes import models, reasons
from probes.engine.programs.perfdata import Datum
from probes.engine.spec import ProbeResult, Status
from probes.remedies import remedy_of

# Exit codes of the plugin API, https://www.monitoring-plugins.org/doc/guidelines.html
EXIT_CODES = {Status.OK: 0, Status.WARNING: 1, Status.CRITICAL: 2, Status.UNKNOWN: 3}
# What Nagios itself reads of a plugin is longer; a line on a page is not.
_LONGEST_LINE = 500


def for_a_person(result: ProbeResult) -> Iterator[str]:
    status = models.Status(result.status).label
    yield f"{status}: {reasons.label(result.reason_code)} ({result.reason_code})"
    yield result.summary
    if result.status is Status.UNKNOWN and (remedy := remedy_of(result.reason_code)):
        yield f"{_('What to do')} ({remedy.who_words}): {remedy.what}"
    # As on a run's page: what was not seen is not a fact.
    if facts := {name: value for name, value in result.facts.items() if value is not None}:
        yield ""
        yield from _indented(facts)
    if result.output:
        yield "\n" + _("Output:")
        yield from (f"  {line}" for line in result.output.splitlines())
    yield "\n" + _("%(tries)d attempt(s), %(seconds).3f s") % {
        "tries": len(result.attempts),
        "seconds": result.elapsed_s,
    }


def _indented(value: Any, *, depth: int = 1) -> Iterator[str]:
    """Facts as lines, much as YAML would write them."""
    pairs = value.items() if isinstance(value, dict) else (("-", each) for each in value)
    for name, inner in pairs:
        head = "  " * depth + (name if name == "-" else f"{name}:")
        if isinstance(inner, dict | list) and inner:
            yield head
            yield from _indented(inner, depth=depth + 1)
        else:
            yield f"{head} {inner if isinstance(inner, str) else json.dumps(inner)}"


def for_a_program(slug: str, result: ProbeResult) -> str:
    told = {"probe": slug, **asdict(result), "reason": reasons.label(result.reason_code)}
    return json.dumps(told, ensure_ascii=False, indent=2, default=str)


def for_monitoring(result: ProbeResult) -> str:
    """`STATUS: summary | data`. What could not be looked at has no measurements."""
    line = plugin_line(result.status, result.summary)
    if result.status is Status.UNKNOWN:
        return line
    data = [Datum(label="time", value=round(result.elapsed_s, 4), unit="s", low=0.0)]
    data += [_datum(each) for each in result.facts.get("perfdata", ())]
    return f"{line} | {' '.join(datum.written for datum in data)}"


def plugin_line(status: Status, words: str) -> str:
    """One line, in which a bar would begin the performance data."""
    text = " ".join(words.replace("|", "/").split())
    return f"{status}: {text}"[:_LONGEST_LINE]


def _datum(fact: dict[str, Any]) -> Datum:
    return Datum(
        label=str(fact["label"]),
        value=fact["value"],
        unit=fact["unit"] or "",
        warn=fact["warn"] or "",
        crit=fact["crit"] or "",
        low=fact["min"],
        high=fact["max"],
    )
