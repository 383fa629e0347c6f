"""The text of files of this folder that other interpreters run, also from inside a zip file."""

import functools
from importlib import resources


@functools.cache
def source_of(name: str) -> str:
    return resources.files("probes.engine.programs").joinpath(name).read_text(encoding="utf-8")
