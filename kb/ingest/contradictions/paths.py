"""A path that a document asks for and that the same document's code does not answer."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from kb.ingest.contradictions.blocks import Block, Line, blocks
from kb.ingest.contradictions.routes import Routes, routes_of

_ASKS = re.compile(
    r"\b(?:curl|wget|Invoke-RestMethod|Invoke-WebRequest|irm|iwr|requests\.get|fetch|test:)",
    re.IGNORECASE,
)
_URL = re.compile(
    r"https?://(?:\[[^\]\s]+\]|[^\s/:\"'`\]]+):(?P<port>\d{2,5})(?P<path>/[^\s\"'`)\]>,]*)?"
)
_HEALTH = re.compile(r"health_?-?check|livenessProbe|readinessProbe|startupProbe|httpGet", re.I)
# A health check's own lines follow its name closely.
_NEAR = 6
_GET_PATH = re.compile(r"^\s*path:\s*[\"']?(?P<path>/[^\s\"']*)")
_GET_PORT = re.compile(r"^\s*port:\s*[\"']?(?P<port>\d{2,5})\b")


@dataclass(frozen=True, kw_only=True)
class UnansweredPath:
    """`line` asks for `path` on `port`, where the code in `route_lines` defines `routes` only.

    `asked_by` is the name of what asks where it is no line of the text; `line` is then 0.
    """

    path: str
    port: int
    line: int
    is_health_check: bool
    routes: tuple[str, ...]
    route_lines: tuple[int, ...]
    asked_by: str = ""


@dataclass(frozen=True, kw_only=True)
class _Asked:
    path: str
    port: int
    line: int
    is_health_check: bool
    asked_by: str = ""


def unanswered_paths(
    text: str, *, urls: Mapping[str, str] = MappingProxyType({})
) -> list[UnansweredPath]:
    """Of Markdown, in the order of its lines; each path once per port.

    `urls` are asked by what stands outside the text, by its name. Only where the code states its port and can have no other routes: what cannot be told is not
    reported.
    """
    code = list(blocks(text))
    known = {routes.port: routes for routes in routes_of(code) if routes.is_whole}
    found: dict[tuple[int, str], UnansweredPath] = {}
    by_name = [one for name, url in urls.items() for one in _by_url(url, asked_by=name)]
    for asked in [*_asked(text, code), *by_name]:
        routes = known.get(asked.port)
        if routes is not None and not routes.answers(asked.path):
            found.setdefault((asked.port, asked.path), _unanswered(asked, routes))
    return list(found.values())


def _unanswered(asked: _Asked, routes: Routes) -> UnansweredPath:
    return UnansweredPath(
        path=asked.path,
        port=asked.port,
        line=asked.line,
        is_health_check=asked.is_health_check,
        routes=tuple(dict.fromkeys(route.path for route in routes.routes)),
        route_lines=tuple(route.line for route in routes.routes),
        asked_by=asked.asked_by,
    )


def _asked(text: str, code: Iterable[Block]) -> list[_Asked]:
    lines = [Line(number=n, text=line) for n, line in enumerate(text.splitlines(), start=1)]
    asked = [*_by_command(lines), *(one for block in code for one in _by_probe(block))]
    return sorted(asked, key=lambda one: one.line)


def _by_command(lines: list[Line]) -> Iterator[_Asked]:
    """`curl http://localhost:8001/health`, also in a Dockerfile or in compose's `test:`."""
    for index, line in enumerate(lines):
        if not _ASKS.search(line.text):
            continue
        near = lines[max(0, index - _NEAR) : index + 1]
        is_health_check = any(_HEALTH.search(one.text) for one in near)
        yield from _by_url(line.text, line=line.number, is_health_check=is_health_check)


def _by_url(
    text: str, *, line: int = 0, is_health_check: bool = False, asked_by: str = ""
) -> Iterator[_Asked]:
    """The addresses in the text that name their port."""
    for url in _URL.finditer(text):
        yield _Asked(
            path=(url["path"] or "/").partition("?")[0].partition("#")[0],
            port=int(url["port"]),
            line=line,
            is_health_check=is_health_check,
            asked_by=asked_by,
        )


def _by_probe(block: Block) -> Iterator[_Asked]:
    """Kubernetes: `httpGet:` with its path and port on lines of their own."""
    for index, line in enumerate(block.lines):
        if "httpGet:" not in line.text:
            continue
        following = block.lines[index + 1 : index + 1 + _NEAR]
        paths = [(m["path"], one.number) for one in following if (m := _GET_PATH.match(one.text))]
        ports = [int(m["port"]) for one in following if (m := _GET_PORT.match(one.text))]
        if paths and ports:
            path, number = paths[0]
            yield _Asked(path=path, port=ports[0], line=number, is_health_check=True)
