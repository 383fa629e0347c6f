"""process on real processes: detached ones, our own, hidden ones, and one out of memory."""

import asyncio
import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import psutil
import pytest

from probes.engine.errors import InvalidParams
from probes.engine.host.oom import _counters, oom_kills
from probes.engine.host.proc_table import ProcTable
from probes.engine.host.processes import find
from probes.engine.host.psutil_table import PsutilTable
from probes.engine.registry import KINDS, validate
from probes.engine.spec import Policy, Status
from tests.probes.engine.detached import SLEEP, detached
from tests.probes.engine.servers import run

PYTHON = os.path.realpath(sys.executable)


@pytest.fixture
def mark() -> str:
    """A word that stands in no other command line."""
    return f"target-{uuid4().hex}"


async def test_running_process_is_described(policy: Policy, mark: str, tmp_path: Path) -> None:
    with detached(*SLEEP, mark, cwd=str(tmp_path)) as pid:
        result = await run("process", policy=policy, cmdline_regex=mark)

    assert (result.status, result.reason_code) == (Status.OK, "running")
    [seen] = result.facts["processes"]
    assert seen["pid"] == pid
    assert seen["cwd"] == str(tmp_path)
    assert seen["exe"] == PYTHON
    assert seen["rss_bytes"] > 1_000_000
    assert 0 <= seen["age_s"] < 30


async def test_process_that_ended_is_not_running(policy: Policy, mark: str) -> None:
    with detached(*SLEEP, mark):
        before = await run("process", policy=policy, cmdline_regex=mark)
    after = await run("process", policy=policy, cmdline_regex=mark)

    assert before.reason_code == "running"
    assert (after.status, after.reason_code) == (Status.CRITICAL, "not_running")
    assert after.facts["pids"] == []


async def test_too_few_are_not_enough(policy: Policy, mark: str) -> None:
    with detached(*SLEEP, mark), detached(*SLEEP, mark):
        two = await run("process", policy=policy, cmdline_regex=mark, min_count=2)
        three = await run("process", policy=policy, cmdline_regex=mark, min_count=3)

    assert (two.reason_code, two.facts["count"]) == ("running", 2)
    assert (three.reason_code, three.facts["count"]) == ("not_running", 2)
    assert "3 are wanted" in three.summary


async def test_name_is_exact_and_joined_with_the_command_line(policy: Policy, mark: str) -> None:
    with detached("/bin/sleep", "60", cwd="/") as pid, detached(*SLEEP, mark):
        named = await run("process", policy=policy, name="sleep")
        exe = await run("process", policy=policy, name="Sleep.exe")
        part = await run("process", policy=policy, name="slee")
        neither = await run("process", policy=policy, name="sleep", cmdline_regex=mark)

    assert pid in named.facts["pids"]
    assert pid in exe.facts["pids"]
    assert part.reason_code == "not_running"
    assert neither.reason_code == "not_running"


async def test_the_probes_own_process_its_parents_and_children_never_match(
    policy: Policy, mark: str
) -> None:
    with child(*SLEEP, mark):
        result = await run("process", policy=policy, cmdline_regex=mark)
    own = await run("process", policy=policy, cmdline_regex="pytest|manage.py")

    assert result.reason_code == "not_running"
    assert not {os.getpid(), os.getppid()} & set(own.facts["pids"])


def test_the_shell_that_asks_is_not_the_answer(mark: str) -> None:
    """A parent whose command line holds the pattern, as `sh -c 'probe ... uvicorn'` does."""
    ask = (
        "import asyncio; from probes.engine.host.processes import find;"
        f"print(find(name=None, pattern={mark!r}).pids)"
    )
    shell = f'"{sys.executable}" -c "{ask}"; true {mark}'

    said = subprocess.run(["/bin/sh", "-c", shell], capture_output=True, text=True, check=True)

    assert said.stdout.strip() == "[]"


@contextlib.contextmanager
def child(*argv: str) -> Iterator[int]:
    with subprocess.Popen(argv) as process:
        yield process.pid
        process.kill()


async def test_process_older_than_wanted_was_not_started_again(policy: Policy, mark: str) -> None:
    with detached(*SLEEP, mark):
        young = await run("process", policy=policy, cmdline_regex=mark, max_age_s=60)
        old = await run("process", policy=policy, cmdline_regex=mark, max_age_s=0)

    assert young.reason_code == "running"
    assert (old.status, old.reason_code) == (Status.CRITICAL, "too_old")


