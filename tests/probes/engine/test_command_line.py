"""What is shown of a command line: everything but the secrets it was given."""

import shlex

import pytest

from probes.engine.host.command_line import MAX_CMDLINE, shown

M = "[masked:secret]"


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("uvicorn app.main:app --port 8000", "uvicorn app.main:app --port 8000"),
        ("ssh -p 22 host", "ssh -p 22 host"),
        ("docker run -p 8000:8000 shop", "docker run -p 8000:8000 shop"),
        ("mysql -uroot -phunter2 shop", f"mysql -uroot '-p{M}' shop"),
        ("mysql -uroot -p shop", "mysql -uroot -p shop"),
        ("sudo /usr/bin/mysqldump -phunter2", f"sudo /usr/bin/mysqldump '-p{M}'"),
        ("redis-cli -h db -a hunter2 ping", f"redis-cli -h db -a '{M}' ping"),
        ("sshpass -p hunter2 ssh -l kim host", f"sshpass -p '{M}' ssh -l kim host"),
        ("sqlcmd.exe -S db -P hunter2", f"sqlcmd.exe -S db -P '{M}'"),
        ("shop --db-pass hunter2 --port 1", f"shop --db-pass '{M}' --port 1"),
        ("shop --password 'correct horse'", f"shop --password '{M}'"),
        ("shop --api-key=hunter2hunter2", f"shop --api-key={M}"),
        (
            "psql postgres://shop:hunter2@db/shop",
            "psql postgres://shop:[masked:url-password]@db/shop",
        ),
        ("sh -c 'PGPASSWORD=hunter2 psql shop'", f"sh -c 'PGPASSWORD={M} psql shop'"),
    ],
)
def test_secrets_are_masked_and_the_rest_is_kept(written: str, seen: str) -> None:
    assert shown(shlex.split(written)) == seen


def test_title_that_a_program_wrote_is_not_quoted() -> None:
    assert shown(["nginx: master process /usr/sbin/nginx"]) == (
        "nginx: master process /usr/sbin/nginx"
    )


def test_secret_that_is_cut_in_two_is_masked_before() -> None:
    said = shown(["shop", "x" * (MAX_CMDLINE - 30), "--token=" + "hunter2" * 20])

    assert len(said) <= MAX_CMDLINE
    assert "hunter2" not in said
