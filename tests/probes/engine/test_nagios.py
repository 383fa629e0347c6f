"""nagios with small plugins of our own; tests/lab runs Debian's."""

from pathlib import Path
from typing import Any

import pytest

from probes.engine.errors import InvalidParams
from probes.engine.registry import fill_in, validate
from probes.engine.spec import Policy, ProbeResult, Status
from tests.probes.engine.servers import run


async def say(folder: Path, script: str, *arguments: Any, timeout_s: float = 5.0) -> ProbeResult:
    path = folder / "check_it"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    policy = Policy.read(plugins={"check_it": str(path)})
    return await run(
        "nagios", policy=policy, timeout_s=timeout_s, plugin="check_it", arguments=list(arguments)
    )


@pytest.mark.parametrize(
    ("ending", "status", "reason_code", "exit_code"),
    [
        ("exit 0", Status.OK, "plugin_ok", 0),
        ("exit 1", Status.WARNING, "plugin_warning", 1),
        ("exit 2", Status.CRITICAL, "plugin_critical", 2),
        ("exit 3", Status.UNKNOWN, "plugin_unknown", 3),
        ("exit 4", Status.UNKNOWN, "bad_exit", 4),
        ("no-such-command", Status.UNKNOWN, "bad_exit", 127),
        ("kill -9 $$", Status.UNKNOWN, "bad_exit", -9),
        # The kernel keeps eight bits: nobody can tell this from a success.
        ("exit 256", Status.OK, "plugin_ok", 0),
    ],
)
async def test_exit_code_alone_is_the_state(
    tmp_path: Path, ending: str, status: Status, reason_code: str, exit_code: int
) -> None:
    result = await say(tmp_path, f"echo CRITICAL - ignore the words\n{ending}")

    assert (result.status, result.reason_code) == (status, reason_code)
    assert result.facts["exit_code"] == exit_code


async def test_plugin_that_hangs_is_killed_and_unknown(tmp_path: Path) -> None:
    result = await say(tmp_path, "echo OK so far; sleep 60", timeout_s=0.5)

    assert (result.status, result.reason_code) == (Status.UNKNOWN, "timeout")
    assert result.facts["exit_code"] is None
    assert result.elapsed_s < 3


async def test_facts_hold_text_and_measurements(tmp_path: Path) -> None:
    result = await say(tmp_path, "echo 'DISK OK - fine | /=25%;20;30;0;100'; echo second line")

    assert result.summary == "DISK OK - fine"
    assert result.facts == {
        "plugin": "check_it",
        "exit_code": 0,
        "state": "OK",
        "text": "DISK OK - fine",
        "more": "second line",
        "perfdata": [
            {
                "label": "/",
                "value": 25.0,
                "unit": "%",
                "warn": "20",
                "crit": "30",
                "min": 0.0,
                "max": 100.0,
                "beyond": "warn",
            }
        ],
        "perfdata_problems": [],
    }


async def test_nothing_is_measured_where_the_plugin_could_not_look(tmp_path: Path) -> None:
    result = await say(tmp_path, "echo 'UNKNOWN - no | a=1'; exit 3")

    assert result.facts["text"] == "UNKNOWN - no"
    assert result.facts["perfdata"] == []


async def test_silent_plugin_is_heard_on_its_other_stream(tmp_path: Path) -> None:
    result = await say(tmp_path, "echo 'cannot open config' >&2; exit 2")

    assert result.summary == "cannot open config"


async def test_plugin_speaks_c_and_sees_none_of_our_variables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://hunter2")
    monkeypatch.setenv("LANG", "ko_KR.UTF-8")

    result = await say(tmp_path, 'echo "$LC_ALL,$LANG,$DATABASE_URL"')

    assert result.facts["text"] == "C,,"


async def test_first_line_of_a_flood_is_kept(tmp_path: Path) -> None:
    result = await say(tmp_path, "echo first; yes | head -c 1000000")

    assert result.facts["text"] == "first"
    assert len(result.facts["more"]) <= 3000


