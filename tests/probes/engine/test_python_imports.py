"""The target's interpreter is asked what it can import: real interpreters, real folders."""

import asyncio
import sys
import time
from pathlib import Path

import pytest

from probes.engine.errors import CannotLook
from probes.engine.kinds import asgi_target, python_import
from probes.engine.spec import Observation, Policy


@pytest.fixture
def app_folder(tmp_path: Path) -> Path:
    (tmp_path / "main.py").write_text("print('starting')\napp = object()\n")
    (tmp_path / "needs_jwt.py").write_text("import jwt_that_is_not_there\n")
    (tmp_path / "needs_key.py").write_text("import os\nos.environ['JWT_SECRET_KEY']\n")
    (tmp_path / "hangs.py").write_text("import time\ntime.sleep(60)\n")
    return tmp_path


def policy(folder: Path) -> Policy:
    return Policy.read(roots=[str(folder)], interpreters=[sys.executable])


def look(kind, folder: Path, *, timeout_s: float = 20, allowed=None, **params) -> Observation:
    async def within() -> Observation:
        deadline = asyncio.get_running_loop().time() + timeout_s
        asked = {"interpreter": sys.executable, "cwd": str(folder), **params}
        return await kind.look(asked, deadline=deadline, policy=allowed or policy(folder))

    return asyncio.run(within())


@pytest.mark.parametrize(
    ("target", "reason_code"),
    [
        ("main:app", "loadable"),
        ("main:application", "attr_missing"),
        ("nowhere:app", "wrong_cwd"),
        ("needs_jwt:app", "module_not_found"),
        ("needs_key:app", "import_error"),
    ],
)
def test_an_asgi_target_says_why_it_cannot_be_loaded(
    app_folder: Path, target: str, reason_code: str
) -> None:
    assert look(asgi_target, app_folder, target=target).reason_code == reason_code


def test_the_module_that_is_missing_is_named(app_folder: Path) -> None:
    seen = look(asgi_target, app_folder, target="needs_jwt:app")

    assert seen.facts["missing_module"] == "jwt_that_is_not_there"
    assert "jwt_that_is_not_there" in seen.summary


def test_an_import_names_the_distribution_that_provides_the_module(app_folder: Path) -> None:
    seen = look(python_import, app_folder, modules=["yaml"])

    assert seen.reason_code == "importable"
    assert seen.facts["modules"]["yaml"]["distribution"] == "PyYAML"


def test_one_missing_module_among_several_is_found(app_folder: Path) -> None:
    seen = look(python_import, app_folder, modules=["json", "needs_jwt"])

    assert seen.reason_code == "module_not_found"
    assert seen.facts["missing_module"] == "jwt_that_is_not_there"


def test_a_hanging_import_is_stopped_at_the_deadline(app_folder: Path) -> None:
    started = time.monotonic()

    with pytest.raises(CannotLook) as stopped:
        look(asgi_target, app_folder, target="hangs:app", timeout_s=1)

    assert stopped.value.reason_code == "timeout"
    assert time.monotonic() - started < 5


@pytest.mark.parametrize("target", ["main:app", "needs_key:app"])
def test_the_child_sees_none_of_our_secrets(
    app_folder: Path, target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JWT_SECRET_KEY", "hunter2-of-the-server")

    assert "hunter2" not in str(look(asgi_target, app_folder, target=target))


def test_a_folder_outside_the_location_is_not_looked_at(app_folder: Path, tmp_path: Path) -> None:
    elsewhere = Policy.read(roots=[str(tmp_path / "other")], interpreters=[sys.executable])

    with pytest.raises(CannotLook) as refused:
        look(asgi_target, app_folder, target="main:app", allowed=elsewhere)

    assert refused.value.reason_code == "not_allowed"


def test_a_link_out_of_a_folder_leads_out_of_it(tmp_path: Path) -> None:
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    inside.mkdir()
    outside.mkdir()
    (inside / "link").symlink_to(outside)

    with pytest.raises(CannotLook):
        look(asgi_target, inside / "link", target="main:app", allowed=policy(inside))


def test_an_interpreter_that_is_not_listed_is_not_started(app_folder: Path) -> None:
    nobody = Policy.read(roots=[str(app_folder)], interpreters=[])

    with pytest.raises(CannotLook) as refused:
        look(python_import, app_folder, modules=["json"], allowed=nobody)

    assert refused.value.reason_code == "not_allowed"


def test_a_listed_interpreter_that_is_gone_means_we_could_not_look(app_folder: Path) -> None:
    gone = str(app_folder / "python")
    listed = Policy.read(roots=[str(app_folder)], interpreters=[gone])

    with pytest.raises(CannotLook) as refused:
        look(python_import, app_folder, modules=["json"], interpreter=gone, allowed=listed)

    assert refused.value.reason_code == "interpreter_missing"