async def test_process_that_is_started_again_and_again_is_respawning(
    policy: Policy, mark: str
) -> None:
    loop = f"while true; do sh -c 'sleep 0.4; : {mark}'; done"
    with detached("/bin/sh", "-c", loop):
        looping = await run(
            "process",
            policy=policy,
            cmdline_regex=f"^sh -c sleep 0.4; : {mark}",
            check_respawn=True,
        )
    with detached(*SLEEP, mark):
        steady = await run("process", policy=policy, cmdline_regex=mark, check_respawn=True)

    assert (looping.status, looping.reason_code) == (Status.CRITICAL, "respawning")
    assert looping.facts["ended_while_looking"]
    assert steady.reason_code == "running"


async def test_watching_ends_before_the_deadline(policy: Policy, mark: str) -> None:
    with detached(*SLEEP, mark):
        result = await run(
            "process", policy=policy, timeout_s=1.0, cmdline_regex=mark, check_respawn=True
        )

    assert result.reason_code == "running"
    assert result.elapsed_s < 1.0


async def test_one_short_process_is_not_a_respawn(policy: Policy, mark: str) -> None:
    with detached("/bin/sh", "-c", f"sleep 2; : {mark}"):
        result = await run(
            "process", policy=policy, timeout_s=10, cmdline_regex=mark, check_respawn=True
        )

    assert result.reason_code == "not_running"
    assert result.facts["ended_while_looking"]


async def test_start_of_a_process_is_always_the_same(policy: Policy, mark: str) -> None:
    with detached(*SLEEP, mark):
        found = [find(name=None, pattern=mark) for _ in range(200)]

    assert len({each.started for one in found for each in one.processes}) == 1


async def test_secrets_on_a_command_line_are_masked(policy: Policy, mark: str) -> None:
    secrets = ["--password", "correct horse battery", "--token=abc123def456", "DB_PASSWORD=hunter2"]
    with detached(*SLEEP, mark, *secrets):
        result = await run("process", policy=policy, cmdline_regex=mark)

    assert result.reason_code == "running"
    assert mark in str(result.facts)
    for word in ("horse", "battery", "abc123def456", "hunter2"):
        assert word not in str(result)


async def test_zombie_does_not_run(policy: Policy) -> None:
    with detached(sys.executable, "-c", ZOMBIE):
        wait_for_zombie("kf-zombie")
        result = await run("process", policy=policy, name="kf-zombie")

    assert result.reason_code == "not_running"


ZOMBIE = """
import ctypes, os, time
pid = os.fork()
if not pid:
    ctypes.CDLL(None).prctl(15, b"kf-zombie", 0, 0, 0)
    os._exit(0)
time.sleep(60)
"""


def wait_for_zombie(name: str) -> None:
    while not any(
        each.info == {"name": name, "status": psutil.STATUS_ZOMBIE}
        for each in psutil.process_iter(["name", "status"])
    ):
        time.sleep(0.02)


def test_name_or_command_line_must_be_given() -> None:
    with pytest.raises(InvalidParams, match="give the name, cmdline_regex or both"):
        validate("process", {})


@pytest.mark.lab
@pytest.mark.parametrize(
    ("hidepid", "words"),
    [(1, "hide their command line"), (2, "(hidepid)")],
    ids=["no entry", "unseen"],
)
def test_process_that_may_be_hidden_is_unknown_and_not_absent(
    mark: str, hidepid: int, words: str
) -> None:
    """A /proc of its own that hides other users' processes, seen as nobody."""
    ask = (
        "import asyncio, concurrent.futures.thread; from probes.engine.runner import run_one; "
        "from probes.engine.spec import Policy, ProbeSpec; import os; os.setgroups([]); "
        "os.setgid(65534); os.setuid(65534); "
        "spec = ProbeSpec(kind='process', timeout_s=5, "
        f"params={{'cmdline_regex': {mark!r}}}); "
        "said = asyncio.run(run_one(spec, policy=Policy())); "
        "print(said.status, said.reason_code, said.summary)"
    )
    hide = f'mount -t proc -o hidepid={hidepid} proc /proc && exec "{sys.executable}" -c "{ask}"'
    with detached(*SLEEP, mark):
        said = subprocess.run(
            ["unshare", "--mount", "--fork", "/bin/sh", "-c", hide], capture_output=True, text=True
        )

    assert said.stdout.startswith("UNKNOWN permission_denied"), said.stderr
    assert words in said.stdout


