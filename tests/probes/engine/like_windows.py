"""Runs probes in a Python without what Windows lacks: a JSON request on stdin, results on stdout.

What the standard library and psutil import for themselves on this system is imported first;
Windows has its own versions of those. From then on the modules that only Unix has cannot be
imported, and the functions and constants that only Unix has are gone.
"""

import asyncio
import asyncio.subprocess
import concurrent.futures.thread
import importlib.abc
import json
import logging
import os
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

import psutil

LOADED = (asyncio.subprocess, concurrent.futures.thread, logging, ssl, psutil)
MODULES = frozenset(
    ("crypt", "fcntl", "grp", "nis", "pty", "pwd", "readline", "resource", "spwd",
     "syslog", "termios", "tty")
)  # fmt: skip
NAMES: dict[ModuleType, tuple[str, ...]] = {
    os: (
        *("fork", "forkpty", "getuid", "geteuid", "getgid", "getegid", "getgroups", "getpgid"),
        *("getpgrp", "setuid", "setgid", "setpgid", "chown", "lchown", "fchown", "mkfifo"),
        *("mknod", "nice", "openpty", "pread", "preadv", "pwrite", "statvfs", "uname", "wait"),
        *("getloadavg", "sched_getaffinity", "posix_spawn", "O_NOFOLLOW", "O_NONBLOCK"),
        *("O_DIRECTORY", "O_CLOEXEC", "initgroups", "getsid", "ttyname", "pidfd_open"),
    ),
    signal: ("SIGHUP", "SIGUSR1", "SIGUSR2", "SIGALRM", "SIGQUIT", "SIGSTOP", "SIGCONT", "alarm"),
    socket: ("AF_UNIX", "AF_NETLINK", "AF_PACKET", "SO_REUSEPORT", "MSG_DONTWAIT"),
}


class OnlyUnix(importlib.abc.MetaPathFinder):
    def find_spec(self, name: str, path: Sequence[str] | None, target: Any = None) -> ModuleSpec:
        if name.partition(".")[0] in MODULES:
            raise ModuleNotFoundError(f"No module named {name!r} on Windows", name=name)
        return None  # type: ignore[return-value]


def forget_unix() -> None:
    os.environ.setdefault("USERNAME", "kim")
    sys.platform = "win32"
    for name in MODULES:
        sys.modules.pop(name, None)
    sys.meta_path.insert(0, OnlyUnix())
    for module, names in NAMES.items():
        for name in names:
            if hasattr(module, name):
                delattr(module, name)


async def run(request: dict[str, Any]) -> list[Any]:
    # Now that the loop has its own sockets, as Windows' loop would.
    forget_unix()
    sys.modules.update(dict.fromkeys(request["without"]))
    from probes.engine.runner import run_one
    from probes.engine.spec import Policy, ProbeSpec

    policy = Policy.read(**request["policy"])
    results = [
        await run_one(ProbeSpec(timeout_s=10, **each), policy=policy) for each in request["specs"]
    ]
    return [[each.status, each.reason_code, each.summary] for each in results]


def main() -> None:
    json.dump(asyncio.run(run(json.load(sys.stdin))), sys.stdout)


def probed_like_windows(
    specs: Sequence[dict[str, Any]],
    *,
    without: Sequence[str] = (),
    system_root: Path | None = None,
    **policy: Any,
) -> list[Any]:
    """[status, reason_code, summary] per {kind, params}, from a Python of its own.

    `without` names libraries that are not installed there.
    """
    ran = subprocess.run(
        [sys.executable, "-m", "tests.probes.engine.like_windows"],
        input=json.dumps({"specs": specs, "policy": policy, "without": list(without)}),
        env={**os.environ, "SYSTEMROOT": str(system_root)} if system_root else None,
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stderr
    said: list[Any] = json.loads(ran.stdout)
    return said


if __name__ == "__main__":
    main()
