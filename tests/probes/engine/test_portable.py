"""The engine imports and runs everywhere: nothing that only Unix has is needed.

The sources' people are on Windows. No Windows is at hand, so a Python of its own loses what
Windows lacks and then asks real targets.
"""

import ast
import getpass
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import HTTPServer, SimpleHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from probes.engine.registry import KINDS
from tests.probes.engine.detached import SLEEP, detached
from tests.probes.engine.like_windows import MODULES, probed_like_windows
from tests.support.bare import bare

ENGINE = Path(__file__).parents[3] / "probes" / "engine"
# Some hosts have them, because somebody installed them there.
OPTIONAL = {"boto3", "botocore", "h11", "psutil", "psycopg", "re2"}


def imported_at_the_top(path: Path) -> set[str]:
    found = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").partition(".")[0])
    return found


def test_nothing_that_only_unix_has_is_imported_at_the_top() -> None:
    imports = {path.name: imported_at_the_top(path) for path in ENGINE.rglob("*.py")}

    assert "asyncio" in imports["runner.py"]
    assert not {name: found & MODULES for name, found in imports.items() if found & MODULES}


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def web_port(tmp_path: Path) -> Iterator[int]:
    with HTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


def test_portable_kinds_run_where_unix_is_missing(
    tmp_path: Path, web_port: int, closed_port: int
) -> None:
    (tmp_path / "app.log").write_bytes(
        "ERROR: [WinError 10048] 각 소켓 주소는 하나만\r\n".encode("cp949")
    )
    (tmp_path / ".env").write_text("JWT_SECRET_KEY=\r\nDB_HOST=db\r\n", encoding="utf-16")
    web = f"http://127.0.0.1:{web_port}/"
    log, env = str(tmp_path / "app.log"), str(tmp_path / ".env")
    asked: list[tuple[str, dict[str, Any], str]] = [
        ("tcp_connect", {"host": "127.0.0.1", "port": web_port}, "connected"),
        ("tcp_connect", {"host": "127.0.0.1", "port": closed_port}, "refused"),
        ("http", {"url": web}, "as_expected"),
        ("http", {"url": f"http://127.0.0.1:{closed_port}/"}, "refused"),
        ("cors_preflight", {"url": web, "origin": "http://localhost:5173"}, "no_cors_headers"),
        ("dns_resolve", {"name": "127.0.0.1"}, "resolves"),
        ("hosts_entry", {"name": "nowhere.knownfix.test"}, "missing"),
        ("file_present", {"path": log}, "present"),
        ("file_present", {"path": str(tmp_path / "gone")}, "absent"),
        ("log_match", {"path": log, "patterns": [r"WinError 10048\] 각 소켓"]}, "matched"),
        ("env_file_keys", {"path": env, "nonempty": ["JWT_SECRET_KEY"]}, "empty_keys"),
        ("env_var", {"names": ["PATH"]}, "complete"),
        ("port_listen", {"port": web_port}, "listening"),
        ("port_listen", {"port": closed_port}, "not_listening"),
        ("privileged_port", {"port": web_port}, "in_use"),
        (
            "settings_contains",
            {"path": env, "setting": "DB_HOST", "expect_contains": ["db"]},
            "contains",
        ),
        ("process", {"cmdline_regex": str(tmp_path)}, "running"),
        ("python_import", {"interpreter": sys.executable, "modules": ["json"]}, "importable"),
        (
            "asgi_target",
            {"interpreter": sys.executable, "cwd": str(tmp_path), "target": "app.main:app"},
            "wrong_cwd",
        ),
        ("manual", {"question": "Is the fan on?"}, "needs_person"),
    ]

    with detached(*SLEEP, str(tmp_path)):
        said = probed_like_windows(
            [{"kind": kind, "params": params} for kind, params, _ in asked],
            networks=["127.0.0.0/8"],
            roots=[str(tmp_path)],
            interpreters=[sys.executable],
        )

    assert [(kind, code) for (kind, _, _), (_, code, _) in zip(asked, said, strict=True)] == [
        (kind, code) for kind, _, code in asked
    ], said


