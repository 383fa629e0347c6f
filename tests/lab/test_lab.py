"""A lab leaves nothing behind, however it ends, and a person can start one from the terminal."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from tests.lab import janitor
from tests.lab.cases import CASES
from tests.lab.lab import ROOT, Lab, wait_until
from tests.lab.machine import missing
from tests.lab.parts.namespace import namespace
from tests.lab.scenarios.catalogue import SCENARIOS

pytestmark = pytest.mark.lab


def left_of(pid: int) -> list[str]:
    """Namespaces, folders and processes of a lab that this process had."""
    mine = f"{janitor.PREFIX}-{pid}-*"
    paths = [*janitor.NAMESPACES.glob(mine), *janitor.HOSTS.glob(mine), *Path("/tmp").glob(mine)]
    return [*map(str, paths), *naming(f"{janitor.PREFIX}-{pid}-")]


def naming(words: str) -> list[str]:
    """The processes with these words in their command line, or in the name of their folder."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if words in " ".join([process.cwd(), *process.cmdline()]):
                found.append(str(process))
    return found


class Person:
    """`manage.py lab NAME`, as typed in a terminal: what it says, and what is typed to it."""

    def __init__(self, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(ROOT / "manage.py"), "lab", *arguments],
            cwd=ROOT,
            env={**os.environ, "KNOWNFIX_NO_VENV": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def read_until(self, words: str) -> str:
        assert self.process.stdout
        lines = []
        for line in self.process.stdout:
            lines.append(line)
            if words in line:
                return "".join(lines)
        raise AssertionError(f"it ended without {words!r}:\n{''.join(lines)}")

    def type(self, line: str) -> None:
        assert self.process.stdin
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()


@contextlib.contextmanager
def typed(*arguments: str) -> Iterator[Person]:
    person = Person(*arguments)
    try:
        yield person
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(person.process.pid, signal.SIGTERM)
        person.process.communicate(timeout=30)


def test_person_meets_a_failure_repairs_it_and_stops() -> None:
    assert not missing(SCENARIOS["group-drops"].needs)
    with typed("group-drops") as person:
        found = person.read_until("Ctrl-C stops everything")
        shell = re.search(r"outside \(10\.99\.0\.1\): (.+) bash", found)
        assert shell, found
        # What is printed can be typed: the load balancer is there to ask.
        asked = [*shell[1].split(), "bash", "-c", "exec 3<>/dev/tcp/10.99.0.1/80"]
        by_hand = subprocess.run(asked, check=False).returncode
        person.type("again")
        again = person.read_until("Ctrl-C stops everything")
        person.type("")
        repaired = person.read_until("Ctrl-C stops everything")
        there_are = left_of(person.process.pid)
        os.killpg(person.process.pid, signal.SIGINT)
        rest, _ = person.process.communicate(timeout=30)

    assert "504 Gateway Time-out" in found
    assert "CRITICAL masked_by_5xx: https://hakwonplus.test to http://10.99.0.1" in found
    assert "CRITICAL timed_out_connect: 10.99.1.2 port 8000" in found
    assert "CRITICAL masked_by_5xx" in again
    assert "OK allowed" in repaired
    assert "DIFFERS" not in found + again + repaired
    assert by_hand == 0
    assert there_are
    assert rest == "\nStopped; everything is removed.\n"
    assert left_of(person.process.pid) == []


def _send(number: int) -> Callable[[Person], None]:
    return lambda person: os.kill(person.process.pid, number)


@pytest.mark.parametrize(
    "end",
    [_send(signal.SIGINT), _send(signal.SIGTERM), _send(signal.SIGHUP), _send(signal.SIGKILL)],
    ids=["Ctrl-C", "SIGTERM", "closed terminal", "kill -9"],
)
def test_nothing_stays_behind_however_it_is_ended(end: Callable[[Person], None]) -> None:
    with typed("server-off") as person:
        person.read_until("Ctrl-C stops everything")
        assert left_of(person.process.pid)
        end(person)
        person.process.wait(timeout=30)
        wait_until(lambda: not left_of(person.process.pid), "the janitor to clean up")


@pytest.mark.parametrize(
    ("name", "repairs"),
    [("container-exited", 0), ("database-kinds", 0), ("database-down", 1)],
    ids=["dockerd", "PostgreSQL", "PostgreSQL that was started again"],
)
def test_servers_that_look_after_themselves_go_too(name: str, repairs: int) -> None:
    assert not missing(SCENARIOS[name].needs)
    with typed(name) as person:
        said = person.read_until("Ctrl-C stops everything")
        for _ in range(repairs):
            person.type("")
            person.read_until("Ctrl-C stops everything")
        folder = re.search(r"/tmp/kf-[a-z]+-\w+", said)
        assert folder, said
        assert naming(f"{folder[0]}/")
        os.kill(person.process.pid, signal.SIGKILL)
        person.process.wait(timeout=30)
        wait_until(
            lambda: not naming(f"{folder[0]}/") and not Path(folder[0]).exists(),
            "the janitor to clean up",
        )


def test_scenario_that_fails_while_it_starts_leaves_nothing() -> None:
    def start_and_fail() -> None:
        with Lab() as lab:
            place = namespace(lab, "alone", "127.0.0.1")
            lab.start("sleeper", ["sleep", "60"], at=place).freeze()
            raise RuntimeError("it cannot go on")

    with pytest.raises(RuntimeError):
        start_and_fail()

    assert left_of(os.getpid()) == []


def test_next_lab_sweeps_up_what_a_killed_one_and_its_killed_janitor_left() -> None:
    with typed("server-off") as person:
        person.read_until("Ctrl-C stops everything")
        own = psutil.Process(person.process.pid)
        own.suspend()
        for child in own.children():
            child.kill()
        assert left_of(person.process.pid)
        person.process.kill()
        person.process.wait()

        with Lab():
            pass

        assert left_of(person.process.pid) == []


def test_base_beside_a_failure_answers_from_this_host_and_has_an_agent_inside() -> None:
    assert not missing(SCENARIOS["host-drops"].needs)
    with typed("--base", "host-drops") as person:
        said = person.read_until("Ctrl-C stops everything")
        url = re.search(r"base +(http://127\.0\.0\.1:\d+/)", said)
        folder = re.search(r"(/tmp/kflab-\S+)/api\.log", said)
        assert url, said
        assert folder, said
        answer = pasted(url[1], Path(folder[1]), CASES["host-drops"].pastes[0].text)
        agent = Path(folder[1], "agent.log")
        wait_until(lambda: "asks http://10.99.0.1:8420 for work" in agent.read_text(), "the agent")
        os.killpg(person.process.pid, signal.SIGINT)
        person.process.communicate(timeout=30)

    assert "/g/connection/" in answer
    assert left_of(person.process.pid) == []


def pasted(url: str, folder: Path, text: str) -> str:
    """What the base answers to a terminal."""
    key = Path(folder, "var", "api_key").read_text().strip()
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "text/plain"}
    request = urllib.request.Request(f"{url}api/v1/match.txt", text.encode(), headers)
    with urllib.request.urlopen(request, timeout=30) as answered:
        return answered.read().decode()


def test_without_a_name_every_scenario_is_listed_with_its_sentence() -> None:
    with typed() as person:
        said, _ = person.process.communicate(timeout=30)

    for scenario in SCENARIOS.values():
        assert re.search(rf"^  {scenario.slug} +{re.escape(scenario.sentence)}$", said, re.M)


def test_unknown_name_is_answered_with_those_there_are() -> None:
    with typed("no-such") as person:
        said, _ = person.process.communicate(timeout=30)

    assert person.process.returncode == 1
    assert "There is no scenario no-such; there are healthy, " in said
