"""What the tests of the AWS kinds share; imported where used, because moto is the lab's."""

import contextlib
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from probes.engine.spec import Aws, Policy

ONLY_LOOPBACK = ["127.0.0.0/8", "::1/128"]


class _Api(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/health" else 404)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args: Any) -> None:
        pass


@contextlib.contextmanager
def serving_api() -> Iterator[int]:
    """The port of a real server whose /health answers 200 and all else 404."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Api) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def keep_keys(folder: Path, monkeypatch: pytest.MonkeyPatch, **profiles: str) -> None:
    """A host whose AWS files hold these profiles, each with its key id, and nothing else."""
    for name in (
        "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE",
        "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_ENDPOINT_URL",
    ):  # fmt: skip
        monkeypatch.delenv(name, raising=False)
    lines = [
        f"[{name}]\naws_access_key_id = {key}\naws_secret_access_key = very-secret-{key}\n"
        for name, key in profiles.items()
    ]
    (folder / "credentials").write_text("\n".join(lines))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(folder / "credentials"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(folder / "config"))


def asking(url: str, *profiles: str, networks: list[str] = ONLY_LOOPBACK) -> Policy:
    """A location that may ask the AWS at `url` with these profiles."""
    return Policy.read(
        networks=networks, aws=Aws(profiles=frozenset(profiles or ("default",)), endpoint_url=url)
    )
