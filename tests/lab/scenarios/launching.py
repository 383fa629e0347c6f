"""The server ends as it starts: wrong directory, a module or a variable that is missing."""

import sys
from collections.abc import Iterator
from pathlib import Path

from tests.lab.lab import Lab
from tests.lab.machine import UVICORN
from tests.lab.parts.interpreter import add_distribution, interpreter
from tests.lab.parts.site import free_port
from tests.lab.scenario import Command, Look, Scenario, Stage

_MAIN = '''\
"""A service as small as can be."""


async def app(scope, receive, send):
    raise NotImplementedError


print("started")
'''


def _wrong_directory(lab: Lab) -> Iterator[Stage]:
    project, elsewhere = lab.folder / "project", lab.folder / "elsewhere"
    elsewhere.mkdir()
    write(project / "main.py", _MAIN)
    server = [sys.executable, "-m", "uvicorn", "main:app", "--port", "0"]
    tell(lab, directory=elsewhere)
    yield Stage(
        title="started in the folder above",
        commands=(
            Command(
                argv=[sys.executable, "main.py"],
                cwd="elsewhere",
                exit_code=2,
                prints="can't open file",
            ),
            Command(
                argv=server,
                cwd="elsewhere",
                exit_code=_IMPORT_FAILED,
                prints='Error loading ASGI app. Could not import module "main".',
            ),
        ),
        looks=(
            file(elsewhere / "main.py", "absent"),
            _target(elsewhere, "wrong_cwd", missing_module="main"),
        ),
    )
    yield Stage(
        title="started where main.py is",
        commands=(
            Command(argv=[sys.executable, "main.py"], cwd="project", exit_code=0, prints="started"),
        ),
        looks=(file(project / "main.py", "present"), _target(project, "loadable")),
    )


# As for a busy port: read what it printed as well.
_IMPORT_FAILED = 3


def _target(folder: Path, reason: str, **facts: str) -> Look:
    return Look(
        at="here",
        kind="asgi_target",
        params={"interpreter": sys.executable, "cwd": str(folder), "target": "main:app"},
        status="OK" if reason == "loadable" else "CRITICAL",
        reason=reason,
        facts=facts,
        timeout_s=10.0,
    )


def _module_missing(lab: Lab) -> Iterator[Stage]:
    write(lab.folder / "service" / "main.py", "import jwt\n\nprint('started', jwt.__name__)\n")
    service, other = interpreter(lab, "service-venv"), interpreter(lab, "other-venv")
    add_distribution(other, "PyJWT", "2.10.1", module="jwt")
    start = [str(service), "main.py"]
    tell(lab, directory=lab.folder / "service", interpreter=str(service))
    yield Stage(
        title="jwt is not installed where the service runs",
        commands=(
            Command(
                argv=start,
                cwd="service",
                exit_code=1,
                prints="ModuleNotFoundError: No module named 'jwt'",
            ),
            Command(argv=[str(service), "-c", _FIND_JWT], exit_code=1, prints=""),
        ),
        looks=(
            _jwt(service, "module_not_found", missing=["jwt"], missing_module="jwt"),
            _packages(service, "missing"),
            # The interpreter of somebody else says nothing about the service.
            _jwt(other, "importable", modules={"jwt": {"distribution": "PyJWT"}}),
        ),
    )
    add_distribution(service, "jwt", "1.4.0", module="jwt")
    yield Stage(
        title="pip install jwt brought another distribution with a module of that name",
        commands=(Command(argv=[str(service), "-c", _FIND_JWT], exit_code=0, prints=""),),
        looks=(_provided(service, "jwt", "1.4.0"), _packages(service, "missing")),
    )
    add_distribution(service, "PyJWT", "2.10.1", module="jwt", instead_of="jwt")
    yield Stage(
        title="pip install PyJWT",
        commands=(Command(argv=start, cwd="service", exit_code=0, prints="started jwt"),),
        looks=(_provided(service, "PyJWT", "2.10.1"), _packages(service, "satisfied")),
    )


_FIND_JWT = "import importlib.util, sys; sys.exit(importlib.util.find_spec('jwt') is None)"


def _jwt(python: Path, reason: str, **facts: object) -> Look:
    return Look(
        at="here",
        kind="python_import",
        params={"interpreter": str(python), "modules": ["jwt"]},
        status="OK" if reason == "importable" else "CRITICAL",
        reason=reason,
        facts=facts,
        timeout_s=10.0,
    )


def _provided(python: Path, distribution: str, version: str) -> Look:
    told = {"distribution": distribution, "version": version}
    return _jwt(python, "importable", modules={"jwt": told})


