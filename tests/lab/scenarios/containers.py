"""A container that ended, keeps restarting, is unhealthy or was killed, under a dockerd of our own."""

from collections.abc import Iterator

from tests.lab.docker_engine import Engine, engine, health_check
from tests.lab.lab import Lab
from tests.lab.machine import ENGINE, FASTAPI, UVICORN
from tests.lab.parts.site import free_port, serve_here
from tests.lab.scenario import Expected, Look, Scenario, Stage

NAME = "backend"
_KEY_ERROR = "KeyError: 'JWT_SECRET_KEY'"
# On one stream: the engine may swap lines of two.
FAILS = f'exec >&2; echo "INFO: starting"; echo "{_KEY_ERROR}"; exit 1'
_SERVES = 'echo "Application startup complete."; exec sleep 600'


def dockerd(lab: Lab) -> Engine:
    started = lab.enter(engine())
    lab.values["port"] = free_port()
    lab.limits["docker_socket"] = started.socket
    lab.leave_to_janitor("folder", str(started.folder))
    lab.leave_to_janitor("pidfile", str(started.folder / "pid"))
    lab.notes.append(f"dockerd at {started.socket}: docker -H unix://{started.socket} ps -a")
    return started


def container(reason: str, *, status: str = "CRITICAL", **facts: Expected) -> Look:
    return Look(
        at="here",
        kind="docker_container",
        params={"name": NAME},
        status=status,
        reason=reason,
        facts=facts,
        timeout_s=5.0,
    )


def log(reason: str, pattern: str, **facts: Expected) -> Look:
    return Look(
        at="here",
        kind="docker_log",
        params={"name": NAME, "patterns": [pattern], "last_line_only": True},
        status="OK" if reason == "matched" else "CRITICAL",
        reason=reason,
        facts=facts,
    )


def _exited(lab: Lab) -> Iterator[Stage]:
    docker = dockerd(lab)
    yield Stage(
        title="the container was never made",
        looks=(container("missing"), log("container_missing", "KeyError")),
    )
    docker.run(NAME, FAILS)
    docker.wait_for(NAME, "exited")
    yield Stage(
        title="it ended of an error; its last log line says which",
        looks=(
            container(
                "exited",
                state="exited",
                exit_code=1,
                oom_killed=False,
                restart_count=0,
                last_line=_KEY_ERROR,
            ),
            log("matched", "KeyError", last_line=_KEY_ERROR),
        ),
    )
    docker.remove(NAME)
    docker.run(NAME, _SERVES)
    docker.wait_for(NAME, "running")
    yield Stage(
        title="it is started again, with the variable set",
        looks=(
            container("running", status="OK", state="running", restart_count=0),
            log("matched", r"Application startup complete\."),
        ),
    )


def _ended(lab: Lab) -> Iterator[Stage]:
    end_container(lab)
    yield Stage(title="the container ended of an error", looks=())


def end_container(lab: Lab) -> None:
    docker = dockerd(lab)
    docker.run(NAME, FAILS)
    docker.wait_for(NAME, "exited")


def _restarting(lab: Lab) -> Iterator[Stage]:
    docker = dockerd(lab)
    docker.run(NAME, FAILS, HostConfig={"RestartPolicy": {"Name": "always"}})
    docker.wait_until(NAME, lambda found: found["RestartCount"] > 0)
    yield Stage(
        title="the engine starts it again and again",
        looks=(
            container("restarting", restart_count=_at_least_one, last_line=_KEY_ERROR),
            log("matched", "KeyError", last_line=_KEY_ERROR),
        ),
    )


def _at_least_one(count: int) -> bool:
    return count >= 1


def _unhealthy(lab: Lab) -> Iterator[Stage]:
    docker = dockerd(lab)
    docker.run(NAME, "exec sleep 600", Healthcheck=health_check("test -e /ready"))
    _wait_for_health(docker, "unhealthy")
    yield Stage(
        title="it runs, and its health check fails",
        looks=(container("unhealthy", state="running", health="unhealthy"),),
    )
    docker.remove(NAME)
    docker.run(NAME, "touch /ready; exec sleep 600", Healthcheck=health_check("test -e /ready"))
    _wait_for_health(docker, "healthy")
    yield Stage(
        title="its health check passes",
        looks=(container("running", status="OK", state="running", health="healthy"),),
    )


def _wait_for_health(docker: Engine, health: str) -> None:
    docker.wait_until(NAME, lambda found: found["State"]["Health"]["Status"] == health)


def _out_of_memory(lab: Lab) -> Iterator[Stage]:
    docker = dockerd(lab)
    grows = 'echo "INFO: starting"; x=0123456789abcdef; while true; do x="$x$x"; done'
    docker.run(NAME, grows, HostConfig={"Memory": 16 << 20, "MemorySwap": 16 << 20})
    docker.wait_for(NAME, "exited")
    yield Stage(
        title="it asked for more memory than it may have",
        looks=(
            container(
                "exited", state="exited", exit_code=137, oom_killed=True, last_line="INFO: starting"
            ),
        ),
    )


def _engine_away(lab: Lab) -> Iterator[Stage]:
    lab.limits["docker_socket"] = str(lab.folder / "docker.sock")
    yield Stage(
        title="no engine answers: that says nothing about the container",
        looks=(
            container("daemon_unreachable", status="UNKNOWN"),
            Look(
                at="here",
                kind="docker_log",
                params={"name": NAME, "patterns": ["KeyError"]},
                status="UNKNOWN",
                reason="daemon_unreachable",
            ),
        ),
    )


def _engine_away_beside_an_api(lab: Lab) -> Iterator[Stage]:
    """The API needs no engine: it runs as a process, and is well."""
    lab.values["port"] = str(serve_here(lab))
    yield from _engine_away(lab)


_ROW = "container exited / restarting"

SCENARIOS = (
    Scenario(
        slug="container-exited",
        row=_ROW,
        sentence="A container ended with 1; the last line of its log names the error.",
        cause="crash; the last log line names it",
        stages=_exited,
        met=_ended,
        needs=ENGINE,
    ),
    Scenario(
        slug="container-restarting",
        row=_ROW,
        sentence="A container ends at once, and its engine starts it again and again.",
        cause="crash; the last log line names it",
        stages=_restarting,
        needs=ENGINE,
    ),
    Scenario(
        slug="container-unhealthy",
        row=_ROW,
        sentence="A container runs, and its health check fails.",
        cause="the health check's own reason",
        stages=_unhealthy,
        needs=ENGINE,
    ),
    Scenario(
        slug="container-out-of-memory",
        row=_ROW,
        sentence="A container was killed for want of memory; it could not say so itself.",
        cause="out of memory",
        stages=_out_of_memory,
        needs=ENGINE,
    ),
    Scenario(
        slug="engine-away",
        row=_ROW,
        sentence="No container engine answers, so nothing is known of any container.",
        cause="none: the probe could not look",
        stages=_engine_away,
        met=_engine_away_beside_an_api,
        needs=(FASTAPI, UVICORN),
    ),
)