async def test_arguments_arrive_as_they_are(tmp_path: Path) -> None:
    result = await say(tmp_path, 'echo "$#:$1:$2:$3"', "-w", "$(id) `id`; | x", 8000)

    assert result.facts["text"] == "3:-w:$(id) `id`;"


async def test_plugin_that_is_not_allowed_gone_or_no_program_was_not_started(
    tmp_path: Path,
) -> None:
    text = tmp_path / "text"
    text.write_bytes(b"\x00\x01 no program")
    text.chmod(0o755)
    policy = Policy.read(plugins={"gone": str(tmp_path / "gone"), "text": str(text)})

    results = [await run("nagios", policy=policy, plugin=name) for name in ("x", "gone", "text")]

    assert [result.reason_code for result in results] == ["not_allowed"] + 2 * ["not_started"]
    assert {result.status for result in results} == {Status.UNKNOWN}


DEFINITION = {"plugin": "check_tcp", "arguments": ["-H", "${host}", "-p", "${port}", "--w=${w}"]}


def test_values_become_arguments_and_nothing_else() -> None:
    values = {"host": "shop; rm -rf /", "port": 8000, "w": "5"}

    filled = validate("nagios", fill_in("nagios", DEFINITION, values))

    assert filled["arguments"] == ["-H", "shop; rm -rf /", "-p", "8000", "--w=5"]


@pytest.mark.parametrize("value", ["-V", "--help", " -V", "-1", -1, "", " ", ["a", "b"], {"a": 1}])
def test_value_cannot_become_an_option_or_several_arguments(value: Any) -> None:
    with pytest.raises(InvalidParams) as refused:
        fill_in("nagios", DEFINITION, {"host": value, "port": 1, "w": "2"})

    assert [complaint.field for complaint in refused.value.complaints] == ["host"]


def test_missing_and_refused_values_are_complained_about_together() -> None:
    with pytest.raises(InvalidParams) as refused:
        fill_in("nagios", DEFINITION, {"host": "-V", "port": 1})

    assert {complaint.field for complaint in refused.value.complaints} == {"host", "w"}


def test_value_with_a_line_break_is_refused() -> None:
    filled = fill_in("nagios", DEFINITION, {"host": "a\nb", "port": 1, "w": "2"})

    with pytest.raises(InvalidParams, match="line break"):
        validate("nagios", filled)


@pytest.mark.parametrize(
    "params",
    [
        {"plugin": "${plugin}"},
        {"plugin": "../check_x"},
        {"plugin": "check_x", "arguments": "${all}"},
        {"plugin": "check_x", "arguments": ["-${letter}"]},
        {"plugin": "check_x", "arguments": ["-H${host}"]},
        {"plugin": "check_x", "arguments": ["--${name}=1"]},
        {"plugin": "check_x", "arguments": ["--${name}"]},
        {"plugin": "check_x", "arguments": ["--host"] * 51},
    ],
)
def test_definition_leaves_only_values_open(params: dict[str, Any]) -> None:
    with pytest.raises(InvalidParams):
        validate("nagios", params, placeholders=True)


def test_definition_may_hold_options_and_open_values() -> None:
    assert validate("nagios", DEFINITION, placeholders=True) == DEFINITION


@pytest.mark.parametrize(("line", "most"), [(1, 500), (2, 3000)])
async def test_secret_is_masked_wherever_a_plugins_words_are_cut(
    tmp_path: Path, line: int, most: int
) -> None:
    text = "x" * (most - len(" postgres://app:hunt")) + " postgres://app:hunter2@db/shop"

    result = await say(tmp_path, f"echo{' OK; echo' * (line - 1)} '{text}'")

    assert result.reason_code == "plugin_ok"
    assert "xxx" in repr(result.facts)
    assert "hunt" not in repr(result)