@contextlib.contextmanager
def memory_group(limit: int) -> Iterator[Path]:
    """A control group of version 1 or 2 with a limit on memory."""
    version_1 = Path("/sys/fs/cgroup/memory")
    parent = version_1 if version_1.is_dir() else Path("/sys/fs/cgroup")
    group = parent / f"knownfix-{uuid4().hex[:8]}"
    group.mkdir()
    try:
        name = "memory.limit_in_bytes" if version_1.is_dir() else "memory.max"
        (group / name).write_text(str(limit))
        yield group
    finally:
        # What was in it may still be ending.
        while group.exists():
            with contextlib.suppress(OSError):
                group.rmdir()


def run_out_of_memory(group: Path) -> int:
    """The exit code of a program that wants 256 MB inside the group."""
    hungry = f"echo $$ > {group}/cgroup.procs; exec {sys.executable} -c 'bytearray(1 << 28)'"
    return subprocess.run(["/bin/sh", "-c", hungry]).returncode


@pytest.mark.lab
async def test_out_of_memory_is_recent_while_the_survivor_is_young(
    policy: Policy, mark: str
) -> None:
    with memory_group(64 << 20) as group, detached(*SLEEP, mark) as pid:
        (group / "cgroup.procs").write_text(str(pid))
        before = await run("process", policy=policy, cmdline_regex=mark)
        assert run_out_of_memory(group) == -9
        after = await run("process", policy=policy, cmdline_regex=mark)

    assert (before.reason_code, before.facts["oom_kills"]) == ("running", 0)
    assert (after.status, after.reason_code) == (Status.WARNING, "oom_recent")
    assert after.facts["oom_kills"] == 1


def test_counter_is_looked_for_in_both_versions_of_control_groups() -> None:
    assert [str(path) for path in _counters("0::/system.slice/shop.service\n")] == [
        "/sys/fs/cgroup/system.slice/shop.service/memory.events",
        "/sys/fs/cgroup/unified/system.slice/shop.service/memory.events",
    ]
    assert [str(path) for path in _counters("5:cpu,cpuacct:/\n4:memory:/docker/ab\n")] == [
        "/sys/fs/cgroup/memory/docker/ab/memory.oom_control"
    ]


def test_both_tables_say_the_same_of_a_process(mark: str) -> None:
    """Linux' own, which needs no library, and psutil's for every other system."""
    with detached(*SLEEP, mark, "two words", env={"SHOP": "1"}) as pid:
        own, psutils = ProcTable(), PsutilTable()
        [seen] = [row for row in own.rows() if row.pid == pid]

        assert seen in list(psutils.rows())
        assert find(name=None, pattern=mark, table=psutils).pids == [pid]
        one, other = own.describe(pid), psutils.describe(pid)
        assert one is not None and other is not None
        assert one.started == pytest.approx(other.started, abs=1.1)
        assert replace(one, started=0, rss_bytes=0) == replace(other, started=0, rss_bytes=0)
        assert own.environment(pid) == psutils.environment(pid) > {"SHOP"}
    for table in (own, psutils):
        assert table.describe(2**22 - 1) is None
        with pytest.raises(ProcessLookupError):
            table.environment(2**22 - 1)


def test_nobody_counts_for_a_process_that_is_gone() -> None:
    assert oom_kills(2**22 + 1) is None


async def test_many_looks_at_once_do_not_disturb_one_another(policy: Policy, mark: str) -> None:
    with detached(*SLEEP, mark) as pid:
        results = await asyncio.gather(
            *(run("process", policy=policy, timeout_s=20, cmdline_regex=mark) for _ in range(20))
        )

    assert {(each.reason_code, *each.facts["pids"]) for each in results} == {("running", pid)}


WITHOUT_PSUTIL = """
import sys
sys.modules["psutil"] = None
from probes.engine.errors import CannotLook
from probes.engine.host.processes import find
from probes.engine.host.psutil_table import PsutilTable
print(find(name=None, pattern=sys.argv[1]).pids)
try:
    PsutilTable()
except CannotLook as reason:
    print(reason.reason_code, reason)
"""


def test_linux_needs_no_library_and_others_are_told_which(mark: str) -> None:
    with detached(*SLEEP, mark) as pid:
        said = subprocess.run(
            [sys.executable, "-c", WITHOUT_PSUTIL, mark], capture_output=True, text=True, check=True
        )

    found, missing = said.stdout.splitlines()
    assert found == f"[{pid}]"
    assert missing.startswith("library_missing looking at processes needs psutil")
    assert "pip install psutil" in missing


def test_watching_for_respawns_is_counted_into_what_a_look_costs() -> None:
    kind = KINDS["process"]

    assert kind.further_s({"check_respawn": True}) == 3.0
    assert kind.further_s({"check_respawn": False}) == 0.0
