"""`manage.py up` as a newcomer meets it: real processes, real sockets, an empty folder."""

import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.config.running import ROOT, Up, command_of, environment, gone, running


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """A first start in an empty folder, with everything a newcomer gets."""
    with running(tmp_path_factory.mktemp("first") / "var") as up:
        yield up


@pytest.fixture
def var(tmp_path: Path, migrated_file: Path) -> Path:
    """A state folder whose database is made: what is started in it does not start first."""
    folder = tmp_path / "var"
    folder.mkdir()
    shutil.copy(migrated_file, folder / "knownfix.sqlite3")
    return folder


def get(url: str) -> str:
    with urllib.request.urlopen(url, timeout=20) as answer:
        return answer.read().decode()


def test_first_start_says_each_step_with_its_time(first: Up) -> None:
    steps = ["environment", "database", "starter content", "admin account", "API key", "server"]

    assert [label for label in steps if re.match(r"\d+\.\d s", first.said(label))] == steps


def test_first_start_prints_the_password_and_keeps_the_key_closed(first: Up) -> None:
    key = first.var / "api_key"

    assert re.match(r"admin / \S{16} ", first.said("sign in"))
    assert key.stat().st_mode & 0o777 == 0o600
    assert key.read_text().startswith("kb_")


def test_self_approval_is_shown(first: Up) -> None:
    assert first.said("self-approval").startswith("on")


def test_printed_curl_line_returns_a_fix(first: Up) -> None:
    line = first.said("terminal")

    answered = subprocess.run(
        ["bash", "-c", line + " -H 'Accept-Language: en'"],
        cwd=first.var, capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip

    assert answered.returncode == 0, answered.stderr
    assert answered.stdout.startswith("1. "), answered.stdout
    assert "/g/connection/" in answered.stdout.splitlines()[0]


def test_pages_and_their_files_are_served(first: Up) -> None:
    page = get(first.url)
    stylesheet = re.search(r'href="(/static/[^"]+\.css[^"]*)"', page)

    assert stylesheet
    assert "{" in get(first.url.rstrip("/") + stylesheet[1])


def test_second_up_in_the_same_folder_says_where_it_runs(first: Up) -> None:
    again = subprocess.run(
        [sys.executable, ROOT / "manage.py", "up"],
        env=environment(first.var), capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip

    assert again.returncode == 1
    assert f"already runs here: process {first.process.pid}, {first.url}" in again.stderr


def test_killed_web_server_is_replaced_while_requests_wait(first: Up) -> None:
    os.kill(first.pid_of("server"), signal.SIGKILL)

    answers = [get(f"{first.url}health/ready") for _ in range(20)]

    assert answers == ["ready\n"] * 20


def test_killed_worker_is_replaced(first: Up) -> None:
    old = first.pid_of("worker")
    os.kill(old, signal.SIGKILL)

    def workers() -> list[int]:
        return [p.pid for p in first.family() if "worker" in command_of(p) and p.pid != old]

    deadline = time.monotonic() + 10
    while not workers() and time.monotonic() < deadline:
        time.sleep(0.1)

    assert len(workers()) == 1


def test_ctrl_c_leaves_no_process_and_the_next_start_is_quick_and_quiet(var: Path) -> None:
    with running(var) as up:
        family = up.family()
        up.press_ctrl_c()

        assert up.wait() == 0
        assert len(family) >= 3
        assert gone(family)
    with running(var) as second:
        assert second.said("sign in") == ""
        assert "there already" in second.said("admin account")
        assert "there already" in second.said("API key")
        # Seconds of work, not of waiting: other tests run beside this one.
        assert second.cpu_s("supervisor") + second.cpu_s("server") < 3


def test_killed_supervisor_leaves_no_process(var: Path) -> None:
    with running(var, "--port", "0", "--no-starter") as up:
        family = up.family()

        os.kill(up.process.pid, signal.SIGKILL)
        up.process.wait()

        assert gone(family)


def test_taken_port_names_its_holder_and_the_next_one_is_used(var: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with running(var, "--port", str(port), "--no-worker", "--no-starter") as up:
            assert f"{port} is taken by process {os.getpid()}" in up.said("port")
            assert up.url != f"http://127.0.0.1:{port}/"
            assert get(f"{up.url}health/live") == "alive\n"


def test_what_was_left_out_is_said(var: Path) -> None:
    with running(var, "--port", "0", "--no-worker", "--no-starter") as up:
        assert "--no-starter" in up.said("starter content")
        assert "no worker" in up.said("note")


def test_interrupt_works_where_the_shell_made_us_ignore_it(var: Path) -> None:
    command = [sys.executable, str(ROOT / "manage.py"), "up", "--port", "0", "--no-worker"]
    shell = f"trap '' INT; exec {shlex.join(command)} --no-starter"
    started = subprocess.Popen(
        ["bash", "-c", shell],
        env=environment(var), stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert started.stdout
    with started:
        for line in started.stdout:
            if line.strip().startswith("stop "):
                started.send_signal(signal.SIGINT)

    assert started.returncode == 0


def test_other_host_is_allowed_and_said(var: Path) -> None:
    options = ("--host", "0.0.0.0", "--port", "0", "--no-worker", "--no-starter")
    with running(var, *options) as up:
        port = up.url.rsplit(":", 1)[1].strip("/")
        asked = urllib.request.Request(
            f"http://127.0.0.1:{port}/health/live", headers={"Host": socket.gethostname()}
        )

        assert urllib.request.urlopen(asked, timeout=20).status == 200
        assert "other machines can reach it" in up.said("note")


@pytest.mark.parametrize(
    "url",
    ["mysql://x/y", "sqlite://", "sqlite:////nowhere/at/all.sqlite3", "postgres://127.0.0.1:1/x"],
    ids=["unknown scheme", "no path", "no such folder", "nobody listens"],
)
def test_unusable_database_address_is_one_sentence(tmp_path: Path, url: str) -> None:
    said = subprocess.run(
        [sys.executable, ROOT / "manage.py", "up", "--port", "0", "--database", url],
        env=environment(tmp_path / "var"), capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip

    assert said.returncode == 1
    assert "Traceback" not in said.stderr
    assert len(said.stderr.strip().splitlines()) == 1


def test_state_folder_that_cannot_be_made_is_one_sentence() -> None:
    said = subprocess.run(
        [sys.executable, ROOT / "manage.py", "up", "--port", "0"],
        env={**os.environ, "KNOWNFIX_NO_VENV": "1", "KNOWNFIX_VAR": "/proc/nothing"},
        capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip

    assert said.returncode == 1
    assert said.stderr.startswith("/proc/nothing cannot be used")
    assert len(said.stderr.splitlines()) == 1
