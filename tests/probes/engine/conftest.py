"""What the engine's tests share: coroutine tests, ports, and a policy of loopback."""

import asyncio
import inspect
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from probes.engine.spec import Policy
from probes.evaluation.hostile import dropping


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run coroutine tests on a loop of their own."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    wanted = inspect.signature(pyfuncitem.obj).parameters
    asyncio.run(pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in wanted}))
    return True


@pytest.fixture
def policy(tmp_path: Path) -> Policy:
    """Loopback, the test's own folder and the interpreter the tests run in."""
    return Policy.read(
        networks=["127.0.0.0/8", "::1/128"], roots=[str(tmp_path)], interpreters=[sys.executable]
    )


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port that nothing listens on, and that nothing else can take meanwhile."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


@pytest.fixture
def dropping_port() -> Iterator[int]:
    with dropping() as port:
        yield port


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with cert.pem, signed by itself for localhost, and key.pem."""
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
         "/CN=localhost", "-keyout", "key.pem", "-out", "cert.pem"],
        cwd=folder, check=True, capture_output=True,
    )  # fmt: skip
    return folder
