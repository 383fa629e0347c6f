"""Interpreters and folders come from the location's lists, whatever links and dots say."""

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from probes.engine.spec import Policy, Status
from tests.probes.engine.servers import run


class Host:
    """A folder that is allowed, one that is not, and a venv whose python is a link."""

    def __init__(self, folder: Path) -> None:
        self.inside, self.outside = folder / "inside", folder / "outside"
        self.python = folder / "venv" / "bin" / "python"
        for each in (self.inside, self.outside, self.python.parent):
            each.mkdir(parents=True)
        self.python.symlink_to(sys.executable)
        (self.outside / "secret.txt").write_text("hunter2abc")
        (self.outside / "ran.py").write_text("app = print")
        self.policy = Policy.read(roots=[str(self.inside)], interpreters=[str(self.python)])

    def program(self, name: str) -> Path:
        """Looks like a python and notes that it was started."""
        path = self.outside / name
        path.write_text(f"#!/bin/sh\ntouch {self.outside}/started\n")
        path.chmod(0o755)
        return path

    @property
    def was_started(self) -> bool:
        return (self.outside / "started").exists()


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(tmp_path)


async def imports(host: Host, interpreter: Any, **params: Any) -> Any:
    asked = {"interpreter": str(interpreter), "modules": ["json"], **params}
    return await run("python_import", policy=host.policy, timeout_s=20, **asked)


async def test_the_listed_link_of_a_venv_is_started_and_what_it_points_to_is_not(
    host: Host,
) -> None:
    listed = await imports(host, host.python)
    behind = await imports(host, real(sys.executable))

    assert listed.reason_code == "importable"
    assert (behind.status, behind.reason_code) == (Status.UNKNOWN, "not_allowed")


async def test_dots_and_links_lead_to_no_other_program(host: Host) -> None:
    evil = host.program("python")
    link = host.python.parent / "link"
    link.symlink_to(host.outside / "deep")
    (host.outside / "deep").mkdir()
    # The system follows this one through the link, and ends at the evil program.
    through_link = f"{link}/../python"
    assert real(through_link) == str(evil)

    # Dots are taken out of the name first, and what is started is the listed name itself.
    assert (await imports(host, through_link)).reason_code == "importable"
    for spelling in (
        evil, f"{host.python.parent}/../../outside/python", f"{link}/../../outside/python",
        f"{host.python} -c x", "/usr/bin/env", "/bin/sh",
    ):  # fmt: skip
        assert (await imports(host, spelling)).reason_code == "not_allowed", spelling
    assert not host.was_started


def real(path: str) -> str:
    return os.path.realpath(path)


@pytest.mark.parametrize("trick", ["link", "dots", "link-then-dots", "prefix", "plain"])
async def test_no_way_leads_out_of_the_allowed_folder(host: Host, trick: str) -> None:
    (host.inside / "link").symlink_to(host.outside)
    (host.inside / "sub").mkdir()
    beside = host.inside.with_name("inside-too")
    beside.symlink_to(host.outside)
    folder = {
        "link": f"{host.inside}/link",
        "dots": f"{host.inside}/../outside",
        "link-then-dots": f"{host.inside}/link/../outside",
        "prefix": str(beside),
        "plain": str(host.outside),
    }[trick]
    assert open_naively(folder) == "hunter2abc"

    answers = [
        await run("file_present", policy=host.policy, path=f"{folder}/secret.txt"),
        await imports(host, host.python, cwd=folder),
        await run(
            "asgi_target", policy=host.policy, timeout_s=20, interpreter=str(host.python),
            cwd=folder, target="ran:app",
        ),
        await run(
            "python_packages", policy=host.policy, timeout_s=20, interpreter=str(host.python),
            requirements_path=f"{folder}/secret.txt",
        ),
        await run(
            "tls_certificate", policy=host.policy, host="127.0.0.1",
            ca_file=f"{folder}/secret.txt",
        ),
    ]  # fmt: skip

    for each in answers:
        assert (each.status, each.reason_code) == (Status.UNKNOWN, "not_allowed")
        assert "hunter2abc" not in str(each)


def open_naively(folder: str) -> str:
    """Believes the beginning of the path."""
    return Path(f"{folder}/secret.txt").read_text()


async def test_a_relative_or_home_path_cannot_be_defined(host: Host) -> None:
    for path in ("secret.txt", "../secret.txt", "~/secret.txt", "-x", ""):
        result = await run("file_present", policy=host.policy, path=path)
        assert result.reason_code == "bad_definition"


async def test_modules_of_the_working_folder_do_not_replace_the_probes_own(host: Host) -> None:
    """A folder that anybody may write to must not choose what `json` is for the fixed script."""
    (host.inside / "json.py").write_text(f"open({str(host.outside / 'started')!r}, 'w')")
    (host.inside / "sitecustomize.py").write_text(f"open({str(host.outside / 'started')!r}, 'w')")

    result = await imports(host, host.python, cwd=str(host.inside), modules=["os"])

    assert result.reason_code == "importable"
    assert not host.was_started
