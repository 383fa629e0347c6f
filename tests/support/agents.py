"""A real web server on a database, and real agents that ask it: each a process of its own."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from probes import services
from probes.models import Location
from tests.support.processes import Running, free_port, running

ROOT = Path(__file__).resolve().parents[2]


class Server:
    """The base as `up` serves it. It can go away and come back on the same port."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._env = {
            "DATABASE_URL": database_url,
            "KNOWNFIX_NO_VENV": "1",
            "KNOWNFIX_VAR": str(folder / "var"),
            "KNOWNFIX_OWN_PORTS": str(self.port),
            "ALLOWED_HOSTS": "127.0.0.1",
            "PYTHONPATH": str(ROOT),
        }
        self._stack = contextlib.ExitStack()
        self._process: Running | None = None

    def start(self) -> "Server":
        argv = ("-m", "waitress", f"--listen=127.0.0.1:{self.port}", "config.wsgi:application")
        process = running(*argv, cwd=self.folder, name="server", **self._env)
        self._process = self._stack.enter_context(process)
        self._process.wait_until_listening(self.port)
        return self

    def stop(self) -> None:
        self._stack.close()


@contextlib.contextmanager
def serving(folder: Path, database_url: str) -> Iterator[Server]:
    server = Server(folder, database_url).start()
    try:
        yield server
    finally:
        server.stop()


def make_location(slug: str = "laptop", **fields: object) -> tuple[Location, str]:
    """A location with the token of its agents."""
    location = Location.objects.create(slug=slug, name=fields.pop("name", slug), **fields)
    return location, services.issue_token(location, by=None)


@contextlib.contextmanager
def agent(
    server: Server, token: str, *options: str | Path, name: str = "agent", url: str = ""
) -> Iterator[Running]:
    """`python -m probes.engine.agent` until the block ends; its log is `NAME.log`."""
    argv = ("-m", "probes.engine.agent", "--server", url or server.url, *map(str, options))
    env = {"KNOWNFIX_TOKEN": token, "PYTHONPATH": str(ROOT)}
    with running(*argv, cwd=server.folder, name=name, **env) as process:
        yield process


def once(
    server: Server, token: str, guide: str, *options: str | Path, text: str = "", **env: str
) -> subprocess.CompletedProcess[str]:
    """`--once GUIDE`, to its end."""
    argv = [sys.executable, "-m", "probes.engine.agent", "--server", server.url, "--once", guide]
    return subprocess.run(
        [*argv, *map(str, options)],
        cwd=server.folder,
        env={**os.environ, "KNOWNFIX_TOKEN": token, "PYTHONPATH": str(ROOT), **env},
        input=text,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
