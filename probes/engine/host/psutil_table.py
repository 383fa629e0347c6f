"""The processes of every other system, by psutil."""

from collections.abc import Iterator

from probes.engine.errors import CannotLook
from probes.engine.host.command_line import shown
from probes.engine.host.process_rows import Process, Row


class PsutilTable:
    """Raises CannotLook where psutil is not installed."""

    def __init__(self) -> None:
        try:
            import psutil
        except ImportError:
            raise CannotLook(
                "library_missing",
                "looking at processes needs psutil; install it with "
                "`python3 -m pip install psutil`",
            ) from None
        self._psutil = psutil

    def rows(self) -> Iterator[Row]:
        for process in self._psutil.process_iter(["name", "cmdline", "status", "ppid"]):
            seen = process.info
            yield Row(
                pid=process.pid,
                parent=seen["ppid"] or 0,
                name=seen["name"] or None,
                argv=seen["cmdline"],
                is_zombie=seen["status"] == self._psutil.STATUS_ZOMBIE,
            )

    def describe(self, pid: int) -> Process | None:
        wanted = ["name", "cmdline", "username", "exe", "cwd", "memory_info", "create_time"]
        try:
            seen = self._psutil.Process(pid).as_dict(wanted)
        except self._psutil.NoSuchProcess:
            return None
        return Process(
            pid=pid,
            started=seen["create_time"],
            name=seen["name"],
            cmdline=None if seen["cmdline"] is None else shown(seen["cmdline"]),
            user=seen["username"],
            exe=seen["exe"] or None,
            cwd=seen["cwd"] or None,
            rss_bytes=seen["memory_info"].rss if seen["memory_info"] else None,
        )

    def environment(self, pid: int) -> frozenset[str]:
        try:
            return frozenset(self._psutil.Process(pid).environ())
        except self._psutil.NoSuchProcess:
            raise ProcessLookupError from None
        except self._psutil.AccessDenied:
            raise PermissionError from None