def _packages(python: Path, reason: str) -> Look:
    """By the distribution's name, which another one with a module of that name has not."""
    return Look(
        at="here",
        kind="python_packages",
        params={"interpreter": str(python), "pins": {"PyJWT": "2.10.1"}},
        status="OK" if reason == "satisfied" else "CRITICAL",
        reason=reason,
        facts={"missing": lambda missing: bool(missing) == (reason == "missing")},
        timeout_s=10.0,
    )


def _variable_missing(lab: Lab) -> Iterator[Stage]:
    service = lab.folder / "service"
    write(service / "main.py", READS_ITS_KEY)
    tell(lab, directory=service)
    start = [sys.executable, "main.py"]
    yield Stage(
        title="there is no .env, and the variable is not set",
        commands=(
            Command(argv=start, cwd="service", exit_code=1, prints="KeyError: 'JWT_SECRET_KEY'"),
        ),
        looks=(file(service / ".env", "absent"), _keys(service, "file_missing")),
    )
    write(service / ".env", "JWT_SECRET_KEY=of-the-laboratory\n")
    yield Stage(
        title=".env is written",
        commands=(Command(argv=start, cwd="service", exit_code=0, prints="started"),),
        looks=(file(service / ".env", "present"), _keys(service, "complete")),
    )
    (service / ".env").unlink()
    waiting = [sys.executable, "-c", _WAITS]
    without = lab.start("without", waiting)
    given = lab.start("given", waiting, env={"JWT_SECRET_KEY": "of-the-laboratory"})
    for each in (without, given):
        each.wait_for_words("started")
    yield Stage(
        title="one process was started with the variable, one without; the probe has it not either",
        looks=(
            _variable("complete", of_pid=given.pid),
            _variable("missing_keys", of_pid=without.pid),
            # What the probe's own shell lacks says nothing about the service.
            _variable("missing_keys", status="WARNING"),
        ),
    )


_WAITS = "import time; print('started', flush=True); time.sleep(600)"


def _variable(reason: str, *, status: str = "", **whose: int) -> Look:
    is_complete = reason == "complete"
    return Look(
        at="here",
        kind="env_var",
        params={"names": ["JWT_SECRET_KEY"]} | whose,
        status=status or ("OK" if is_complete else "CRITICAL"),
        reason=reason,
        facts={
            "whose": "process" if whose else "probe",
            "present": ["JWT_SECRET_KEY"] if is_complete else [],
            "missing": [] if is_complete else ["JWT_SECRET_KEY"],
        },
    )


def _keys(service: Path, reason: str) -> Look:
    """Names only: the value is never read back."""
    is_complete = reason == "complete"
    return Look(
        at="here",
        kind="env_file_keys",
        params={"path": str(service / ".env"), "nonempty": ["JWT_SECRET_KEY"]},
        status="OK" if is_complete else "CRITICAL",
        reason=reason,
        facts={
            "present": ["JWT_SECRET_KEY"] if is_complete else [],
            "missing": [] if is_complete else ["JWT_SECRET_KEY"],
        },
    )


READS_ITS_KEY = '''\
"""A service that reads .env, then its key."""

import os
from pathlib import Path

if Path(".env").exists():
    os.environ |= dict(line.split("=", 1) for line in Path(".env").read_text().split())
os.environ["JWT_SECRET_KEY"]
print("started")
'''


def tell(lab: Lab, *, directory: Path, interpreter: str = sys.executable) -> None:
    """What a person would type of a server that ends as it starts: nobody has its port."""
    lab.values |= {"port": free_port(), "directory": str(directory), "interpreter": interpreter}


def file(path: Path, reason: str) -> Look:
    return Look(
        at="here",
        kind="file_present",
        params={"path": str(path), "kind": "file"},
        status="OK" if reason == "present" else "CRITICAL",
        reason=reason,
        facts={"exists": reason == "present"},
    )


def write(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)


SCENARIOS = (
    Scenario(
        slug="wrong-directory",
        row="wrong directory",
        sentence="The server is started in a folder that does not hold main.py.",
        cause="wrong working directory",
        stages=_wrong_directory,
        needs=(UVICORN,),
    ),
    Scenario(
        slug="module-missing",
        row="`jwt` missing",
        sentence="The service's interpreter lacks a module that another one has.",
        cause="dependency not installed",
        stages=_module_missing,
    ),
    Scenario(
        slug="variable-missing",
        row=".env / variable missing",
        sentence="The service reads a variable that nobody set; its .env is not there.",
        cause="configuration",
        stages=_variable_missing,
    ),
)
