"""From a refused connection to a verified repair, with real processes on loopback."""

import os
import sys
from pathlib import Path

import pytest
from django.contrib.auth.models import User

from kb import services
from tests.flows import person as people
from tests.support.apps import write_app
from tests.support.processes import free_port, running, uvicorn

pytestmark = pytest.mark.django_db


def test_nothing_listening(base: Path, person: User):
    port = free_port()
    write_app(base)
    found = services.find_fixes(f"GET http://localhost:{port}/ net::ERR_CONNECTION_REFUSED")

    people.follow_advice(found, by=person)

    diagnosis = services.diagnose(found)
    assert people.ranking(diagnosis)[0] == ("connection/not-running", "supported")
    # The documents call it the most common one.
    assert people.what_ruled_out(diagnosis, "connection/port-held") == {"not_listening"}

    with uvicorn(base, port):
        seen = people.repair(found, "connection/not-running/start", by=person)

    assert seen == {"connection/listener": "listening", "connection/outside": "connected"}
    people.assert_remembered(found, "connection/not-running/start", by=person)


def test_another_process_on_the_port(base: Path, person: User):
    port = free_port()
    write_app(base)
    with running("-m", "http.server", port, "--bind", "127.0.0.1", cwd=base, name="other") as other:
        other.wait_until_listening(port)
        argv = ("-m", "uvicorn", "main:app", "--host", "127.0.0.1", "--port", port)
        with running(*argv, cwd=base, name="refused") as refused:
            said = refused.wait_for_end()
        assert "address already in use" in said
        found = services.find_fixes(said)

        people.follow_advice(found, by=person)

    diagnosis = services.diagnose(found)
    assert people.ranking(diagnosis)[0] == ("connection/port-held", "supported")
    assert "held_by_other" in people.what_ruled_out(diagnosis, "connection/not-running")

    with uvicorn(base, port):
        seen = people.repair(found, "connection/port-held/free", by=person)

    assert seen == {"connection/listener": "listening", "connection/outside": "connected"}
    people.assert_remembered(found, "connection/port-held/free", by=person)


def test_bound_to_loopback_and_asked_at_another_address(base: Path, person: User):
    port = free_port()
    write_app(base)
    with uvicorn(base, port, host="127.0.0.1"):
        found = services.find_fixes(
            f"curl: (7) Failed to connect to 127.0.0.2 port {port} after 0 ms: Connection refused"
        )

        people.follow_advice(found, by=person)

    diagnosis = services.diagnose(found)
    assert people.ranking(diagnosis)[0] == ("connection/loopback", "supported")
    assert people.what_ruled_out(diagnosis, "connection/not-running")
    assert "bound_loopback_only" in people.what_ruled_out(diagnosis, "connection/rejected")

    with uvicorn(base, port, host="0.0.0.0"):
        seen = people.repair(found, "connection/loopback/rebind", by=person)

    assert seen == {"connection/bind": "listening", "connection/outside": "connected"}
    people.assert_remembered(found, "connection/loopback/rebind", by=person)


def test_reload_parent_says_running_while_its_child_died_on_a_missing_module(
    base: Path, person: User
):
    port = free_port()
    write_app(base, imports="jwt")
    argv = ("-m", "uvicorn", "main:app", "--reload", "--host", "0.0.0.0", "--port", port)
    with running(*argv, cwd=base, name="reloader") as parent:
        printed = parent.wait_for_line("ModuleNotFoundError")
        # What the author of the report saw: the lines before the child's traceback.
        running_lines = [line for line in printed.splitlines() if line.startswith("INFO:")]
        assert any("Uvicorn running on" in line for line in running_lines)
        assert parent.process.poll() is None
        found = services.find_fixes(
            "\n".join(running_lines)
            + f"\nGET http://localhost:{port}/ net::ERR_CONNECTION_REFUSED",
            typed={
                "interpreter": sys.executable,
                "directory": str(base),
                "target": "main:app",
            },
        )

        people.follow_advice(found, by=person)

        diagnosis = services.diagnose(found)
        first = diagnosis.causes[0]
        assert (first.cause.slug, first.state) == ("missing-module", "supported")
        assert people.what_ruled_out(diagnosis, "connection/port-held") == {"not_listening"}
        assert people.what_ruled_out(diagnosis, "connection/filtered") == {"refused"}

        # The repair: the module is there, and the reloader starts its child anew.
        (base / "jwt.py").write_text("")
        os.utime(base / "main.py")
        parent.wait_until_listening(port)
        seen = people.repair(found, f"{first.cause.key}/install", by=person)

    assert seen[f"{first.guide.slug}/app"] == "loadable"
    assert seen[f"{first.guide.slug}/listener"] == "listening"
    people.assert_remembered(found, f"{first.cause.key}/install", by=person)
