"""The first seconds on a fresh machine: an old Python, no venv module, a folder one may not write."""

import ast
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from config import bootstrap

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def checkout() -> Iterator[Path]:
    folder = copy_of_the_bootstrap()
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def made() -> Iterator[Path]:
    """A checkout whose environment was made once, for the tests of what happens later."""
    folder = copy_of_the_bootstrap()
    prepare(folder, env=hide(folder, "ensurepip"))
    yield folder
    shutil.rmtree(folder)


def copy_of_the_bootstrap() -> Path:
    """The files the bootstrap needs, with requirements that need no network."""
    folder = Path(tempfile.mkdtemp(prefix="knownfix-checkout-"))
    folder.chmod(0o755)
    shutil.copy(ROOT / "manage.py", folder)
    (folder / "config").mkdir()
    for name in ("__init__.py", "bootstrap.py", "env.py"):
        shutil.copy(ROOT / "config" / name, folder / "config")
    (folder / "requirements.txt").write_text("# nothing\n")
    (folder / "requirements-dev.txt").write_text("-r requirements.txt\n")
    (folder / "requirements-lab.txt").write_text("-r requirements-dev.txt\n")
    return folder


SCRIPT = "import sys; from config import bootstrap; bootstrap.prepare(sys.argv); print(sys.prefix)"


def start(
    checkout: Path,
    python: str,
    env: dict[str, str],
    command: tuple[str, ...] = ("migrate",),
    **options: object,
) -> subprocess.Popen:
    """Run only the bootstrap of the copy; its last line says which Python came out."""
    if os.access(checkout, os.W_OK) and checkout.stat().st_mode & 0o200:
        (checkout / "only.py").write_text(SCRIPT)
    clean = {key: value for key, value in os.environ.items() if not key.startswith("KNOWNFIX")}
    return subprocess.Popen(
        [python, "only.py", *command],
        cwd=checkout,
        env=clean | env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


def prepare(
    checkout: Path,
    *,
    python: str = sys._base_executable,
    env: dict[str, str] | None = None,
    **options: object,
) -> subprocess.CompletedProcess[str]:
    started = start(checkout, python, env or {}, **options)
    out, err = started.communicate(timeout=100)
    return subprocess.CompletedProcess([], started.returncode, out, err)


def hide(checkout: Path, *modules: str) -> dict[str, str]:
    """What Debian's python3 without python3-venv looks like to the import system."""
    hidden = checkout / "hidden"
    hidden.mkdir()
    (hidden / "sitecustomize.py").write_text(
        "import importlib.util\n"
        "real = importlib.util.find_spec\n"
        "importlib.util.find_spec = lambda name, package=None: (\n"
        f"    None if name in {modules!r} else real(name, package))\n"
    )
    return {"PYTHONPATH": str(hidden)}


def test_fresh_checkout_makes_its_environment_and_starts_again_inside(checkout: Path) -> None:
    first = prepare(checkout)
    second = prepare(checkout)

    assert first.stdout.splitlines()[-1] == str(checkout / ".venv"), first.stderr
    assert "installing requirements.txt" in first.stdout
    assert second.stdout.splitlines() == [str(checkout / ".venv")]


def test_changed_requirements_are_installed_into_the_same_environment(made: Path) -> None:
    (made / "requirements.txt").write_text("# changed\n")

    again = prepare(made)

    assert "installing requirements.txt" in again.stdout
    assert "making" not in again.stdout


def test_what_a_command_needs_is_installed_once(made: Path) -> None:
    checking = prepare(made, command=("test",))
    laboratory = prepare(made, command=("test", "--lab"))
    later = [prepare(made, command=words) for words in (("lab",), ("test",), ("migrate",))]

    assert "installing requirements-dev.txt" in checking.stdout
    assert "installing requirements-lab.txt" in laboratory.stdout
    assert not any("installing" in each.stdout for each in later)


def test_interrupted_install_is_done_again(made: Path) -> None:
    (made / ".venv" / "requirements.txt.installed").unlink()

    assert "installing requirements.txt" in prepare(made).stdout


def test_moved_checkout_gets_a_new_environment(made: Path) -> None:
    moved = made.with_name(made.name + "-moved")
    made.rename(moved)

    try:
        assert "making .venv" in prepare(moved, env={"PYTHONPATH": str(moved / "hidden")}).stdout
    finally:
        moved.rename(made)


def test_two_starts_at_once_install_once(checkout: Path) -> None:
    quick = hide(checkout, "ensurepip")
    starts = [start(checkout, sys._base_executable, quick) for _ in range(2)]

    said = [started.communicate(timeout=100)[0] for started in starts]

    assert [started.returncode for started in starts] == [0, 0]
    assert sum("installing requirements.txt" in text for text in said) == 1


def test_folder_one_may_not_write_is_one_sentence(checkout: Path) -> None:
    (checkout / "only.py").write_text(SCRIPT)
    checkout.chmod(0o555)
    # Root may write everywhere, so the start runs as somebody else.
    as_nobody = {"user": "nobody", "group": "nogroup"} if os.geteuid() == 0 else {}

    said = prepare(checkout, python=_python_for_everyone(), **as_nobody)

    checkout.chmod(0o755)
    assert said.returncode == 1
    assert "cannot be written to" in said.stderr
    assert len(said.stderr.splitlines()) == 1


def _python_for_everyone() -> str:
    """A Python under /root cannot be started by nobody."""
    return "/usr/bin/python3" if Path("/usr/bin/python3").exists() else sys._base_executable


def test_debian_without_venv_and_pip_names_the_package(checkout: Path) -> None:
    without = hide(checkout, "ensurepip", "pip")

    said = prepare(checkout, env={**without, "PATH": "/nowhere"})

    assert said.returncode == 1
    assert said.stderr.strip() == bootstrap.NO_PIP
    assert not (checkout / ".venv").exists()


def test_without_ensurepip_the_systems_pip_installs(checkout: Path) -> None:
    said = prepare(checkout, env=hide(checkout, "ensurepip"))

    assert said.stdout.splitlines()[-1] == str(checkout / ".venv"), said.stderr
    assert not list((checkout / ".venv").glob("lib/python*/site-packages/pip"))


def test_manage_py_parses_on_every_python_3() -> None:
    source = (ROOT / "manage.py").read_text()

    assert ast.parse(source, feature_version=(3, 4))


@pytest.mark.parametrize("version", [(3, 10), (3, 6)], ids=["3.10", "3.6"])
def test_old_python_is_told_what_is_needed(version: tuple[int, int]) -> None:
    script = f"import sys; sys.version_info = {(*version, 0)}; import manage; manage.main()"

    said = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert said.stderr == f"Python 3.11 or newer is needed; this is 3.{version[1]}.\n"
