"""Monitoring plugins and their exit codes: four are states, all others are none."""

import stat
import sys
from collections.abc import Iterator

from tests.lab.lab import Lab
from tests.lab.machine import FASTAPI, UVICORN
from tests.lab.parts.site import serve_here
from tests.lab.scenario import Look, Scenario, Stage

_SCRIPTS = {
    "exits-0": "echo 'OK - all is well | load=1'; exit 0",
    "exits-1": "echo 'WARNING - a little'; exit 1",
    "exits-2": "echo 'CRITICAL - a lot'; exit 2",
    "exits-3": "echo 'UNKNOWN - could not ask'; exit 3",
    "calls-nothing": "no_such_command_of_the_lab",
    "kills-itself": "kill -9 $$",
    "hangs": "exec sleep 600",
    # 256 does not fit into a byte: what is left of it says that all is well.
    "exits-256": f"exec {sys.executable} -c 'import sys; sys.exit(256)'",
}


def _exit_codes(lab: Lab) -> Iterator[Stage]:
    lab.limits["plugins"] = {name: _script(lab, name) for name in _SCRIPTS}
    yield Stage(
        title="plugins that end in every way there is",
        looks=(
            _plugin("exits-0", "OK", "plugin_ok", 0, text="OK - all is well"),
            _plugin("exits-1", "WARNING", "plugin_warning", 1, text="WARNING - a little"),
            _plugin("exits-2", "CRITICAL", "plugin_critical", 2, text="CRITICAL - a lot"),
            _plugin("exits-3", "UNKNOWN", "plugin_unknown", 3, text="UNKNOWN - could not ask"),
            _plugin("calls-nothing", "UNKNOWN", "bad_exit", 127),
            _plugin("kills-itself", "UNKNOWN", "bad_exit", -9),
            _plugin("exits-256", "OK", "plugin_ok", 0),
            _plugin("hangs", "UNKNOWN", "timeout", None, timeout_s=0.5, at_least_s=0.5),
            Look(
                at="here",
                kind="nagios",
                params={"plugin": "not-listed"},
                status="UNKNOWN",
                reason="not_allowed",
            ),
        ),
    )


def _script(lab: Lab, name: str) -> str:
    path = lab.folder / name
    path.write_text(f"#!/bin/sh\n{_SCRIPTS[name]}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def _plugin(
    name: str,
    status: str,
    reason: str,
    exit_code: int | None,
    *,
    timeout_s: float = 5.0,
    at_least_s: float = 0.0,
    **facts: str,
) -> Look:
    return Look(
        at="here",
        kind="nagios",
        params={"plugin": name},
        status=status,
        reason=reason,
        facts={"exit_code": exit_code} | facts,
        timeout_s=timeout_s,
        at_least_s=at_least_s,
    )


def _beside_an_api(lab: Lab) -> Iterator[Stage]:
    """What is watched is well: only the plugins' ends are odd."""
    lab.values["port"] = str(serve_here(lab))
    yield from _exit_codes(lab)


SCENARIOS = (
    Scenario(
        slug="exit-codes",
        row="wrapper exit codes",
        sentence="Plugins end with 0, 1, 2, 3, 127, a signal, 256, and not at all.",
        cause="256 arrives as 0",
        stages=_exit_codes,
        met=_beside_an_api,
        needs=(FASTAPI, UVICORN),
    ),
)
