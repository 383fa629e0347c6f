"""A dockerd of our own: no registry, no network, everything in one folder that goes away with it.

The image is a tar of busybox, imported over the API. Containers are made through the same API by
plain http over the engine's socket; the probes that look at them only ever GET.
"""

import contextlib
import http.client
import io
import json
import os
import shutil
import signal
import socket
import subprocess
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

IMAGE = "busybox:lab"
DOCKERD = "/usr/sbin/dockerd"
_BUSYBOX = ("/bin/busybox", "/usr/bin/busybox")
_APPLETS = ("sh", "cat", "echo", "false", "kill", "printf", "sleep", "test", "touch", "true")
_STARTED_WITHIN_S = 30.0
_SECOND_NS = 1_000_000_000


class EngineFailed(Exception):
    """dockerd did not start, or refused what was asked; the message says why."""


class Engine:
    """A running dockerd. `socket` is what a probe's policy names as its docker_socket."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.socket = str(folder / "docker.sock")
        self.log = folder / "dockerd.log"

    def run(self, name: str, script: str, **config: Any) -> str:
        """Start a container whose shell runs `script`; its id. `config` is the Engine API's own.

        `HostConfig` may be given in part: there is no network in any case.
        """
        host = {"NetworkMode": "none", **config.pop("HostConfig", {})}
        made = {"Image": IMAGE, "Cmd": ["/bin/sh", "-c", script], "HostConfig": host, **config}
        identity = str(self.post("/containers/create", made, name=name)["Id"])
        self.post(f"/containers/{name}/start")
        return identity

    def state(self, name: str) -> dict[str, Any]:
        return dict(self.get(f"/containers/{name}/json")["State"])

    def wait_until(
        self, name: str, is_so: Callable[[dict[str, Any]], bool], *, within_s: float = 15.0
    ) -> dict[str, Any]:
        """The container as soon as it is so. Raises EngineFailed with its last state."""
        until = time.monotonic() + within_s
        while not is_so(found := self.get(f"/containers/{name}/json")):
            if time.monotonic() > until:
                raise EngineFailed(f"{name} did not get there: {found['State']}")
            time.sleep(0.05)
        return dict(found)

    def wait_for(self, name: str, status: str) -> dict[str, Any]:
        return self.wait_until(name, lambda found: found["State"]["Status"] == status)

    def remove(self, name: str) -> None:
        self.ask("DELETE", f"/containers/{name}", force="1", v="1")

    def remove_all(self) -> None:
        for each in self.get("/containers/json", all="1"):
            self.remove(each["Id"])

    def get(self, path: str, **query: str) -> Any:
        return self.ask("GET", path, **query)

    def post(self, path: str, body: Any = None, **query: str) -> Any:
        return self.ask("POST", path, None if body is None else json.dumps(body).encode(), **query)

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        *,
        content_type: str = "application/json",
        **query: str,
    ) -> Any:
        """The answer read as JSON, None when it is empty. Raises EngineFailed when refused."""
        connection = _UnixConnection(self.socket)
        with contextlib.closing(connection):
            target = f"{path}?{urlencode(query)}" if query else path
            connection.request(method, target, body, {"Content-Type": content_type})
            answer = connection.getresponse()
            said = answer.read()
        if answer.status >= 400:
            raise EngineFailed(f"{method} {target}: {answer.status} {said.decode().strip()}")
        return json.loads(said.splitlines()[-1]) if said.strip() else None


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("docker", timeout=60)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


def missing() -> str:
    """What this machine lacks for it, as a sentence; empty when nothing."""
    if os.name != "posix" or os.geteuid() != 0:
        return "dockerd needs root"
    if not os.access(DOCKERD, os.X_OK):
        return f"there is no {DOCKERD}; apt-get install docker.io"
    if not _busybox():
        return "there is no busybox; apt-get install busybox-static"
    return ""


@contextlib.contextmanager
def engine() -> Iterator[Engine]:
    """A dockerd with the image loaded; its containers and files are gone at the end.

    Raises EngineFailed with the end of its log when it does not start.
    """
    # Short: the path of a socket may have 107 bytes.
    folder = Path(tempfile.mkdtemp(prefix="kf-docker-", dir="/tmp"))
    started = Engine(folder)
    process = _start(started)
    try:
        _wait_until_it_answers(started, process)
        started.ask(
            "POST",
            "/images/create",
            _image(),
            content_type="application/x-tar",
            fromSrc="-",
            repo=IMAGE.partition(":")[0],
            tag=IMAGE.partition(":")[2],
        )
        yield started
    finally:
        _stop(started, process)
        shutil.rmtree(folder, ignore_errors=True)


def _start(started: Engine) -> subprocess.Popen[bytes]:
    folder = started.folder
    argv = [
        # Ends with whoever started it, even when that one is killed.
        *(("setpriv", "--pdeathsig", "TERM") if shutil.which("setpriv") else ()),
        DOCKERD,
        "--storage-driver=vfs",
        "--exec-opt=native.cgroupdriver=cgroupfs",
        "--iptables=false",
        "--ip6tables=false",
        "--bridge=none",
        "--ip-forward=false",
        "--ip-masq=false",
        "--log-level=warn",
        f"--data-root={folder / 'data'}",
        f"--exec-root={folder / 'exec'}",
        f"--pidfile={folder / 'pid'}",
        f"--host=unix://{started.socket}",
        # The settings of a real engine on this machine are not ours.
        f"--config-file={folder / 'daemon.json'}",
    ]
    (folder / "daemon.json").write_text("{}")
    with started.log.open("wb") as log:
        return subprocess.Popen(
            argv, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
        )


def _wait_until_it_answers(started: Engine, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + _STARTED_WITHIN_S
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(OSError, http.client.HTTPException):
            started.get("/version")
            return
        time.sleep(0.1)
    raise EngineFailed(f"dockerd did not start:\n{_end_of(started.log)}")


def _end_of(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-15:])


def _stop(started: Engine, process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(OSError, http.client.HTTPException, EngineFailed):
        started.remove_all()
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for point in reversed(_mounts_in(started.folder)):
        subprocess.run(["umount", "--lazy", point], check=False, capture_output=True)


def _mounts_in(folder: Path) -> list[str]:
    points = (line.split()[1] for line in Path("/proc/mounts").read_text().splitlines())
    return [point for point in points if point.startswith(f"{folder}/")]


def _image() -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        tar.add(_busybox(), "bin/busybox", filter=_of_root)
        for applet in _APPLETS:
            link = tarfile.TarInfo(f"bin/{applet}")
            link.type, link.linkname = tarfile.SYMTYPE, "busybox"
            tar.addfile(link)
    return packed.getvalue()


def _of_root(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.uid = entry.gid = 0
    return entry


def _busybox() -> str:
    return next((path for path in _BUSYBOX if os.access(path, os.X_OK)), "")


def health_check(command: str, *, every_s: float = 0.2, retries: int = 1) -> dict[str, Any]:
    """The Engine API's description of a health check that a shell answers."""
    return {
        "Test": ["CMD-SHELL", command],
        "Interval": int(every_s * _SECOND_NS),
        "Timeout": 5 * _SECOND_NS,
        "Retries": retries,
    }
