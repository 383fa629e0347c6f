"""One container as its engine describes it (`/containers/{name}/json`), read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from probes.engine.containers.log import own_secrets
from probes.engine.files.log_lines import shown

# Docker's words, and those that only Podman has.
_STATES = {
    "created": "created",
    "configured": "created",
    "initialized": "created",
    "running": "running",
    "stopping": "running",
    "restarting": "restarting",
    "paused": "paused",
    "exited": "exited",
    "stopped": "exited",
    "dead": "dead",
    "removing": "dead",
}
_ENDED = ("exited", "restarting", "dead")
# A container that was restarted before and is this young may be about to die again; one that
# never was, only right after its start.
_YOUNG_S = 60.0
_JUST_STARTED_S = 5.0


@dataclass(frozen=True, kw_only=True)
class Container:
    """What the engine said about one container: its own document, read."""

    found: Mapping[str, Any] = field(repr=False)

    def part(self, name: str) -> Mapping[str, Any]:
        part = self.found.get(name)
        return part if isinstance(part, dict) else {}

    @property
    def own_state(self) -> str:
        return str(self.part("State").get("Status", "")).lower()

    @property
    def state(self) -> str:
        return _STATES.get(self.own_state, "")

    @property
    def has_ended(self) -> bool:
        """For now or for good: its exit code and the end of its log say why."""
        return self.state in _ENDED

    @property
    def restart_count(self) -> int:
        return int(self.found.get("RestartCount") or 0)

    @property
    def health(self) -> Mapping[str, Any]:
        state = self.part("State")
        # Podman before 5 says Healthcheck.
        health = state.get("Health") or state.get("Healthcheck") or {}
        return health if isinstance(health, dict) else {}

    @property
    def health_status(self) -> str | None:
        status = str(self.health.get("Status") or "none").lower()
        return None if status == "none" else status

    @property
    def may_restart(self) -> bool:
        policy = self.part("HostConfig").get("RestartPolicy") or {}
        return policy.get("Name") not in ("", "no", None)

    @property
    def age_s(self) -> float:
        """Since it was started; endless when the engine does not say."""
        started = str(self.part("State").get("StartedAt", ""))
        try:
            # Nanoseconds are more than Python reads.
            moment = datetime.fromisoformat(started[:19]).replace(tzinfo=UTC)
        except ValueError:
            return float("inf")
        return (datetime.now(UTC) - moment).total_seconds()

    @property
    def is_suspicious(self) -> bool:
        young_s = _YOUNG_S if self.restart_count else _JUST_STARTED_S
        return self.state == "running" and self.may_restart and self.age_s < young_s

    def facts(self) -> dict[str, Any]:
        state, ended = self.part("State"), self.has_ended
        return {
            "state": self.own_state,
            "exit_code": state.get("ExitCode") if ended else None,
            "oom_killed": bool(state.get("OOMKilled")),
            "error": str(state.get("Error") or "") or None,
            "restart_count": self.restart_count,
            "health": self.health_status,
            "started_at": state.get("StartedAt"),
            "finished_at": state.get("FinishedAt") if ended else None,
            "image": self.part("Config").get("Image"),
            "ports": _ports(self.part("NetworkSettings").get("Ports")),
        }

    def health_output(self) -> str | None:
        """What the last health check printed."""
        log = self.health.get("Log") or []
        said = str(log[-1].get("Output") or "").strip() if log else ""
        return shown(said, known=own_secrets(self.found)) or None


def _ports(published: Any) -> list[dict[str, Any]]:
    """One entry per published address; a port that is only exposed has none."""
    return [
        {
            "container": inside,
            "host_ip": binding.get("HostIp") or None,
            "host_port": int(binding["HostPort"]) if binding.get("HostPort") else None,
        }
        for inside, bindings in (published or {}).items()
        for binding in bindings or [{}]
    ]
