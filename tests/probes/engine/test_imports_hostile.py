"""python_import and asgi_target on modules that die, shout, lie or need what is not there."""

import os
import re
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from probes.engine.spec import Policy, Status
from tests.probes.engine.servers import run


async def load(folder: Path, policy: Policy, target: str, *, timeout_s: float = 10.0):
    return await run(
        "asgi_target",
        policy=policy,
        timeout_s=timeout_s,
        interpreter=sys.executable,
        cwd=str(folder),
        target=target,
    )


@pytest.mark.parametrize(
    ("body", "reason_code"),
    [
        ("import os; os._exit(0)", "import_error"),
        ("import os; os.kill(os.getpid(), 9)", "import_error"),
        ("import sys; sys.exit(0)", "import_error"),
        ("raise KeyboardInterrupt", "import_error"),
        ("def (", "import_error"),
        ("print('x' * 1_000_000); app = print", "loadable"),
        ('print(\'{"name": "m:app", "ok": false}\'); app = print', "loadable"),
        ("import atexit, time; atexit.register(time.sleep, 60); app = print", "loadable"),
        ("import threading, time; threading.Thread(target=time.sleep, args=(60,)).start(); app = 1",
         "loadable"),
        ("__getattr__ = lambda name: 1 / 0", "attr_missing"),
        ("class E(Exception):\n def __str__(self): raise ValueError\nraise E", "import_error"),
    ],
)  # fmt: skip
async def test_module_that_misbehaves_gets_a_plain_answer(
    tmp_path: Path, policy: Policy, body: str, reason_code: str
) -> None:
    (tmp_path / "m.py").write_text(body)

    assert (await load(tmp_path, policy, "m:app")).reason_code == reason_code


async def test_hanging_import_is_unknown_because_it_might_have_loaded(
    tmp_path: Path, policy: Policy
) -> None:
    (tmp_path / "m.py").write_text("import time; time.sleep(60)")

    result = await load(tmp_path, policy, "m:app", timeout_s=1.0)

    assert (result.status, result.reason_code) == (Status.UNKNOWN, "timeout")


async def test_missing_part_of_a_package_is_told_from_a_missing_dependency(
    tmp_path: Path, policy: Policy
) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "__init__.py").touch()
    (tmp_path / "app" / "main.py").write_text("import jwt_that_is_not_there")

    elsewhere = await load(tmp_path, policy, "app.server:app")
    dependency = await load(tmp_path, policy, "app.main:app")
    no_folder = await load(tmp_path / "gone", policy, "app.main:app")

    assert (elsewhere.reason_code, no_folder.reason_code) == ("wrong_cwd", "wrong_cwd")
    assert dependency.reason_code == "module_not_found"
    assert dependency.facts["missing_module"] == "jwt_that_is_not_there"


async def test_secret_in_a_traceback_is_not_stored(tmp_path: Path, policy: Policy) -> None:
    (tmp_path / "m.py").write_text("raise ValueError('postgres://app:hunter2@db:5432/x')")

    result = await load(tmp_path, policy, "m:app")

    assert "db:5432" in result.output
    assert "hunter2" not in str(result)


async def test_looking_leaves_no_bytecode_behind(tmp_path: Path, policy: Policy) -> None:
    (tmp_path / "m.py").write_text("app = print")

    await load(tmp_path, policy, "m:app")

    assert os.listdir(tmp_path) == ["m.py"]


async def test_module_that_ends_the_interpreter_does_not_hide_the_one_before(
    tmp_path: Path, policy: Policy
) -> None:
    (tmp_path / "dies.py").write_text("import os; os._exit(7)")

    result = await run(
        "python_import",
        policy=policy,
        timeout_s=10.0,
        interpreter=sys.executable,
        modules=["h11", "dies"],
        cwd=str(tmp_path),
    )

    assert result.reason_code == "import_error"
    assert result.facts["modules"]["h11"]["distribution"] == "h11"
    assert result.facts["failed"] == ["dies"]


async def test_what_is_no_python_is_a_bad_definition(policy: Policy) -> None:
    no_python = replace(policy, interpreters=frozenset(["/bin/true"]))

    result = await run(
        "python_import", policy=no_python, timeout_s=5.0, interpreter="/bin/true", modules=["os"]
    )

    assert (result.status, result.reason_code) == (Status.UNKNOWN, "bad_definition")


@pytest.mark.parametrize("at", [480, 490, 3984, 3990, 4000, 7990])
@pytest.mark.parametrize(
    "module",
    [
        "raise RuntimeError({text!r})",
        "def __getattr__(name):\n    raise RuntimeError({text!r})",
        "import sys\nsys.stderr.write({text!r})\nraise SystemExit",
    ],
    ids=["import", "attribute", "standard error"],
)
async def test_secret_is_masked_wherever_what_a_module_says_is_cut(
    tmp_path: Path, policy: Policy, module: str, at: int
) -> None:
    """Cut from its beginning or from its end, half of the password would not look like one."""
    secret = "postgres://app:hunter2@db/shop"
    for text in ("x" * at + " " + secret, secret + " " + "x" * (at - len("er2@db/shop "))):
        (tmp_path / "m.py").write_text(module.format(text=text))

        result = await load(tmp_path, policy, "m:app")

        assert result.reason_code in ("import_error", "attr_missing")
        assert not re.search("hunt|ter2", repr(result))


async def test_line_whose_beginning_was_thrown_away_is_not_shown(
    tmp_path: Path, policy: Policy
) -> None:
    kept = 1024 * 1024
    said = "password=hunter2\n" + "x" * (kept - len("er2\n") - len("\nthe end\n")) + "\nthe end\n"
    (tmp_path / "m.py").write_text(f"import sys\nsys.stderr.write({said!r})\napp = print")

    result = await load(tmp_path, policy, "m:app")

    assert result.reason_code == "loadable"
    assert not re.search("hunt|er2", result.output)
    assert result.output.startswith("xxx")
