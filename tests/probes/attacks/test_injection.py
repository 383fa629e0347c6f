"""Option, argument, header and template injection: values stay values."""

import asyncio
import string
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from probes.engine.errors import InvalidParams
from probes.engine.programs import child
from probes.engine.registry import KINDS, fill, validate
from probes.engine.spec import Policy
from tests.probes.engine.servers import head_of, response, run, serving


async def started(*argv: str) -> child.Ended:
    deadline = asyncio.get_running_loop().time() + 10
    return await child.run(argv, cwd="/", deadline=deadline)


@pytest.mark.parametrize(
    "shape", ["; touch {}", "$(touch {})", "`touch {}`", "| touch {}", "\ntouch {}"]
)
def test_a_shell_runs_what_is_in_a_value_and_an_argument_list_does_not(
    tmp_path: Path, shape: str
) -> None:
    by_shell, by_list = tmp_path / "by-shell", tmp_path / "by-list"

    subprocess.run(f"echo {shape.format(by_shell)}", shell=True, capture_output=True, check=False)
    ended = asyncio.run(started("/bin/echo", shape.format(by_list)))

    assert by_shell.exists()
    assert ended.stdout == shape.format(by_list) + "\n"
    assert not by_list.exists()


@pytest.mark.parametrize(
    ("kind", "params"),
    [
        ("tcp_connect", {"host": "localhost; touch /tmp/x", "port": 1}),
        ("tcp_connect", {"host": "$(id)", "port": 1}),
        ("http", {"url": "http://localhost/`id`\n"}),
        ("python_import", {"interpreter": "/usr/bin/python3", "modules": ["os; import x"]}),
        ("asgi_target", {"interpreter": "/p", "cwd": "/srv", "target": "a:b();__import__('os')"}),
        ("file_present", {"path": "/etc/passwd\0.txt"}),
        ("python_packages", {"interpreter": "/p", "pins": {"a": "1; __import__('os')"}}),
        ("sql_query", {"dsn_ref": "a b", "query": "select 1"}),
    ],
)
def test_what_a_shell_would_act_on_is_no_value_of_its_type(
    kind: str, params: dict[str, Any]
) -> None:
    with pytest.raises(InvalidParams):
        validate(kind, params)


def test_a_list_alone_does_not_stop_an_option(tmp_path: Path) -> None:
    made = tmp_path / "made"
    option = f"--output={made}"

    subprocess.run(["sort", option, "/dev/null"], check=True)

    assert made.exists()
    for kind, name in (
        ("tcp_connect", "host"), ("tls_certificate", "server_name"), ("file_present", "path"),
        ("http", "url"), ("python_import", "interpreter"), ("sql_query", "dsn_ref"),
        ("cors_preflight", "origin"),
    ):  # fmt: skip
        with pytest.raises(InvalidParams) as refused:
            validate(kind, {name: option})
        complaints = {each.field: each.message for each in refused.value.complaints}
        assert "dash" in complaints[name], kind


def test_no_kind_has_a_parameter_that_could_begin_an_option_unseen() -> None:
    """Free text never becomes an argument of a program: those types are named here."""
    free = {
        (kind.name, param.name)
        for kind in KINDS.values()
        for param in kind.params
        if param.type in ("text", "mapping", "pattern")
    }
    starts_programs = {"python_import", "asgi_target", "python_packages", "nagios"}

    # pins are handed over inside one JSON argument, after the script.
    assert {pair for pair in free if pair[0] in starts_programs - {"nagios"}} == {
        ("python_packages", "pins")
    }


def test_a_template_that_is_filled_twice_gives_away_what_a_value_names() -> None:
    values = {"name": "${token}", "token": "hunter2abc"}
    url = "http://127.0.0.1/${name}"

    naive = url
    while "${" in naive:
        naive = string.Template(naive).safe_substitute(values)

    assert naive == "http://127.0.0.1/hunter2abc"
    assert fill({"url": url}, values) == {"url": "http://127.0.0.1/${token}"}


def test_a_format_string_reaches_into_objects_and_a_placeholder_does_not() -> None:
    class Settings:
        secret_key = "hunter2abc"

    template = "{s.secret_key}"
    assert template.format(s=Settings()) == "hunter2abc"
    for text in ("${s.secret_key}", "{s.secret_key}", "${s[secret_key]}", "%(s)s", "{{ s }}"):
        assert fill({"text": text}, {"s": Settings()})["text"] == text


async def test_a_header_in_a_value_stays_out_of_the_request(policy: Policy) -> None:
    evil = "x HTTP/1.1\r\nX-Admin: yes\r\nA: "
    heads: list[bytes] = []

    async def note(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await head_of(reader))
        writer.write(response())
        await writer.drain()

    async with serving(note) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(f"GET /{evil} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
        await reader.read()
        writer.close()
        url = fill({"url": f"http://127.0.0.1:{port}/${{path}}"}, {"path": evil})["url"]
        ours = await run("http", policy=policy, url=url)
        headers = await run(
            "http", policy=policy, url=f"http://127.0.0.1:{port}/", headers={"X": "a\r\nX-Admin: 1"}
        )

    assert b"\r\nX-Admin: yes\r\n" in heads[0]
    assert ours.reason_code == headers.reason_code == "bad_definition"
    assert len(heads) == 1


def test_code_in_a_module_name_is_not_run(tmp_path: Path, policy: Policy) -> None:
    made = tmp_path / "made"
    evil = f"os; open({str(made)!r}, 'w')"

    subprocess.run([sys.executable, "-c", f"import {evil}"], check=True)
    assert made.exists()
    made.unlink()
    asked = {"interpreter": sys.executable, "modules": [evil]}
    result = asyncio.run(run("python_import", policy=policy, **asked))

    assert result.reason_code == "bad_definition"
    assert not made.exists()
