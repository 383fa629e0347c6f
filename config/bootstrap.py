"""Makes `.venv`, installs what is pinned, and starts again inside it. Standard library only."""

import contextlib
import hashlib
import importlib.util
import itertools
import os
import shutil
import signal
import subprocess
import sys
import time
import venv
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BASE = "requirements.txt"
CHECKING = "requirements-dev.txt"
LABORATORY = "requirements-lab.txt"
# Each file with those that it holds.
HELD = {
    BASE: (BASE,),
    CHECKING: (CHECKING, BASE),
    LABORATORY: (LABORATORY, CHECKING, BASE),
}
NO_PIP = (
    "Python's venv module cannot install pip here. Run: apt install python3-venv "
    "(or install uv, or python3-pip), then start again."
)


def prepare(argv: list[str]) -> None:
    """Return inside an environment that holds what the command needs, re-executing if necessary."""
    command = argv[1] if len(argv) > 1 else ""
    if command == "up":
        _settings_of_up(argv[2:])
    if os.environ.get("KNOWNFIX_NO_VENV", "") in ("1", "true", "yes", "on"):
        return
    started = time.monotonic()
    folder = _folder()
    _ensure(folder, _requirements(command, argv[2:]))
    os.environ.setdefault("KNOWNFIX_ENVIRONMENT_S", f"{time.monotonic() - started:.1f}")
    if Path(sys.prefix) != folder:
        _start_again(_python(folder))


def _requirements(command: str, options: list[str]) -> str:
    if command == "lab" or (command == "test" and "--lab" in options):
        return LABORATORY
    return CHECKING if command == "test" else BASE


def _settings_of_up(options: list[str]) -> None:
    """What `up` decides must stand before Django reads its settings."""
    os.environ.setdefault("KNOWNFIX_SELF_APPROVAL", "1")
    for option, following in itertools.pairwise([*options, ""]):
        name, _, value = option.partition("=")
        if name == "--database":
            os.environ["DATABASE_URL"] = value or following


def _folder() -> Path:
    return Path(os.environ.get("KNOWNFIX_VENV") or ROOT / ".venv").absolute()


def _python(folder: Path) -> Path:
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def _ensure(folder: Path, requirements: str) -> None:
    if _is_current(folder, requirements):
        return
    with _locked(folder):
        # Another start may have installed while this one waited for the lock.
        if _is_current(folder, requirements):
            return
        try:
            _install(folder, requirements)
        except OSError as error:
            sys.exit(f"The environment cannot be made in {folder}: {error.strerror or error}.")


def _install(folder: Path, requirements: str) -> None:
    # An interrupted install must not look finished: the stamp goes first and comes back last.
    for name in HELD[requirements]:
        _stamp(folder, name).unlink(missing_ok=True)
    if Path(sys.prefix) != folder and not _is_of_this_python(folder):
        with _timed(f"environment: making {folder.name}"):
            _create(folder)
        _identity(folder).write_text(_this_python(folder))
    with _timed(f"environment: installing {requirements}"):
        _run([*_installer(folder), "-r", str(ROOT / requirements)])
    for name in HELD[requirements]:
        _stamp(folder, name).write_text(_digest(folder, name))


def _is_current(folder: Path, requirements: str) -> bool:
    stamp = _stamp(folder, requirements)
    return stamp.is_file() and stamp.read_text() == _digest(folder, requirements)


def _stamp(folder: Path, requirements: str) -> Path:
    return folder / f"{requirements}.installed"


def _identity(folder: Path) -> Path:
    return folder / "made-by"


def _is_of_this_python(folder: Path) -> bool:
    made_by = _identity(folder)
    return made_by.is_file() and made_by.read_text() == _this_python(folder)


def _this_python(folder: Path) -> str:
    """A new Python or a moved checkout makes every installed script point elsewhere."""
    return f"{sys.version}\n{folder}\n"


def _digest(folder: Path, requirements: str) -> str:
    lines = [(ROOT / name).read_text() for name in HELD[requirements]]
    return hashlib.sha256("\n".join([_this_python(folder), *lines]).encode()).hexdigest()


def _create(folder: Path) -> None:
    with_pip = not shutil.which("uv") and importlib.util.find_spec("ensurepip") is not None
    if not (with_pip or shutil.which("uv") or _system_pip()):
        sys.exit(NO_PIP)
    try:
        venv.create(folder, clear=True, with_pip=with_pip, symlinks=os.name != "nt")
    # Debian's venv prints a page and calls sys.exit when ensurepip is missing.
    except (subprocess.CalledProcessError, SystemExit):
        shutil.rmtree(folder, ignore_errors=True)
        sys.exit(NO_PIP)


def _installer(folder: Path) -> list[str]:
    python = str(_python(folder))
    if uv := shutil.which("uv"):
        return [uv, "pip", "install", "--quiet", "--python", python]
    quiet = ["install", "--quiet", "--disable-pip-version-check", "--no-input"]
    if next(folder.glob("lib/python*/site-packages/pip"), None) or os.name == "nt":
        return [python, "-m", "pip", *quiet]
    return [sys.executable, "-m", "pip", "--python", python, *quiet]


def _system_pip() -> bool:
    """Whether this Python has a pip that can install into another environment (22.3 and newer)."""
    if importlib.util.find_spec("pip") is None:
        return False
    asked = [sys.executable, "-m", "pip", "--python", sys.executable, "--version"]
    return subprocess.run(asked, capture_output=True, check=False).returncode == 0


def _run(argv: list[str]) -> None:
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    if done.returncode:
        print()
        print(done.stdout + done.stderr, file=sys.stderr)
        sys.exit("Installing failed; the lines above are the installer's own.")


@contextlib.contextmanager
def _timed(label: str) -> Iterator[None]:
    started = time.monotonic()
    print(f"{label} ... ", end="", flush=True)
    yield
    print(f"{time.monotonic() - started:.1f} s", flush=True)


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Wait until no other start installs. The kernel frees the lock of a dead process."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        lock = folder.with_name(folder.name + ".lock").open("w")
    except OSError as error:
        sys.exit(
            f"{folder.parent} cannot be written to ({error.strerror}): start from a folder of "
            "yours, or name writable ones in KNOWNFIX_VENV and KNOWNFIX_VAR."
        )
    with lock:
        _wait_for(lock.fileno())
        yield


def _wait_for(descriptor: int) -> None:
    # mypy follows sys.platform, not os.name.
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(descriptor, msvcrt.LK_LOCK, 1)
        return
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print("environment: another start is installing; waiting for it", flush=True)
        fcntl.flock(descriptor, fcntl.LOCK_EX)


def _start_again(python: Path) -> None:
    argv = [str(python), *sys.argv]
    if os.name != "nt":
        sys.stdout.flush()
        os.execv(argv[0], argv)
    # execv on Windows would give the prompt back while the command still runs.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.exit(subprocess.call(argv))
