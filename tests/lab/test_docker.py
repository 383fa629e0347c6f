"""docker_container and docker_log against a real dockerd."""

import pytest

from tests.lab.docker_engine import Engine, docker, health_check

__all__ = ["docker"]

pytestmark = pytest.mark.lab


def test_the_engine_runs_and_ends_containers_in_every_way(docker: Engine) -> None:
    docker.run("ways-running", "sleep 60", Healthcheck=health_check("test -e /healthy"))
    docker.run("ways-exited", "echo boom; exit 3")
    docker.run("ways-loop", "exit 1", HostConfig={"RestartPolicy": {"Name": "always"}})
    docker.run("ways-eater", "x=a; while :; do x=$x$x; done", HostConfig={"Memory": 16_000_000})

    assert docker.wait_for("ways-exited", "exited")["State"]["ExitCode"] == 3
    assert docker.wait_until("ways-loop", lambda found: found["RestartCount"] > 1)
    assert docker.wait_for("ways-eater", "exited")["State"]["OOMKilled"]
    assert docker.wait_until(
        "ways-running", lambda found: found["State"]["Health"]["Status"] == "unhealthy"
    )
    for name in ("running", "exited", "loop", "eater"):
        docker.remove(f"ways-{name}")
