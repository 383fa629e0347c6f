"""python_packages in real virtual environments, with and without the means to compare versions."""

import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

from probes.engine.errors import InvalidParams
from probes.engine.registry import validate
from probes.engine.spec import Policy, Status
from tests.probes.engine.servers import run


class Environment:
    """A virtual environment whose packages are what their metadata says."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
        self.python = str(folder / "bin" / "python")
        self.site = next((folder / "lib").glob("python*/site-packages"))

    def install(self, name: str, version: str, *requires: str) -> None:
        info = self.site / f"{name}-{version}.dist-info"
        info.mkdir()
        lines = [f"Name: {name}", f"Version: {version}"]
        lines += [f"Requires-Dist: {each}" for each in requires]
        (info / "METADATA").write_text("Metadata-Version: 2.1\n" + "\n".join(lines) + "\n")

    def remove(self) -> None:
        Path(self.python).unlink()

    def install_packaging(self) -> None:
        files = metadata.files("packaging") or []
        shutil.copytree(Path(str(files[0].locate())).parents[1] / "packaging",
                        self.site / "packaging")  # fmt: skip


@pytest.fixture
def bare(tmp_path: Path) -> Environment:
    return Environment(tmp_path / "venv")


@pytest.fixture
def full(bare: Environment) -> Environment:
    bare.install_packaging()
    return bare


async def look(where: Environment, **params: Any) -> Any:
    policy = Policy.read(roots=[str(where.folder.parent)], interpreters=[where.python])
    return await run(
        "python_packages", policy=policy, timeout_s=20, interpreter=where.python, **params
    )


def written(where: Environment, text: str, name: str = "requirements.txt") -> str:
    path = where.folder.parent / name
    path.write_text(text)
    return str(path)


async def test_what_is_installed_as_asked_is_satisfied(full: Environment) -> None:
    full.install("Flask", "2.0.1", "Werkzeug >=2.0")
    full.install("werkzeug", "2.3")
    path = written(full, "flask==2.0.1  # web\n\n-i https://pypi.test/simple\nWerkzeug~=2.0\n")

    result = await look(full, requirements_path=path)

    assert (result.status, result.reason_code) == (Status.OK, "satisfied")
    assert (result.facts["asked"], result.facts["judged_with"]) == (2, "packaging")
    assert result.facts["python"].startswith("3.")


async def test_missing_and_other_versions_are_told_apart_and_named(full: Environment) -> None:
    full.install("Flask", "2.0.1")

    missing = await look(full, pins={"flask": "2.0.1", "PyJWT": ">=2,<3"})
    other = await look(full, pins={"flask": "2.0.2"})

    assert (missing.status, missing.reason_code) == (Status.CRITICAL, "missing")
    assert missing.facts["missing"] == [{"name": "PyJWT", "asked": "PyJWT>=2,<3"}]
    assert (other.status, other.reason_code) == (Status.CRITICAL, "version_mismatch")
    assert other.facts["mismatched"] == [
        {"name": "Flask", "asked": "flask==2.0.2", "found": "2.0.1"}
    ]
    assert "flask==2.0.2 (found 2.0.1)" in other.summary


async def test_installed_packages_that_do_not_go_together_are_a_conflict(full: Environment) -> None:
    full.install("a", "1.0", "b >=2", "gone", "winonly; sys_platform == 'win32'", "x; extra == 'x'")
    full.install("b", "1.5")

    result = await look(full, pins={"a": "1.0"})

    assert (result.status, result.reason_code) == (Status.CRITICAL, "conflict")
    assert result.facts["conflicts"] == [
        {"package": "a", "version": "1.0", "requires": "b >=2", "found": "1.5"},
        {"package": "a", "version": "1.0", "requires": "gone", "found": None},
    ]
    assert (await look(full)).reason_code == "conflict"


async def test_extras_are_part_of_what_is_asked(full: Environment) -> None:
    full.install("server", "1.0", "loop>=1; extra == 'fast'", "tools; extra == 'dev'")

    plain = await look(full, pins={"server": ""})
    fast = await look(full, pins={"server[fast]": ""})

    assert plain.reason_code == "satisfied"
    assert fast.reason_code == "missing"
    assert fast.facts["missing"] == [{"name": "loop", "asked": "loop>=1 (for server[fast])"}]


async def test_markers_of_another_system_ask_for_nothing(full: Environment) -> None:
    path = written(
        full, "pywin32>=300; sys_platform == 'win32'\nold==1; python_version < '3.0'\nb\n"
    )
    full.install("b", "1")

    assert (await look(full, requirements_path=path)).reason_code == "satisfied"


async def test_a_file_is_read_as_pip_reads_it(full: Environment) -> None:
    full.install("a", "1.0")
    full.install("b", "2.0")
    full.install("c", "3.0")
    written(full, "b==2.0 \\\n    --hash=sha256:abc \\\n    --hash=sha256:def\n", "more.txt")
    path = written(
        full,
        "-r more.txt\n-r requirements.txt\n-c limits.txt\n-e ./src\n./wheels/x.whl\n"
        "git+https://user:hunter2abc@git.test/x.git\nc @ https://files.test/c.zip\na == 1.0 # yes\n",
    )

    result = await look(full, requirements_path=path)

    assert result.reason_code == "satisfied"
    assert result.facts["asked"] == 7
    assert [each["asked"][:6] for each in result.facts["unjudged"]] == [
        "-c lim", "-e ./s", "./whee", "git+ht",
    ]  # fmt: skip
    assert "except 4 that cannot be judged" in result.summary
    assert "hunter2abc" not in str(result)


@pytest.mark.parametrize("before", [180, 190, 196])
async def test_secret_in_a_place_is_masked_wherever_it_is_cut(
    bare: Environment, tmp_path: Path, before: int
) -> None:
    start = "git+https://" + "u" * (before - len("git+https://:"))
    file = tmp_path / "requirements.txt"
    file.write_text(f"{start}:hunter2-hunter2@host/repo.git\na==1\n")

    result = await look(bare, requirements_path=str(file))

    assert result.facts["unjudged"][0]["asked"].startswith(start)
    assert "hunt" not in repr(result)


async def test_without_packaging_only_exact_pins_are_judged_and_it_says_so(
    bare: Environment,
) -> None:
    bare.install("a", "1.0")

    same = await look(bare, pins={"a": "1.0.0", "A": ""})
    other = await look(bare, pins={"a": "1.1"})
    missing = await look(bare, pins={"b": ">=1"})
    some = await look(bare, pins={"a": "1.0", "A": ">=0.5"})
    none = await look(bare, pins={"a": ">=0.5"})
    nothing = await look(bare)

    assert (same.reason_code, same.facts["judged_with"]) == ("satisfied", None)
    assert "conflicts cannot be judged" in same.summary
    assert (other.reason_code, missing.reason_code) == ("version_mismatch", "missing")
    assert some.reason_code == "satisfied"
    assert "except 1 that cannot be judged" in some.summary
    for each in (none, nothing):
        assert (each.status, each.reason_code) == (Status.UNKNOWN, "cannot_judge")


async def test_a_long_file_is_judged_whole_and_shown_in_part(bare: Environment) -> None:
    bare.install("a", "1.0")
    path = written(bare, "a>=0.5\n" * 60 + "a==1.0\n" * 60)

    result = await look(bare, requirements_path=path)

    assert (result.reason_code, result.facts["asked"]) == ("satisfied", 120)
    assert len(result.facts["unjudged"]) == 50
    assert "except 60 that cannot be judged" in result.summary


async def test_pips_own_copy_is_used_where_there_is_no_other(bare: Environment) -> None:
    bare.install_packaging()
    inside = bare.site / "pip" / "_vendor"
    inside.mkdir(parents=True)
    (bare.site / "packaging").rename(inside / "packaging")
    for folder in (inside.parent, inside):
        (folder / "__init__.py").touch()
    bare.install("a", "1.10")

    result = await look(bare, pins={"a": ">=1.9"})

    assert (result.reason_code, result.facts["judged_with"]) == (
        "satisfied", "pip._vendor.packaging",
    )  # fmt: skip


async def test_broken_metadata_and_talking_packages_do_not_hide_the_answer(
    full: Environment,
) -> None:
    (full.site / "broken-1.dist-info").mkdir()
    (full.site / "loud.pth").write_text("import sys; print('hello from a .pth file')\n")
    full.install("odd", "not a version", "(((")
    full.install("a", "1.0")

    result = await look(full, pins={"a": "1.0", "odd": "1"})

    assert result.reason_code in ("satisfied", "version_mismatch")
    assert result.facts["missing"] == []


async def test_what_cannot_be_looked_at_is_unknown(full: Environment, tmp_path: Path) -> None:
    written(full, "-r ../../outside.txt\n")
    gone = await look(full, requirements_path=str(tmp_path / "gone.txt"))
    outside = await look(full, requirements_path="/etc/passwd")
    included = await look(full, requirements_path=str(tmp_path / "requirements.txt"))
    written(full, "x" * 70_000, "large.txt")
    large = await look(full, requirements_path=str(tmp_path / "large.txt"))
    full.remove()
    no_python = await look(full, pins={"a": ""})

    answers = [gone, outside, included, large, no_python]
    assert [each.reason_code for each in answers] == [
        "unreadable", "not_allowed", "not_allowed", "unreadable", "interpreter_missing",
    ]  # fmt: skip
    assert {each.status for each in answers} == {Status.UNKNOWN}


@pytest.mark.parametrize(
    "params",
    [
        {"pins": {"a": "1"}, "requirements_path": "/srv/r.txt"},
        {"pins": {"-e .": "1"}},
        {"pins": {"a @ https://x.test/y": ""}},
        {"pins": {"a": "1; import os"}},
        {"pins": {"a": "latest"}},
    ],
)
def test_pins_are_names_with_versions(params: dict[str, Any]) -> None:
    with pytest.raises(InvalidParams):
        validate("python_packages", {"interpreter": "/usr/bin/python3", **params})


def test_a_pin_may_come_from_a_parameter() -> None:
    params = {"interpreter": "/usr/bin/python3", "pins": {"a": "${version}"}}

    assert validate("python_packages", params, placeholders=True)["pins"] == {"a": "${version}"}
