"""prometheus-blackbox-exporter as Debian packages it, beside which our probes are measured."""

import contextlib
import json
import shutil
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlencode

from probes.evaluation.children import free_port, program

PROGRAM = "prometheus-blackbox-exporter"
INSTALL = f"apt install {PROGRAM}"
_MODULE = "knownfix"
_READY_WITHIN_S = 10.0


@dataclass(frozen=True, kw_only=True)
class Blackbox:
    pid: int
    port: int

    def question(self, url: str) -> str:
        """Where to ask it for a probe of `url`."""
        query = urlencode({"module": _MODULE, "target": url})
        return f"http://127.0.0.1:{self.port}/probe?{query}"


def is_installed() -> bool:
    return shutil.which(PROGRAM) is not None


@contextlib.contextmanager
def blackbox(*, timeout_s: float, body_regex: str = "") -> Iterator[Blackbox]:
    """Running on a free port, with one module that expects 200 and perhaps a body."""
    with TemporaryDirectory(prefix="knownfix-blackbox-") as folder:
        # JSON is YAML.
        config = Path(folder) / "blackbox.yml"
        config.write_text(json.dumps(_config(timeout_s, body_regex)), encoding="utf-8")
        port = free_port()
        argv = [
            PROGRAM,
            f"--config.file={config}",
            f"--web.listen-address=127.0.0.1:{port}",
            "--log.level=error",
            # Its own margin would be taken from the timeout.
            "--timeout-offset=0",
        ]
        with program(argv) as pid:
            _wait_for(port)
            yield Blackbox(pid=pid, port=port)


def _config(timeout_s: float, body_regex: str) -> dict[str, Any]:
    http: dict[str, Any] = {"method": "GET", "valid_status_codes": [200]}
    http["preferred_ip_protocol"] = "ip4"
    if body_regex:
        http["fail_if_body_not_matches_regexp"] = [body_regex]
    module = {"prober": "http", "timeout": f"{round(1000 * timeout_s)}ms", "http": http}
    return {"modules": {_MODULE: module}}


def _wait_for(port: int) -> None:
    give_up = time.monotonic() + _READY_WITHIN_S
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            if time.monotonic() > give_up:
                raise
            time.sleep(0.05)
