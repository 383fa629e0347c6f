"""The engine imports everywhere: nothing that only Unix has, and nothing of Django."""

import ast
import getpass
from pathlib import Path

import h11

from probes.engine.registry import KINDS
from tests.support.bare import bare

ENGINE = Path(__file__).parents[3] / "probes" / "engine"
# Not everywhere: some are only on Unix, some only where somebody installed them.
OPTIONAL = {"boto3", "botocore", "psutil", "psycopg", "re2"}
ONLY_UNIX = {"fcntl", "grp", "pty", "pwd", "resource", "syslog", "termios", "tty"}


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
    assert not {name: found & ONLY_UNIX for name, found in imports.items() if found & ONLY_UNIX}


def test_nothing_that_has_to_be_installed_is_imported_at_the_top() -> None:
    """But for h11, which the agent's file brings along."""
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
sys.path.append(given["h11"])
sys.modules.update(dict.fromkeys(["re2", "psutil", "boto3", "psycopg", "django"]))
import probes.engine.agent.__main__ as agent
from probes.engine.registry import KINDS
answer = [sorted(KINDS), agent._parser().prog]
"""


def test_agent_and_every_kind_load_without_unix_and_without_any_library(
    tmp_path: Path,
) -> None:
    (tmp_path / "h11").symlink_to(Path(h11.__file__).parent)
    given = {"blocked": sorted(ONLY_UNIX), "h11": str(tmp_path)}

    assert bare(LOADED_BARE, given) == [sorted(KINDS), "agent"]


LISTENERS_BARE = """
import asyncio, socket, sys
sys.path.append(given)
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


def test_listeners_are_read_without_psutil(tmp_path: Path) -> None:
    (tmp_path / "h11").symlink_to(Path(h11.__file__).parent)

    reason_code, process, user, has_cmdline = bare(LISTENERS_BARE, str(tmp_path))

    assert reason_code == "bound_loopback_only"
    assert process.startswith("python")
    assert (user, has_cmdline) == (getpass.getuser(), True)
