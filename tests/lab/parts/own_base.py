"""A whole base beside the failure, for a person to paste into; it looks from the lab's places."""

import socket
import sys

from tests.lab.lab import ROOT, Lab
from tests.lab.place import HERE
from tests.lab.service import Service

PORT = 8420


class OwnBase:
    """Started by `up` where the load balancer is, or here, with an agent on the API's host.

    `url` opens it on this host; `sign_in` is what `up` said: the account and its password.
    """

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._at = lab.places.get("outside", HERE)
        self._limits = str(lab.write_limits())
        self._env = {
            "KNOWNFIX_NO_VENV": "1",
            "KNOWNFIX_VAR": str(lab.folder / "var"),
            "KNOWNFIX_LIMITS": self._limits,
        }
        base = self._up()
        self.url = self._relay() if self._at.namespace else _said(base, "open")
        self.sign_in = _said(base, "sign in")
        self._furnish()

    def _up(self) -> Service:
        port = str(PORT if self._at.namespace else 0)
        argv = [sys.executable, "manage.py", "up", "--host", self._at.address, "--port", port]
        base = self._lab.start("base", argv, at=self._at, cwd=ROOT, env=self._env)
        return base.wait_for_words("Ctrl-C")

    def _relay(self) -> str:
        """A socket belongs to the namespace it was opened in: this one leads from the host in."""
        with socket.create_server(("127.0.0.1", 0)) as listener:
            handed_on = listener.fileno()
            argv = [sys.executable, "-m", "tests.lab.relay", str(handed_on), self._at.address]
            self._lab.start(
                "relay", [*argv, str(PORT)], at=self._at, cwd=ROOT, pass_fds=[handed_on]
            )
            return f"http://127.0.0.1:{listener.getsockname()[1]}/"

    def _furnish(self) -> None:
        inside = self._lab.places.get("inside")
        argv = [sys.executable, "-m", "tests.lab.parts.furnish", self._limits]
        argv += [inside.address] if inside else []
        done = self._lab.run(argv, cwd=ROOT, env=self._env)
        if done.returncode:
            raise AssertionError(f"the base could not be prepared:\n{done.stdout}")
        if inside:
            server = f"http://{self._at.address}:{PORT}"
            argv = [sys.executable, "-m", "probes.engine.agent", "--server", server]
            argv += ["--limits", self._limits]
            env = {"KNOWNFIX_TOKEN": done.stdout.split()[-1]}
            self._lab.start("agent", argv, at=inside, cwd=ROOT, env=env)


def _said(base: Service, label: str) -> str:
    """What `up` printed behind a label."""
    return base.line_with(f"  {label} ").removeprefix(label).strip()
