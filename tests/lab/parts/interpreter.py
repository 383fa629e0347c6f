"""Interpreters of their own, with nothing installed but what a scenario puts there."""

import shutil
import subprocess
import sys
from pathlib import Path

from tests.lab.lab import Lab


def interpreter(lab: Lab, name: str) -> Path:
    """The python of a fresh, empty environment; probes may start it."""
    folder = lab.folder / name
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    python = folder / "bin" / "python"
    lab.limits["interpreters"].append(str(python))
    return python


def add_distribution(
    python: Path, name: str, version: str, *, module: str, instead_of: str = ""
) -> None:
    """What pip leaves behind for a distribution of that name with one empty module."""
    packages = next((python.parents[1] / "lib").glob("python*")) / "site-packages"
    for old in packages.glob(f"{instead_of}-*.dist-info") if instead_of else ():
        shutil.rmtree(old)
    information = packages / f"{name}-{version}.dist-info"
    information.mkdir()
    (packages / f"{module}.py").write_text("")
    (information / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    )
    (information / "RECORD").write_text(f"{module}.py,,\n")
