"""A real base in the lab, and agents that look for it from the lab's places."""

import socket
import sys
from pathlib import Path

from probes.models import Location
from probes.services import issue_token
from tests.lab.lab import ROOT, Lab
from tests.lab.place import Place

PORT = 8420


def _port_at(place: Place) -> int:
    """On this host several bases may run at once."""
    if place.namespace:
        return PORT
    with socket.create_server((place.address, 0)) as free:
        return int(free.getsockname()[1])


class Base:
    """The product's web server at one place of the lab; agents join it from others."""

    def __init__(self, lab: Lab, *, at: Place, database_url: str) -> None:
        self.lab = lab
        port = _port_at(at)
        self.url = f"http://{at.address}:{port}"
        argv = [sys.executable, "-m", "waitress", f"--listen={at.address}:{port}"]
        lab.start(
            "base",
            [*argv, "config.wsgi:application"],
            at=at,
            cwd=ROOT,
            env={
                "DATABASE_URL": database_url,
                "KNOWNFIX_NO_VENV": "1",
                "KNOWNFIX_VAR": str(Path(lab.folder, "var")),
                "ALLOWED_HOSTS": at.address,
            },
        ).wait_until_listening(port)

    def agent(self, place: Place) -> Location:
        """An agent there, and the location it stands for; both allow what the lab's probes may."""
        limits = self.lab.write_limits()
        allowed = {name: self.lab.limits[name] for name in ("networks", "roots", "interpreters")}
        location, _ = Location.objects.update_or_create(
            slug=place.name, defaults={"name": place.name, **allowed}
        )
        argv = [sys.executable, "-m", "probes.engine.agent", "--server", self.url]
        self.lab.start(
            f"agent-{place.name}",
            [*argv, "--limits", str(limits)],
            at=place,
            cwd=ROOT,
            env={**self.lab.env, "KNOWNFIX_TOKEN": issue_token(location, by=None)},
        )
        return location
