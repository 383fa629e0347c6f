"""`manage.py probe`: an approved probe here and now, for a person, a program, and Nagios."""

import io
import json
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command

from probes.engine.programs.perfdata import read_output
from probes.models import Batch, Run
from tests.databases import manage
from tests.probes.factories import make_probe

pytestmark = pytest.mark.django_db


@pytest.fixture
def listening() -> Any:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def closed() -> Any:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


def probe(*arguments: str) -> tuple[int, str, str]:
    """Exit code, what it printed, and what it complained about."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("probe", *arguments, stdout=out, stderr=err)
    return int(ended.value.code or 0), out.getvalue(), err.getvalue()


def at(port: int) -> tuple[str, ...]:
    return ("tcp", "--value", "host=127.0.0.1", "--value", f"port={port}")


def test_a_person_reads_status_reason_facts_and_the_exit_code_is_the_status(
    listening: int, closed: int
) -> None:
    make_probe()

    fine, said, _ = probe(*at(listening))
    broken, complaint, _ = probe(*at(closed))

    assert (fine, broken) == (0, 2)
    assert said.startswith("OK: The connection was accepted (connected)\n")
    assert f"  port: {listening}\n" in said
    assert "  addresses:\n    -\n      address: 127.0.0.1\n" in said
    assert "refused the connection" in complaint


def test_nothing_is_stored(listening: int) -> None:
    make_probe()

    probe(*at(listening))

    assert not Batch.objects.exists()
    assert not Run.objects.exists()


def test_words_are_korean_when_asked_for(closed: int) -> None:
    make_probe()

    _, said, _ = probe(*at(closed), "--lang", "ko")
    _, _, refused = probe("gone", "--lang", "ko")

    assert "(refused)" in said
    assert "The connection was refused" not in said
    assert refused == "gone: 그런 이름의 프로브가 없습니다.\n"


def test_json_holds_everything(listening: int) -> None:
    make_probe()

    code, said, _ = probe(*at(listening), "--json")

    told = json.loads(said)
    assert (code, told["probe"], told["status"], told["reason_code"]) == (
        0,
        "tcp",
        "OK",
        "connected",
    )
    assert told["facts"]["port"] == listening
    assert len(told["attempts"]) == 1


def test_plugin_answers_in_one_line_with_measurements(listening: int, closed: int) -> None:
    make_probe()

    fine, said, _ = probe(*at(listening), "--nagios")
    broken, complaint, _ = probe(*at(closed), "--nagios")

    assert (fine, broken) == (0, 2)
    assert said.count("\n") == 1
    assert said.startswith(f"OK: 127.0.0.1 port {listening} accepts connections | 'time'=")
    assert complaint.startswith("CRITICAL: ")
    (datum,) = read_output(said).data
    assert (datum.label, datum.unit) == ("time", "s")


def test_warning_is_one(tmp_path: Path) -> None:
    make_probe(
        "w", kind="port_listen", params={"port": 1}, expectation={"not_listening": "WARNING"}
    )

    code, said, _ = probe("w", "--nagios")

    assert (code, said[:9]) == (1, "WARNING: ")


def test_plugin_s_own_measurements_are_handed_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plugin = tmp_path / "check_it"
    plugin.write_text("#!/bin/sh\necho \"OK - fine | 'x y'=5%;10;@1:2;0;100\"; exit 1\n")
    plugin.chmod(0o755)
    limits = tmp_path / "limits.toml"
    limits.write_text(f'[plugins]\ncheck_it = "{plugin}"\n')
    monkeypatch.setattr(settings, "KNOWNFIX_LIMITS", str(limits))
    make_probe("it", kind="nagios", params={"plugin": "check_it"})

    code, said, _ = probe("it", "--nagios")

    assert (code, said[:14]) == (1, "WARNING: OK - ")
    assert read_output(said).data[-1].written == "'x y'=5%;10;@1:2;0;100"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("gone",), "There is no probe of this name."),
        (("draft", "--value", "host=h", "--value", "port=1"), "is not approved"),
        (("tcp", "--value", "host=127.0.0.1"), "tcp: port: no value was given for ${port}"),
        (("tcp", "--value", "host"), "--value host: must be NAME=VALUE"),
        (("tcp", "--value", "host=a", "--value", "host=b"), "each name once"),
        ((*at(1), "--value", "shell=rm"), "tcp: shell: The probe does not ask for this value."),
        (("tcp", "--value", "host=-x", "--value", "port=1"), "must not start with a dash"),
        (("asked",), "A person answers this check"),
    ],
)
def test_what_cannot_run_is_three_with_a_sentence(arguments: tuple[str, ...], words: str) -> None:
    make_probe()
    make_probe("draft", approved=False)
    make_probe("asked", kind="manual", params={"question": "Is it green?"})

    plain, nothing, complaint = probe(*arguments)
    plugin, said, silent = probe(*arguments, "--nagios")
    _, told, _ = probe(*arguments, "--json")

    assert (plain, plugin, nothing, silent) == (3, 3, "", "")
    assert words in complaint
    assert said.startswith("UNKNOWN: ")
    assert words in said
    assert words in " ".join(json.loads(told)["problems"])


def test_address_outside_the_location_s_networks_is_unknown_without_measurements() -> None:
    make_probe()

    code, said, _ = probe("tcp", "--value", "host=10.0.0.1", "--value", "port=80", "--nagios")

    assert code == 3
    assert said.startswith("UNKNOWN: 10.0.0.1 is outside the networks")
    assert "|" not in said


def test_limits_that_cannot_be_read_are_three(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, listening: int
) -> None:
    monkeypatch.setattr(settings, "KNOWNFIX_LIMITS", str(tmp_path / "none.toml"))
    make_probe()

    code, said, _ = probe(*at(listening), "--nagios")

    assert code == 3
    assert "none.toml" in said


def run_as_plugin(*arguments: str, database_url: str) -> tuple[int, str, str]:
    """As a monitoring system does: a process of its own, its exit code and its first line."""
    caller = manage("probe", *arguments, database_url=database_url, stderr=subprocess.PIPE)
    out, err = caller.communicate(timeout=60)
    return caller.returncode, out, err


@pytest.mark.django_db(transaction=True)
def test_a_monitoring_system_reads_exit_codes_and_one_line(
    database_url: str, listening: int, closed: int
) -> None:
    make_probe()

    ended = [
        run_as_plugin(*arguments, "--nagios", database_url=database_url)
        for arguments in (at(listening), at(closed), ("gone",), ("tcp", "--no-such-option"), ())
    ]

    assert [code for code, _, _ in ended] == [0, 2, 3, 3, 3]
    assert [out.partition(":")[0] for _, out, _ in ended] == [
        "OK", "CRITICAL", "UNKNOWN", "UNKNOWN", "UNKNOWN",
    ]  # fmt: skip
    assert all(out.count("\n") == 1 for _, out, _ in ended)
    assert not any("Traceback" in err for _, _, err in ended)


@pytest.mark.parametrize("url", ["sqlite:///{}/empty.sqlite3", "sqlite:////nowhere/x", "nonsense"])
def test_database_that_cannot_be_read_is_three_and_no_traceback(tmp_path: Path, url: str) -> None:
    code, out, err = run_as_plugin("tcp", "--nagios", database_url=url.format(tmp_path))

    assert (code, out[:9]) == (3, "UNKNOWN: ")
    assert "Traceback" not in err


def test_help_is_no_failure() -> None:
    done = subprocess.run(
        [sys.executable, str(settings.BASE_DIR / "manage.py"), "probe", "--help"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0
    assert "--nagios" in done.stdout


def test_what_could_not_be_looked_at_says_what_to_do() -> None:
    make_probe("secret", kind="sql_query", params={"dsn_ref": "shop-db", "query": "SELECT 1"})

    code, said, _ = probe("secret")

    assert code == 3
    assert "What to do (For a probe operator): Name this secret under [secrets]" in said
    assert "null" not in said
