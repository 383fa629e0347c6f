"""The agent as one file: the engine, for a host with nothing but Python."""

import functools
import hashlib
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import probes

# argparse names the program after the file; an old Python must be able to read this.
_MAIN = """\
import sys

if sys.version_info < (3, 11):
    sys.exit("the agent needs Python 3.11 or newer, this is %d.%d" % sys.version_info[:2])

from probes.engine.agent.__main__ import main

sys.exit(main())
"""
_SHEBANG = b"#!/usr/bin/env python3\n"
# Zip files cannot be older; a fixed time keeps the same files the same bytes.
_WHEN = (1980, 1, 1, 0, 0, 0)
_READABLE = 0o644 << 16


@dataclass(frozen=True, kw_only=True)
class AgentFile:
    data: bytes
    etag: str


@functools.cache
def agent_file() -> AgentFile:
    """`agent.pyz`, made of the installed files: the same files give the same bytes."""
    packed = io.BytesIO()
    packed.write(_SHEBANG)
    with zipfile.ZipFile(packed, "a", zipfile.ZIP_DEFLATED) as archive:
        for name, data in sorted(_contents()):
            info = zipfile.ZipInfo(name, date_time=_WHEN)
            info.external_attr = _READABLE
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, data)
    data = packed.getvalue()
    return AgentFile(data=data, etag=f'"{hashlib.sha256(data).hexdigest()[:32]}"')


def _contents() -> Iterator[tuple[str, bytes]]:
    yield "__main__.py", _MAIN.encode()
    yield "probes/__init__.py", b""
    engine = Path(probes.__file__).with_name("engine")
    for path in engine.rglob("*.py"):
        yield f"probes/engine/{path.relative_to(engine).as_posix()}", path.read_bytes()
    yield "LICENSE", engine.parents[1].joinpath("LICENSE").read_bytes()
