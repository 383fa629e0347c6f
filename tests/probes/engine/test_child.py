"""Programs run for a probe: limits, caps, and nothing left behind."""

import asyncio
import contextlib
import sys
import time
from pathlib import Path

import psutil
import pytest

from probes.engine.programs import child


async def run(script: str, *, timeout_s: float = 5.0, most_bytes: int = 65536) -> child.Ended:
    deadline = asyncio.get_running_loop().time() + timeout_s
    argv = [sys.executable, "-I", "-c", script]
    return await child.run(argv, cwd="/", deadline=deadline, most_bytes=most_bytes)


async def test_program_says_how_it_ended() -> None:
    ended = await run("import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)")

    assert ended == child.Ended(exit_code=3, stdout="out\n", stderr="err\n")


async def test_flood_is_read_but_only_its_end_is_kept() -> None:
    ended = await run("print('x' * 5_000_000 + 'the end')", most_bytes=1000)

    assert len(ended.stdout) == 1000
    assert ended.stdout.endswith("the end\n")


def _is_alive(pid: int) -> bool:
    with contextlib.suppress(psutil.Error):
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    return False


@pytest.mark.parametrize("own_session", [False, True])
async def test_grandchild_that_keeps_the_pipe_is_killed_at_the_deadline(
    tmp_path: Path, own_session: bool
) -> None:
    note = tmp_path / "pid"
    script = (
        "import subprocess, sys, time\n"
        "p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'],"
        f" start_new_session={own_session})\n"
        f"open({str(note)!r}, 'w').write(str(p.pid))\n"
        "time.sleep(60)\n"
    )
    started = time.monotonic()
    ended = await run(script, timeout_s=1.0)

    assert ended.exit_code is None
    assert time.monotonic() - started < 3
    await asyncio.sleep(0.1)
    assert not _is_alive(int(note.read_text()))


async def test_grandchild_outliving_its_parent_does_not_hold_the_deadline_up(
    tmp_path: Path,
) -> None:
    note = tmp_path / "pid"
    script = (
        "import subprocess, sys\n"
        "p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        f"open({str(note)!r}, 'w').write(str(p.pid))\n"
    )
    ended = await run(script, timeout_s=1.0)

    assert ended.exit_code is None
    await asyncio.sleep(0.1)
    assert not _is_alive(int(note.read_text()))


async def test_program_sees_none_of_our_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "hunter2")
    monkeypatch.setenv("DATABASE_URL", "postgres://hunter2")

    ended = await run("import os; print(dict(os.environ))")

    assert "hunter2" not in ended.stdout


async def test_program_that_writes_too_large_a_file_is_stopped(tmp_path: Path) -> None:
    path = tmp_path / "large"
    ended = await run(f"open({str(path)!r}, 'wb').write(b'x' * 50_000_000)")

    assert ended.exit_code != 0
    assert path.stat().st_size <= 16 * 1024 * 1024


def _wait_for(note: Path) -> None:
    while not (note.exists() and note.read_text()):
        time.sleep(0.02)


async def test_cancelled_run_leaves_no_process(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    script = f"import os, time; open({str(note)!r}, 'w').write(str(os.getpid())); time.sleep(60)"
    task = asyncio.create_task(run(script, timeout_s=60))
    await asyncio.to_thread(_wait_for, note)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert not _is_alive(int(note.read_text()))
