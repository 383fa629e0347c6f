"""What differs between two runs of a check, in the facts that people read first."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kb.diagnosis.repairs import Change, Proposal, proposal
from kb.models import Check
from probes.models import Run

# By kind, what tells a reader most beside the reason. Times, sizes and addresses of peers differ
# between any two looks, and would bury it.
_TELLING: Mapping[str, tuple[str, ...]] = {
    "port_listen": ("addresses",),
    "http": ("status", "server"),
    "http_timing": ("p95_ms", "status"),
    "tls_certificate": ("days_left", "distrust"),
    "cors_preflight": ("preflight_status", "acao", "get_status", "server_header"),
    "file_present": ("kind", "mode"),
    "python_import": ("missing", "failed"),
    "sql_query": ("value", "sqlstate"),
    "asgi_target": ("exception", "missing_module"),
    "process": ("count",),
    "env_file_keys": ("missing", "empty", "placeholder"),
    "env_var": ("missing",),
    "dns_resolve": ("addresses",),
    "hosts_entry": ("addresses",),
    "docker_container": ("state", "health", "exit_code"),
    "firewall_port": ("action",),
    "nagios": ("state", "text"),
    "aws_target_group_health": ("states", "reasons"),
    "aws_sg_ingress": ("allowed",),
    "aws_instance_state": ("state",),
    "settings_contains": ("missing",),
}
_LONGEST = 60


@dataclass(frozen=True, kw_only=True)
class FactChange:
    """A fact before and after, as short texts; empty where there was none."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class Compared:
    """A check before and after a repair. The statuses are judged beside the check's baseline."""

    check: Check
    before: Run | None
    after: Run | None
    before_status: str
    after_status: str
    change: Change
    facts: tuple[FactChange, ...]


@dataclass(frozen=True, kw_only=True)
class Verification:
    """The verifying checks of a repair before and after it, and what outcome that proposes.

    `also` are the other checks that were looked at again; they propose nothing.
    """

    compared: tuple[Compared, ...]
    also: tuple[Compared, ...]
    proposal: Proposal

    @property
    def is_looked_at(self) -> bool:
        """Whether every verifying check was looked at after the repair, whatever it saw."""
        return all(one.change != Change.NOT_LOOKED for one in self.compared)

    @property
    def is_verified(self) -> bool:
        """Whether there are verifying checks, and all were OK after the repair."""
        return bool(self.compared) and all(one.after_status == "OK" for one in self.compared)


NOTHING_TO_COMPARE = Verification(compared=(), also=(), proposal=proposal(()))


def changed_facts(before: Run | None, after: Run | None) -> tuple[FactChange, ...]:
    """The telling facts that differ between two looks."""
    if before is None or after is None:
        return ()
    pairs = [
        (name, _short(before.facts.get(name)), _short(after.facts.get(name)))
        for name in _TELLING.get(after.item.kind, ())
    ]
    return tuple(
        FactChange(name=name, before=old, after=new) for name, old, new in pairs if old != new
    )


def _short(fact: Any) -> str:
    if isinstance(fact, list):
        text = ", ".join(_short(one) for one in fact)
    else:
        text = "" if fact is None else str(fact)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
