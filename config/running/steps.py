"""One line per step of a start, with the time it took."""

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO


@dataclass(kw_only=True)
class Step:
    """What a step has to say, set by the step itself."""

    said: str = ""


@contextlib.contextmanager
def step(name: str, *, out: IO[str]) -> Iterator[Step]:
    """Print `name`, the seconds and what the step said, when it ends well."""
    started = time.monotonic()
    this = Step()
    try:
        yield this
    except BaseException:
        line(name, "failed", out=out)
        raise
    line(name, f"{time.monotonic() - started:5.1f} s  {this.said}", out=out)


def line(name: str, text: str, *, out: IO[str]) -> None:
    out.write(f"  {name:<16} {text}".rstrip() + "\n")
    out.flush()
