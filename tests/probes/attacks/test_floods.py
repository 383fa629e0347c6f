"""Floods, bombs, hangs and grandchildren: caps while reading, and a deadline that holds."""

import asyncio
import contextlib
import gzip
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import psutil
import pytest

from probes.engine.network.http_client import MAX_BODY
from probes.engine.programs import child
from probes.engine.spec import Policy
from tests.probes.engine.servers import Handler, head_of, run, serving

# How much longer than its deadline a run may take here, on a busy machine.
SLACK_S = 1.0


def drips(first: bytes, *, times: int, each_s: float) -> Handler:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await head_of(reader)
        writer.write(first)
        for _ in range(times):
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(each_s)

    return handler


def sends(data: bytes, *, times: int = 1) -> Handler:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await head_of(reader)
        for _ in range(times):
            writer.write(data)
            await writer.drain()

    return handler


def fetched(url: str, timeout_s: float) -> bytes:
    with urllib.request.urlopen(url, timeout=timeout_s) as answer:
        return bytes(answer.read())


async def test_a_timeout_per_read_never_comes_and_a_deadline_does(policy: Policy) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\n"
    async with serving(drips(head, times=30, each_s=0.1)) as port:
        url = f"http://127.0.0.1:{port}/"
        started = time.monotonic()
        body = await asyncio.to_thread(fetched, url, 0.5)
        naive_s = time.monotonic() - started
        ours = await run("http", policy=policy, timeout_s=0.5, url=url)

    assert (len(body), naive_s > 2.5) == (30, True)
    # On a busy machine the runner says of itself that it was late; the deadline holds anyway.
    assert ours.reason_code in ("timed_out_body", "runner_overloaded")
    assert ours.elapsed_s < 0.5 + SLACK_S


async def test_a_bomb_is_inflated_to_the_cap_and_not_to_its_size(policy: Policy) -> None:
    bomb = gzip.compress(b"\0" * 30_000_000)
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(bomb)}\r\n\r\n"
    async with serving(sends(head.encode() + bomb)) as port:
        url = f"http://127.0.0.1:{port}/"
        naive = gzip.decompress(await asyncio.to_thread(fetched, url, 5))
        ours = await run("http", policy=policy, timeout_s=10, url=url)

    assert len(bomb) < 40_000 and len(naive) == 30_000_000
    assert (ours.facts["body_bytes"], ours.facts["body_is_cut"]) == (MAX_BODY, True)


async def test_a_flooding_body_is_cut_while_it_is_read(policy: Policy) -> None:
    flood = sends(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + b"x" * 1_000_000, times=20)
    async with serving(flood) as port:
        url = f"http://127.0.0.1:{port}/"
        naive = await asyncio.to_thread(fetched, url, 5)
        ours = await run("http", policy=policy, timeout_s=10, url=url)

    assert len(naive) > 10_000_000
    assert ours.facts["body_bytes"] == MAX_BODY


async def test_a_flooding_program_is_read_but_not_kept() -> None:
    argv = [sys.executable, "-I", "-c", "print('x' * 20_000_000)"]
    naive = await asyncio.to_thread(subprocess.run, argv, capture_output=True)
    deadline = asyncio.get_running_loop().time() + 20

    ours = await child.run(argv, cwd="/", deadline=deadline, most_bytes=65_536)

    assert len(naive.stdout) > 20_000_000
    assert (ours.exit_code, len(ours.stdout)) == (0, 65_536)


async def test_a_grandchild_that_keeps_the_pipe_holds_up_a_kill_but_not_a_deadline(
    tmp_path: Path,
) -> None:
    script = (
        "import os, subprocess, sys, time\n"
        "p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(4)'])\n"
        "open(sys.argv[1], 'w').write(str(p.pid))\n"
        "time.sleep(60)\n"
    )
    argv = [sys.executable, "-I", "-c", script]
    loop = asyncio.get_running_loop()

    started = loop.time()
    naive = await asyncio.create_subprocess_exec(
        *argv, str(tmp_path / "naive"), stdout=subprocess.PIPE
    )
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(naive.communicate(), timeout=1.0)
    naive.kill()
    outlives_its_parent = is_alive(tmp_path / "naive")
    await naive.communicate()
    naive_s = loop.time() - started

    started = loop.time()
    ours = await child.run([*argv, str(tmp_path / "ours")], cwd="/", deadline=started + 1.0)
    ours_s = loop.time() - started

    assert outlives_its_parent and naive_s > 3.0
    assert ours.exit_code is None
    assert ours_s < 1.0 + SLACK_S
    await asyncio.sleep(0.1)
    assert not is_alive(tmp_path / "ours")


def is_alive(note: Path) -> bool:
    with contextlib.suppress(psutil.NoSuchProcess):
        return psutil.Process(int(note.read_text())).status() != psutil.STATUS_ZOMBIE
    return False


async def test_memory_is_limited_for_what_a_probe_starts() -> None:
    argv = [sys.executable, "-I", "-c", "x = bytearray(9 * 2**30); print('got it')"]
    deadline = asyncio.get_running_loop().time() + 20

    ours = await child.run(argv, cwd="/", deadline=deadline)

    assert "got it" not in ours.stdout
    assert "MemoryError" in ours.stderr
