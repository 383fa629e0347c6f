"""`--once GUIDE` on a developer's own computer, with real services, in Korean and English."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest
from django.db import transaction

from kb.models import Guide, Investigation
from probes.models import Batch, Location, Probe, Run
from tests.starter import put_starter_content
from tests.support.agents import ROOT, Server, agent, make_location, once, serving
from tests.support.apps import write_app
from tests.support.listening import Listener
from tests.support.processes import free_port, running, uvicorn

pytestmark = pytest.mark.django_db(transaction=True)

HEALTHY = ("--set", "process=python|uvicorn")


@pytest.fixture
def server(tmp_path: Path, database_url: str) -> Iterator[Server]:
    with transaction.atomic():
        put_starter_content()
    with serving(tmp_path, database_url) as server:
        yield server


@pytest.fixture
def token(server: Server) -> str:
    return make_location()[1]


def only(*slugs: str) -> None:
    """Keep these checks of the connection guide."""
    Guide.objects.get(slug="connection").checks.exclude(slug__in=slugs).delete()


def approve(slug: str) -> None:
    for probe in Probe.objects.filter(checks__slug=slug):
        probe.approved_hash = probe.definition_hash
        probe.save()


def test_nothing_listens_and_the_verdict_says_so_in_korean(server: Server, token: str):
    port = free_port()

    said = once(server, token, "connection", "--set", f"port={port}", LANG="ko_KR.UTF-8")

    assert said.returncode == 1, said.stderr
    lines = said.stdout.splitlines()
    listener = next(line for line in lines if "listener" in line)
    assert listener.split() == ["CRITICAL", "listener", "포트를", "연", "프로세스", "없음"]
    assert "== 판정" in lines
    assert lines[lines.index("== 판정") + 1].startswith("1. 서버가 실행 중이 아니거나")
    assert "directory, interpreter" in said.stdout
    assert "백신과 방화벽이 이 포트를 막지 않습니까?" in said.stdout
    assert "\x1b[" not in said.stdout
    assert token not in said.stdout + said.stderr
    assert {run.item.batch.location.slug for run in Run.objects.all()} == {"laptop"}
    assert Run.objects.filter(item__params__port=port).exists()


def test_everything_is_well_and_the_exit_code_says_so(server: Server, token: str, tmp_path: Path):
    only("listener", "inside", "outside")
    port = free_port()
    write_app(tmp_path)
    with uvicorn(tmp_path, port, name="app"):
        said = once(server, token, "connection", "--lang", "en", "--set", f"port={port}", *HEALTHY)

    assert said.returncode == 0, said.stdout + said.stderr
    lines = said.stdout.splitlines()
    assert lines[0].startswith("Looking from laptop: Server cannot be reached")
    statuses = [line.split()[:2] for line in lines if line.startswith("OK")]
    assert sorted(statuses) == [["OK", "inside"], ["OK", "listener"], ["OK", "outside"]]
    # Names and reasons stand in columns of their own.
    assert len({line.index("  ", 10 + len("listener")) for line in lines if line[:2] == "OK"}) == 1


def test_what_could_not_be_looked_at_is_neither_well_nor_found(server: Server, token: str):
    only("app")

    said = once(
        server, token, "connection", "--lang", "en",
        "--set", f"interpreter={sys.executable}", "--set", "directory=/nowhere",
    )  # fmt: skip

    assert said.returncode == 3
    assert "UNKNOWN   app  Looking there is not allowed" in said.stdout


def test_guide_without_a_check_that_can_run_names_what_is_missing(server: Server, token: str):
    only("app", "not-blocked")

    said = once(server, token, "connection", "--lang", "en")

    assert said.returncode == 3
    assert "No check of this guide can run here now." in said.stdout
    assert "Can the ASGI app be loaded from that folder?: directory, interpreter" in said.stdout
    assert not Run.objects.exists()


def test_values_of_a_piped_text_are_shown_before_they_are_looked_at(server: Server, token: str):
    port = free_port()
    text = f"GET http://localhost:{port}/ net::ERR_CONNECTION_REFUSED token=abcdef123456"

    asked = once(server, token, "connection", "--lang", "en", "--text", "-", text=text)

    assert asked.returncode == 3
    assert f"port was read from the text as {port}" in asked.stdout
    assert "--yes" in asked.stdout
    assert not Investigation.objects.exists()

    said = once(server, token, "connection", "--lang", "en", "--text", "-", "--yes", text=text)

    assert said.returncode == 1
    assert Run.objects.filter(item__params__port=port).exists()
    assert "abcdef123456" not in Investigation.objects.get().text


def test_definition_that_nobody_approved_does_not_run(server: Server, token: str):
    only("listener", "inside")
    Probe.objects.filter(checks__slug="listener").update(approved_hash="")

    said = once(server, token, "connection", "--lang", "en")

    assert "Left out, because the definition is not approved:" in said.stdout
    assert set(Run.objects.values_list("item__ref", flat=True)) == {"connection/inside"}


def test_checks_run_on_this_very_host_while_another_agent_waits_for_work(
    server: Server, token: str
):
    only("listener", "inside")
    with agent(server, token, name="other") as other:
        other.wait_for_line("asks")

        once(server, token, "connection", "--lang", "en")

        assert "claimed" not in other.output
    assert Run.objects.count() == 2


def test_interrupted_look_gives_the_rest_back_and_has_no_verdict(server: Server, token: str):
    only("inside", "docs")
    Probe.objects.filter(checks__slug="docs").update(timeout_s=30)
    approve("docs")
    silent = Listener()
    options = ("--once", "connection", "--lang", "en", "--set", f"port={silent.port}")
    with agent(server, token, *options) as asked:
        asked.wait_for_line("inside")
        asked.process.send_signal(signal.SIGINT)
        said = asked.wait_for_end()
    silent.close()

    assert asked.process.returncode == 3
    assert "Not everything could be recorded" in said
    assert "Traceback" not in said
    batch = Batch.objects.get()
    assert (batch.state, batch.tries) == (Batch.State.READY, 0)
    assert Run.objects.get().item.ref == "connection/inside"


def test_reader_who_has_enough_costs_neither_a_run_nor_the_exit_code(server: Server, token: str):
    only("inside", "outside")
    argv = (
        sys.executable,
        "-m",
        "probes.engine.agent",
        "--server",
        server.url,
        "--once",
        "connection",
    )
    asked = subprocess.Popen(
        [*argv, "--set", f"port={free_port()}"],
        cwd=ROOT,
        env={**os.environ, "KNOWNFIX_TOKEN": token},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert asked.stdout
    asked.stdout.close()
    asked.stdout = None
    _, complaints = asked.communicate(timeout=40)

    assert (asked.returncode, "Traceback" in complaints) == (1, False), complaints
    assert Run.objects.count() == 2


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("nowhere",), "There is no published guide nowhere. There are: ai-api, connection"),
        (("connection", "--set", "port=abc"), "port: must be a port from 1 to 65535"),
        (("connection", "--set", "colour=red"), "colour: No guide asks for a parameter"),
    ],
    ids=["guide", "value", "name"],
)
def test_bad_question_is_answered_with_what_is_wrong(
    options: tuple[str, ...], told: str, server: Server, token: str
):
    said = once(server, token, *options, "--lang", "en")

    assert said.returncode == 3
    assert told.split(":")[0] in said.stdout


def test_base_that_is_away_and_a_wrong_token_are_told_apart(server: Server, token: str):
    wrong = once(server, "ka_wrong", "connection", "--lang", "ko")
    server.stop()
    away = once(server, token, "connection", "--lang", "ko")

    assert (wrong.returncode, away.returncode) == (3, 3)
    assert "토큰을 새로 만드세요" in wrong.stdout
    assert f"{server.url} 서버가 응답하지 않습니다" in away.stdout


def test_agent_on_another_host_is_one_file_that_needs_only_python(
    server: Server, token: str, tmp_path: Path
):
    """A fresh environment without any package, and `-I`: nothing of this checkout is there."""
    venv = tmp_path / "bare"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", venv], check=True)
    python = venv / "bin" / "python"
    pyz = tmp_path / "agent.pyz"
    with urlopen(f"{server.url}/agent.pyz") as answer:
        pyz.write_bytes(answer.read())
    find = "import importlib.util as u; print([n for n in ('re2', 'psutil', 'h11', 'django') if u.find_spec(n)])"
    bare = subprocess.run([python, "-I", "-c", find], capture_output=True, text=True, check=True)
    assert bare.stdout.strip() == "[]"
    limits = tmp_path / "limits.toml"
    limits.write_text(f'roots = ["{tmp_path}"]\ninterpreters = ["{sys.executable}"]\n')
    Location.objects.update(roots=[str(tmp_path)], interpreters=[sys.executable])
    write_app(tmp_path)
    port = free_port()
    with running("-m", "http.server", port, "--bind", "127.0.0.1", cwd=tmp_path, name="other") as o:
        o.wait_until_listening(port)
        said = subprocess.run(
            [python, "-I", pyz, "--server", server.url, "--once", "connection", "--lang", "en",
             "--set", f"port={port}", "--set", f"interpreter={sys.executable}",
             "--set", f"directory={tmp_path}", "--set", "target=main:app", "--limits", limits],
            env={"KNOWNFIX_TOKEN": token}, cwd="/", capture_output=True, text=True, check=False,
        )  # fmt: skip

    assert said.returncode == 1, said.stderr
    seen = dict(Run.objects.values_list("item__ref", "reason_code"))
    assert seen["connection/listener"] == "held_by_other"
    assert seen["connection/inside"] == "connected"
    assert seen["connection/root"] == "as_expected"
    assert seen["connection/docs"] == "wrong_status"
    assert seen["connection/app"] == "loadable"
    assert said.stderr == ""