def test_listeners_are_read_from_windows_own_list_without_psutil(
    tmp_path: Path, web_port: int, closed_port: int
) -> None:
    """A program in netstat's place prints, in its words, what really listens here."""
    netstat = tmp_path / "System32" / "netstat.exe"
    netstat.parent.mkdir()
    row = f"  TCP    127.0.0.1:{web_port}    0.0.0.0:0    LISTENING    99999999"
    netstat.write_text(f'#!/bin/sh\n[ "$*" = -ano ] && echo "{row}"\n')
    netstat.chmod(0o755)
    asked = [
        {"port": web_port},
        {"port": closed_port},
        {"port": web_port, "expect_bind": "0.0.0.0"},
        {"port": web_port, "expect_process": "uvicorn"},
    ]

    said = probed_like_windows(
        [{"kind": "port_listen", "params": params} for params in asked],
        without=["psutil"],
        system_root=tmp_path,
    )

    assert [code for _, code, _ in said] == [
        "listening",
        "not_listening",
        "bound_loopback_only",
        # Its list has no names: nobody may be called another.
        "pid_hidden",
    ]
    assert "process (99999999) listens on 127.0.0.1" in said[0][2]


def test_host_with_neither_psutil_nor_its_own_list_is_told_what_to_install(
    tmp_path: Path, web_port: int
) -> None:
    [(status, code, summary)] = probed_like_windows(
        [{"kind": "port_listen", "params": {"port": web_port}}],
        without=["psutil"],
        system_root=tmp_path,
    )

    assert (status, code) == ("UNKNOWN", "library_missing")
    assert "pip install psutil" in summary


def test_nothing_that_has_to_be_installed_is_imported_at_the_top() -> None:
    imports = {path.name: imported_at_the_top(path) for path in ENGINE.rglob("*.py")}

    assert not {name: found & OPTIONAL for name, found in imports.items() if found & OPTIONAL}


def test_no_file_is_looked_for_beside_a_module() -> None:
    """In the agent's file there is none: `sources.source_of` reads from a zip file too."""
    beside = [p.name for p in ENGINE.rglob("*.py") if "Path(__file__)" in p.read_text("utf-8")]

    assert beside == []


LOADED_BARE = """
import pathlib, sys
for name in given["blocked"]:
    sys.modules[name] = None
sys.modules.update(dict.fromkeys(["re2", "psutil", "boto3", "psycopg", "django"]))
import probes.engine.agent.__main__ as agent
from probes.engine.registry import KINDS
answer = [sorted(KINDS), agent._parser().prog]
"""


def test_agent_and_every_kind_load_without_unix_and_without_any_library() -> None:
    given = {"blocked": sorted(MODULES)}

    assert bare(LOADED_BARE, given) == [sorted(KINDS), "agent"]


LISTENERS_BARE = """
import asyncio, socket, sys
from probes.engine.kinds import port_listen
from probes.engine.registry import validate
from probes.engine.spec import Policy

async def look(port, **more):
    params = validate("port_listen", {"port": port, **more})
    loop = asyncio.get_running_loop()
    return await port_listen.KIND.look(params, deadline=loop.time() + 3, policy=Policy())

with socket.create_server(("127.0.0.1", 0)) as open_one:
    port = open_one.getsockname()[1]
    seen = asyncio.run(look(port, expect_bind="0.0.0.0"))
    listener = seen.facts["listeners"][0]
    answer = [seen.reason_code, listener["process"], listener["user"], bool(listener["cmdline"])]
"""


def test_listeners_are_read_without_psutil() -> None:
    reason_code, process, user, has_cmdline = bare(LISTENERS_BARE)

    assert reason_code == "bound_loopback_only"
    assert process.startswith("python")
    assert (user, has_cmdline) == (getpass.getuser(), True)
