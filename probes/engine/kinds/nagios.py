"""nagios: what does this monitoring plugin say? It runs unmodified, and its exit code decides."""

import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from probes.engine.errors import CannotLook, Complaint
from probes.engine.guard import allowed_plugin
from probes.engine.placeholders import PLACEHOLDER, holds_placeholder
from probes.engine.programs import child
from probes.engine.programs.perfdata import PluginOutput, read_output
from probes.engine.redact import redact
from probes.engine.schema import Kind, Param, reasons
from probes.engine.spec import Observation, Policy, Status

# Exit codes of the plugin API, https://www.monitoring-plugins.org/doc/guidelines.html
_STATES = (
    ("plugin_ok", Status.OK),
    ("plugin_warning", Status.WARNING),
    ("plugin_critical", Status.CRITICAL),
    ("plugin_unknown", Status.UNKNOWN),
)
_UNKNOWN_EXIT = 3
# The launcher's way of saying that the program could not be executed.
_NOT_STARTED_EXIT = 127
_MAX_OUTPUT = 64 * 1024
_MAX_TEXT = 500
_MAX_MORE = 3000
# Messages and decimal points as the guidelines and the parser have them.
_ENVIRONMENT = {"LC_ALL": "C"}
_LONG_OPTION_VALUE = re.compile(r"--[A-Za-z0-9][A-Za-z0-9_-]*=")


async def look(params: Mapping[str, Any], *, deadline: float, policy: Policy) -> Observation:
    name = params["plugin"]
    path = _startable(name, policy)
    try:
        ended = await child.run(
            [path, *params["arguments"]],
            cwd=Path(path).anchor,
            deadline=deadline,
            most_bytes=_MAX_OUTPUT,
            keep="start",
            environment=_ENVIRONMENT,
        )
    except OSError as error:
        raise CannotLook("not_started", f"{path} cannot be started: {error.strerror}") from None
    if ended.exit_code == _NOT_STARTED_EXIT and ended.stderr.startswith(f"cannot start {path}:"):
        raise CannotLook("not_started", ended.stderr.strip())
    return _observe(name, ended)


def _startable(name: str, policy: Policy) -> str:
    path = allowed_plugin(name, policy=policy)
    if not os.path.isfile(path):
        raise CannotLook("not_started", f"the plugin {name} is not there: {path}")
    if not os.access(path, os.X_OK):
        raise CannotLook("permission_denied", f"this user may not execute {path}")
    return path


def _observe(name: str, ended: child.Ended) -> Observation:
    code = ended.exit_code
    is_state = code is not None and 0 <= code < len(_STATES)
    reason_code, state = _STATES[code] if is_state and code is not None else ("bad_exit", None)
    said = read_output(ended.stdout)
    text = _shown(said.text or _first_line(ended.stderr), _MAX_TEXT)
    # What a plugin measured while it could not look is not a measurement.
    has_data = is_state and code != _UNKNOWN_EXIT
    facts = {
        "plugin": name,
        "exit_code": code,
        "state": state,
        "text": text,
        "more": _shown(said.more, _MAX_MORE) or None,
        **_performance(said if has_data else PluginOutput(text="")),
    }
    if code is None:
        reason_code = "timeout"
    return Observation(
        reason_code=reason_code,
        facts=facts,
        summary=_words(name, code, text, is_state=is_state),
        output="\n".join(filter(None, (ended.stdout.strip(), ended.stderr.strip()))),
    )


def _shown(text: str, longest: int) -> str:
    """Masked before it is cut: a part of a secret no longer looks like one."""
    return redact(text).text[:longest]


def _performance(said: PluginOutput) -> dict[str, Any]:
    return {
        "perfdata": [datum.facts for datum in said.data],
        "perfdata_problems": list(said.problems),
    }


def _words(name: str, code: int | None, text: str, *, is_state: bool) -> str:
    said = text or "it printed nothing"
    if code is None:
        return f"{name} was still running at the probe's deadline and was ended"
    if is_state:
        return said if text else f"{name} ended with {code}; {said}"
    if code < 0:
        return f"{name} was ended by signal {-code}; {said}"
    return f"{name} ended with {code}, which is no state of a plugin; {said}"


def _first_line(text: str) -> str:
    return next((line.strip() for line in text.splitlines() if line.strip()), "")


def _check(params: Mapping[str, Any]) -> Iterable[Complaint]:
    """Who fills a placeholder in chooses a value: no plugin, no option, no further argument."""
    if holds_placeholder(params["plugin"]):
        yield Complaint(field="plugin", message="must be named by the definition itself")
    arguments = params["arguments"]
    if isinstance(arguments, str):
        yield Complaint(field="arguments", message="must be a list, one argument each")
        return
    if any(_shapes_an_option(argument) for argument in arguments):
        yield Complaint(
            field="arguments",
            message="a placeholder must be an argument of its own or stand behind --option=",
        )


def _shapes_an_option(argument: str) -> bool:
    """-${x} would choose the option, and -v${x} too where -v takes no value."""
    found = PLACEHOLDER.search(argument)
    if found is None or not argument.startswith("-"):
        return False
    option = _LONG_OPTION_VALUE.match(argument)
    return option is None or found.start() < option.end()


KIND = Kind(
    name="nagios",
    title="Monitoring plugin",
    help="Starts a Nagios plugin that this host's limits file allows. Its exit code is the state. "
    "A plugin that connects somewhere is not held by the location's networks.",
    params=(
        Param(name="plugin", type="ref", required=True, help="Its name under [plugins]."),
        Param(
            name="arguments",
            type="argument",
            multiple=True,
            help="An option and its value are two arguments. There is no shell.",
        ),
    ),
    reasons=reasons(
        ok=("plugin_ok",),
        warning=("plugin_warning",),
        critical=("plugin_critical",),
        unknown=("plugin_unknown", "bad_exit", "timeout", "not_started"),
    ),
    look=look,
    cost_s=0.5,
    check=_check,
    facts={
        "plugin": "The plugin's name.",
        "exit_code": "0 to 3 is a state; anything else is none. An exit with 256 arrives as 0.",
        "state": "The state the plugin ended with.",
        "text": "The first line, without performance data.",
        "more": "The lines behind it.",
        "perfdata": "One entry per value: label, value, unit, ranges, minimum, maximum, and which "
        "range it is beyond.",
        "perfdata_problems": "Performance data that could not be read.",
    },
    example={"plugin": "check_disk", "arguments": ["-w", "20%", "-c", "10%", "-p", "/"]},
)
