"""Facts about what is named: modules, containers, processes, files."""

import re
from collections.abc import Iterator

from kb.matching.readers import Found, Place, Reader, group, place


def _ps_row(found: Found) -> Iterator[Place]:
    yield place("container", found, "name")
    yield place("container_state", found, "state", re.sub(r"\s+", " ", found["state"].lower()))


NAMED = (
    Reader(
        r"""\bno\smodule\snamed\s['"]?([\w.]+) | \bcould\snot\simport\smodule\s["']?([\w.]+)
          | \bcannot\sfind\s(?:module|package)\s['"]([^'"\n]+)['"]""",
        group("module"),
        takes=False,
    ),
    Reader(
        r"""\bdocker(?:[\x20-]compose)?\s(?:container\s)?
            (?:logs|inspect|restart|start|stop|exec|rm|top|stats|port)
            (?:\x20-{1,2}[\w-]+(?:[\x20=]\d+)?){0,4}\x20([\w][\w.-]*)""",
        group("container"),
        takes=False,
    ),
    Reader(
        r"""^[0-9a-f]{12}\s.+?\s(?P<state>Up|Exited\x20\(\d+\)|Restarting\x20\(\d+\)|Created|Dead
            |Paused)\s(?:.*?\s)?(?P<name>[\w][\w.-]*)[\x20\t]*$""",
        _ps_row,
        takes=False,
        exact_case=True,
    ),
    Reader(r"^([a-z][\w-]+)\x20+\|\x20", group("container"), takes=False),
    Reader(r"""\(\("([\w.-]{1,60})",pid=\d+""", group("process"), takes=False),
    Reader(
        r"\bpid[\s:=]{0,2}(\d{1,7})\b | \bprocess\s\[(\d{1,7})\] | \bpid\s\[(\d{1,7})\]",
        group("pid"),
        takes=False,
    ),
    Reader(
        r"\b([a-z]:\\[^\s'\"<>|?*:]+)",
        group("path"),
        before=r"\w:.\\/",
    ),
    Reader(
        r"((?:~|\.{1,2})?/(?:[\w.@+-]+/)+[\w.@+-]+)",
        group("path"),
        before=r"\w:.\\/>-",
    ),
    Reader(r"\bcan't\sopen\sfile\s['\"]([^'\"\n]+)['\"]", group("path")),
)
