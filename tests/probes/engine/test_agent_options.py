"""The agent's command line: every complaint names the thing and what to do."""

from pathlib import Path

import pytest

from probes.engine.agent.__main__ import _options
from probes.engine.spec import Policy

SERVER = ("--server", "http://127.0.0.1:8420")


@pytest.fixture(autouse=True)
def token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KNOWNFIX_TOKEN", "ka_of_the_environment")


def complaint(capsys: pytest.CaptureFixture[str], *options: str) -> str:
    with pytest.raises(SystemExit) as ended:
        _options(options)
    assert ended.value.code == 2
    return capsys.readouterr().err


def test_host_that_says_nothing_allows_loopback_only() -> None:
    limits = _options(SERVER).limits

    assert limits == Policy.read(networks=["127.0.0.0/8", "::1/128"])


def test_limits_file_says_what_the_host_allows(tmp_path: Path) -> None:
    file = tmp_path / "limits.toml"
    file.write_text('roots = ["/srv/app"]\n')

    limits = _options([*SERVER, "--limits", str(file)]).limits

    assert limits.roots == ("/srv/app",)
    assert [str(network) for network in limits.networks] == ["127.0.0.0/8", "::1/128"]


def test_limits_file_with_faults_is_refused_with_all_of_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "limits.toml"
    file.write_text('networks = ["10.0.0.0/99"]\ncolour = "red"\n')

    said = complaint(capsys, *SERVER, "--limits", str(file))

    assert "colour: there is no such limit" in said
    assert "10.0.0.0/99" in said


def test_token_comes_from_the_environment_or_the_option() -> None:
    assert _options(SERVER).token == "ka_of_the_environment"
    assert _options([*SERVER, "--token", "ka_of_the_option"]).token == "ka_of_the_option"


@pytest.mark.parametrize("token", ["", "  ", "ka_a\nX-Injected: 1", "ka_토큰"])
def test_token_that_cannot_be_one_is_refused_and_not_repeated(
    token: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KNOWNFIX_TOKEN", token)

    said = complaint(capsys, *SERVER)

    assert "give the location's token in KNOWNFIX_TOKEN or with --token" in said
    assert "Injected" not in said


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ((), "--server"),
        (("--server", "kb.example.com"), "write it as https://kb.example.com"),
        ((*SERVER, "--set", "port"), "'port' is not NAME=VALUE, such as port=8001"),
        ((*SERVER, "--text", "/nowhere.txt"), "No such file"),
        ((*SERVER, "--limits", "/nowhere.toml"), "/nowhere.toml"),
        ((*SERVER, "--lang", "de"), "invalid choice"),
    ],
    ids=["no server", "no scheme", "no pair", "no text", "no limits", "no language"],
)
def test_wrong_option_is_named(
    options: tuple[str, ...], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert told in complaint(capsys, *options)
