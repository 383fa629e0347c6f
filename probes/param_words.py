"""What a kind's parameters are called in the reader's language, and which of them belong together.

The engine's own names stay beside the words: files, the API and guides speak them. A test holds
that no parameter of a kind is missing here.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from probes.engine.schema import Kind, Param

Words = str | Promise
# What the name of a parameter's field in a form begins with.
PARAM = "param_"

# What the look is at.
_AIM: Mapping[str, Words] = {
    "host": _("Host"),
    "port": _("Port"),
    "url": _("URL"),
    "origin": _("Origin of the page"),
    "path": _("File"),
    "interpreter": _("Python interpreter"),
    "cwd": _("Working folder"),
    "modules": _("Modules"),
    "requirements_path": _("Requirements file"),
    "target": _("Application"),
    "dsn_ref": _("Database (name of its secret)"),
    "query": _("Query"),
    "arguments": _("Values of the query"),
    "name": _("Name"),
    "id": _("Instance id"),
    "cmdline_regex": _("Pattern of the command line"),
    "of_pid": _("Process id"),
    "names": _("Variables"),
    "patterns": _("Patterns"),
    "plugin": _("Plugin"),
    "target_group": _("Target group"),
    "group": _("Security group"),
    "source_group": _("Security group it comes from"),
    "lb": _("Load balancer"),
    "region": _("Region"),
    "setting": _("Setting"),
    "user": _("User"),
    "proto": _("Protocol"),
    "source": _("Sender's address"),
    "question": _("Question"),
    "translations": _("The question in other languages"),
}
# What it should find there.
_HOPE: Mapping[str, Words] = {
    "expect": _("What should be found"),
    "expect_bind": _("Address it should listen on"),
    "expect_process": _("Process that should hold it"),
    "expect_status": _("Status codes that are right"),
    "expect_json": _("Values in the JSON answer"),
    "expect_body_regex": _("Pattern in the body"),
    "expect_header": _("Headers of the answer"),
    "expect_rows": _("Number of rows"),
    "expect_addresses": _("Addresses that are right"),
    "compare": _("Leads to the same place as"),
    "expect_state": _("State it should be in"),
    "expect_health": _("Health it should have"),
    "expect_path": _("Path the health check should ask"),
    "expect_port": _("Port the health check should ask"),
    "expect_contains": _("Parts the value should have"),
    "max_restarts": _("Most restarts"),
    "warn_days": _("Warn this many days before the end"),
    "crit_days": _("Critical this many days before the end"),
    "warn_ms": _("Slow from (ms)"),
    "crit_ms": _("Too slow from (ms)"),
    "server_name": _("Name on the certificate"),
    "kind": _("What it should be"),
    "min_size": _("Smallest size"),
    "mode_max": _("Widest permissions"),
    "pins": _("Packages and versions"),
    "min_count": _("Fewest processes"),
    "max_age_s": _("Longest age (s)"),
    "required": _("Variables that must be set"),
    "nonempty": _("Variables that must not be empty"),
    "forbid_placeholder": _("Refuse placeholder values"),
    "request_method": _("Method of the request"),
    "request_headers": _("Headers of the request"),
    "answers": _("Words for the answers"),
}
# How it looks.
_MANNER: Mapping[str, Words] = {
    "family": _("IP version"),
    "starttls": _("Spoken before TLS"),
    "ca_file": _("Trusted certificates"),
    "method": _("Method"),
    "headers": _("Headers sent"),
    "secret_headers": _("Headers from secrets"),
    "verify_tls": _("Check the certificate"),
    "follow_redirects": _("Follow redirects"),
    "follow_up_get": _("Then ask with GET too"),
    "samples": _("Number of requests"),
    "check_respawn": _("Watch for restarts"),
    "tail_bytes": _("Read this much of the end (bytes)"),
    "tail": _("Read this many lines of the end"),
    "last_line_only": _("Only the last line counts"),
    "profile": _("AWS profile"),
    "subnet": _("Subnet"),
    "format": _("Format of the file"),
    "evidence_required": _("Ask for a note too"),
}
# Where one kind means something else by a name that others share.
_IN_KIND: Mapping[tuple[str, str], Words] = {
    ("file_present", "path"): _("File or folder"),
    ("log_match", "path"): _("Log file"),
    ("env_file_keys", "path"): _("Settings file (.env)"),
    ("settings_contains", "path"): _("Settings file"),
    ("env_var", "port"): _("Port it listens on"),
    ("env_var", "of_pid"): _("Process id"),
    ("http", "origin"): _("Origin to send"),
    ("sql_query", "expect"): _("Value of the first column"),
    ("process", "name"): _("Process name"),
    ("dns_resolve", "name"): _("Host name"),
    ("hosts_entry", "name"): _("Host name"),
    ("docker_container", "name"): _("Container"),
    ("docker_log", "name"): _("Container"),
    ("aws_instance_state", "name"): _("Name of the instance"),
    ("aws_network_path", "target"): _("Instance"),
    ("nagios", "arguments"): _("Arguments of the plugin"),
}
_CHOICES: Mapping[str, Words] = {
    "listening": _("something listens"),
    "free": _("the port is free"),
    "any": pgettext_lazy("a choice of a probe", "any"),
    "file": pgettext_lazy("a choice of a probe", "a file"),
    "folder": pgettext_lazy("a choice of a probe", "a folder"),
    "socket": pgettext_lazy("a choice of a probe", "a socket"),
    "matched": _("a pattern is found"),
    "not_matched": _("no pattern is found"),
    "present": pgettext_lazy("a choice of a probe", "present"),
    "absent": pgettext_lazy("a choice of a probe", "absent"),
    "running": pgettext_lazy("a choice of a probe", "running"),
    "exited": pgettext_lazy("a choice of a probe", "exited"),
    "paused": pgettext_lazy("a choice of a probe", "paused"),
    "created": pgettext_lazy("a choice of a probe", "created"),
    "missing": pgettext_lazy("a choice of a probe", "missing"),
    "healthy": pgettext_lazy("a choice of a probe", "healthy"),
    "not_unhealthy": pgettext_lazy("a choice of a probe", "not unhealthy"),
    "open": pgettext_lazy("a choice of a probe", "open"),
    "blocked": pgettext_lazy("a choice of a probe", "blocked"),
    "auto": pgettext_lazy("a choice of a probe", "by the file's ending"),
}


@dataclass(frozen=True, kw_only=True)
class ParamGroup:
    name: str
    title: Words
    params: tuple[Param, ...]


def param_label(kind: str, name: str) -> str:
    """Falls back to the engine's name, which is what a file would say."""
    every = {**_AIM, **_HOPE, **_MANNER}
    return str(_IN_KIND.get((kind, name)) or every.get(name, name))


def choice_label(choice: str) -> str:
    """The choice in words with its own name; protocol words and methods speak for themselves."""
    words = _CHOICES.get(choice)
    return f"{words} ({choice})" if words else choice


def param_groups(kind: Kind) -> Iterator[ParamGroup]:
    """What it looks at, what it should find, how it looks; a group without parameters is left out."""
    for name, title, words in (
        ("aim", _("What it looks at"), _AIM),
        ("hope", _("What it should find"), _HOPE),
        ("manner", _("How it looks"), _MANNER),
    ):
        if params := tuple(param for param in kind.params if param.name in words):
            yield ParamGroup(name=name, title=title, params=params)
