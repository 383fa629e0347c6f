"""The site of the documents: an API on port 8000 of its own host, a load balancer before it."""

import socket
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.lab.lab import Lab
from tests.lab.parts.balancer import balance
from tests.lab.parts.namespace import INSIDE, OUTSIDE, cable
from tests.lab.service import Service

APPS = Path(__file__).resolve().parents[1] / "apps"
ACADEMY = APPS / "academy"
PORT = 8000
ORIGIN = "https://hakwonplus.test"
BALANCER = f"http://{OUTSIDE}"
DIRECT = f"http://{INSIDE}:{PORT}"


class Site:
    """`outside` and `inside` are places to look from; `cloud` is between them."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.outside, self.cloud, self.inside = cable(lab)
        self._served = 0

    def balanced(self) -> "Site":
        balance(self.lab, at=self.outside, upstream=f"{INSIDE}:{PORT}")
        return self

    def serve(self, *options: str, host: str = "0.0.0.0", **env: str) -> Service:
        """The academy's API under uvicorn, ready to answer."""
        return self.start(uvicorn(*options, host=host), env=env).wait_until_listening(PORT)

    def start(
        self, argv: Sequence[str], *, cwd: Path = ACADEMY, env: Mapping[str, str] | None = None
    ) -> Service:
        """Something on the API's host; it may die, listen or do neither."""
        self._served += 1
        name = "api" if self._served == 1 else f"api-{self._served}"
        return self.lab.start(name, argv, at=self.inside, cwd=cwd, env=env)


def free_port() -> str:
    """A port of this host that nobody has."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return str(free.getsockname()[1])


def serve_here(lab: Lab, **env: str) -> int:
    """The API on this host, for what needs no network; the port it got."""
    argv = [sys.executable, "-m", "uvicorn", "app.main:app", "--host", "127.0.0.1", "--port", "0"]
    return lab.start("api", argv, cwd=ACADEMY, env=env).wait_for_a_port()


def uvicorn(*options: str, target: str = "app.main:app", host: str = "0.0.0.0") -> list[str]:
    return [
        sys.executable, "-m", "uvicorn", target, "--host", host, "--port", str(PORT), *options
    ]  # fmt: skip
