"""A host's limits file: what it allows, every complaint at once, and that others only narrow it."""

import ipaddress
from pathlib import Path

import pytest

from probes.engine.errors import InvalidParams
from probes.engine.limits import narrowed, read_limits
from probes.engine.runner import run_one
from probes.engine.spec import Policy, ProbeSpec


def limits(folder: Path, text: str) -> Path:
    path = folder / "limits.toml"
    path.write_text(text)
    return path


def test_a_file_says_what_is_allowed_and_the_rest_is_not(tmp_path: Path) -> None:
    path = limits(tmp_path, 'networks = ["10.0.0.0/8"]\n[plugins]\ncheck_disk = "/p/check_disk"\n')

    policy = read_limits(path)

    assert policy.networks == (ipaddress.ip_network("10.0.0.0/8"),)
    assert policy.plugins == {"check_disk": "/p/check_disk"}
    assert policy.roots == ()


def test_secrets_come_from_the_environment_or_a_file_and_are_not_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_DSN", "postgres://shop:hunter22@db/shop")
    (tmp_path / "token").write_text("tok-123456\n")
    path = limits(
        tmp_path,
        f'[secrets]\nshop = {{env = "SHOP_DSN"}}\ntoken = {{file = "{tmp_path / "token"}"}}\n',
    )

    policy = read_limits(path)

    assert policy.secrets == {"shop": "postgres://shop:hunter22@db/shop", "token": "tok-123456"}
    assert "hunter22" not in repr(policy)


def test_every_complaint_comes_at_once(tmp_path: Path) -> None:
    path = limits(
        tmp_path,
        'networks = ["10.0.0.1/8"]\nroot = []\nkinds = "http"\n'
        '[plugins]\nx = "check_x"\n[secrets]\na = "plain"\n',
    )

    with pytest.raises(InvalidParams) as refused:
        read_limits(path)

    named = {complaint.field for complaint in refused.value.complaints}
    assert named == {"root", "kinds", "plugins", "secrets"} | {"networks"}


def test_a_file_that_cannot_be_read_allows_nothing(tmp_path: Path) -> None:
    with pytest.raises(InvalidParams, match="limits"):
        read_limits(tmp_path / "limits.toml")


def test_others_can_only_narrow(tmp_path: Path) -> None:
    own = Policy.read(
        networks=["10.0.0.0/8", "127.0.0.0/8"],
        roots=[str(tmp_path / "app")],
        kinds=["http", "tcp_connect"],
        interpreters=["/usr/bin/python3"],
        plugins={"check_disk": "/p"},
    )
    wished = Policy.read(
        networks=["10.1.0.0/16", "0.0.0.0/0", "::/0"],
        roots=[str(tmp_path), str(tmp_path / "app" / "logs"), "/etc"],
        kinds=["http", "nagios"],
        interpreters=["/usr/bin/python3", "/bin/sh"],
        denied_ports=[8420],
    )

    both = narrowed(own, wished=wished)

    assert {str(network) for network in both.networks} == {
        "10.0.0.0/8", "10.1.0.0/16", "127.0.0.0/8",
    }  # fmt: skip
    assert set(both.roots) == {str(tmp_path / "app"), str(tmp_path / "app" / "logs")}
    assert both.kinds == {"http"}
    assert both.interpreters == {"/usr/bin/python3"}
    assert both.plugins == {"check_disk": "/p"}
    assert both.denied_ports == {8420}


def test_kinds_that_nobody_shares_are_none_and_not_all() -> None:
    both = narrowed(Policy(kinds=frozenset({"http"})), wished=Policy(kinds=frozenset({"dns"})))

    assert both.kinds
    assert not both.kinds & {"http", "dns"}


async def test_a_secret_is_masked_wherever_it_turns_up(policy: Policy, tmp_path: Path) -> None:
    name = "plain-looking-value"
    (tmp_path / name).mkdir()
    known = Policy.read(roots=[str(tmp_path)], secrets={"x": name})

    result = await run_one(
        ProbeSpec(kind="file_present", params={"path": str(tmp_path / name)}, timeout_s=2),
        policy=known,
    )

    assert result.reason_code == "present"
    assert name not in f"{result.facts}{result.summary}"
