"""The product as a newcomer starts it: `manage.py up` in a process of its own."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, kw_only=True)
class Product:
    """Where it answers, and how its administrator signs in the first time."""

    url: str
    user: str
    password: str
    var: Path


@contextmanager
def running(var: Path, *options: str) -> Iterator[Product]:
    """The product on a free port with its own folder, stopped as Ctrl-C stops it."""
    environment = {
        key: value
        for key, value in os.environ.items()
        if key not in ("DATABASE_URL", "DJANGO_SETTINGS_MODULE")
    }
    process = subprocess.Popen(
        [sys.executable, "-u", str(ROOT / "manage.py"), "up", "--port", "8440", *options],
        env={**environment, "KNOWNFIX_VAR": str(var), "KNOWNFIX_NO_VENV": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        yield _started(process, var)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=20)
        process.stdout.close()


def _started(process: subprocess.Popen, var: Path) -> Product:
    said = []
    for line in process.stdout:
        said.append(line)
        if "Ctrl-C" in line:
            text = "".join(said)
            url = re.search(r"^\s*open\s+(\S+)", text, re.MULTILINE)[1]
            user, password = re.search(r"sign in\s+(\S+) / (\S+)", text).groups()
            return Product(url=url, user=user, password=password, var=var)
    raise AssertionError("the product did not start:\n" + "".join(said))
