"""Facts about what is named: modules, containers, processes, files."""

import re
from collections.abc import Iterator

from kb.matching.readers import Found, Place, Reader, group, place


def _ps_row(found: Found) -> Iterator[Place]:
    yield place("container", found, "name")
    yield place("container_state", found, "state", re.sub(r"\s+", " ", found["state"].lower()))


def _file_and_line(found: Found) -> Iterator[Place]:
    yield place("file", found, "file")
    yield place("line", found, "line")


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
    # Compose's prefix; what Docker and Kubernetes say of one container.
    Reader(r"^([a-z][\w-]+)\x20+\|\x20", group("container"), takes=False),
    Reader(
        r"""\bno\ssuch\scontainer:\s([\w][\w.-]*) | \bfailed\scontainer[\x20=]([a-z][\w.-]*)
          | \bcontainer\s(?:name\s)?"?/?([\w][\w.-]*[\w-])"?\s
              (?:is\s(?:unhealthy|restarting|already|not|in\sruns?)|exited|died|failed)
          | ^([a-z][\w.-]*-\d+)\sexited\swith\s""",
        group("container"),
        takes=False,
    ),
    Reader(r"\bpod[\x20/=]\"?([a-z0-9][a-z0-9-]*-[a-z0-9-]+)", group("pod"), takes=False),
    # Alertmanager: a label, its JSON, the title of a notice.
    Reader(
        r"""\balertname["']?\s?[=:]\s?["']?([\w.-]+) | \[(?:FIRING|RESOLVED)(?::\d+)?\]\s([A-Z]\w+)""",
        group("alert"),
        takes=False,
    ),
    # A unit of systemd; a label.
    Reader(
        r"""\b([\w@-][\w@.-]*)\.service\b | \bservice=["']?([\w.-]+) | "service":\s?"([\w.-]+)"
          | \bservice\s"([\w.-]+)\"""",
        group("service"),
        takes=False,
    ),
    Reader(
        r"""\(\("([\w.-]{1,60})",pid=\d+ | \bLISTEN\s+\d+/([a-z][\w.-]*)""",
        group("process"),
        takes=False,
    ),
    Reader(
        r"""\bpid[\s:=]{0,2}(\d{1,7})\b | \b(?:process|pid)\s\[(\d{1,7})\]
          | \bLISTENING\s+(\d{1,7})\b | \bLISTEN\s+(\d{1,7})/""",
        group("pid"),
        takes=False,
    ),
    # Where in a file: Python, Java; others after a path.
    Reader(r"""\bFile\s"[^"\n]+",\sline\s(\d{1,7})""", group("line"), takes=False, exact_case=True),
    Reader(
        r"\((?P<file>[\w$]+\.(?:java|kt|scala|cs)):(?P<line>\d{1,7})\)",
        _file_and_line,
        takes=False,
        exact_case=True,
    ),
    Reader(r"/[\w.@+-]+\.(?:go|py|rb|php|rs|[cm]?[jt]sx?):(\d{1,7})\b", group("line"), takes=False),
    Reader(r"\b([a-z]:\\[^\s'\"<>|?*:]+)", group("path"), before=r"\w:.\\/"),
    Reader(
        r"((?:~|\.{1,2})?/(?:[\w.@+-]+/)+[\w.@+-]+)",
        group("path"),
        before=r"\w:.\\/>-",
    ),
    Reader(r"\bcan't\sopen\sfile\s['\"]([^'\"\n]+)['\"]", group("path")),
)
