"""Which paths a document's code answers, by port: FastAPI, Flask, Django and Express."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from kb.ingest.contradictions.blocks import Block

_PYTHON = re.compile(
    r"^\s*@\w+\.(?:get|post|put|patch|delete|head|options|route|api_route|websocket)"
    r"\(\s*[\"'](?P<path>[^\"']*)[\"']"
)
_DJANGO = re.compile(r"^\s*path\(\s*[\"'](?P<path>[^\"']*)[\"']")
_EXPRESS = re.compile(
    r"\b(?:app|server|router)\.(?:get|post|put|patch|delete|all)\(\s*[\"'`](?P<path>/[^\"'`]*)[\"'`]"
)
# Other routes come from elsewhere, or some are left out: what is not here may still be there.
_MORE = re.compile(
    r"include_router\(|APIRouter\(|Blueprint\(|register_blueprint\(|add_url_rule\(|\.mount\("
    r"|\binclude\(|re_path\(|\burl\(r?[\"']|\.use\(\s*[\"'`/]|express\.(?:static|Router)\("
    r"|add_api_route\(|^\s*(?:#|//)\s*(?:\.{3}|…)",
    re.MULTILINE,
)
_PORT = re.compile(
    r"\bport\s*=\s*(\d{2,5})\b|\.listen\(\s*(\d{2,5})\b|--port[ =](\d{2,5})\b"
    r"|\bPORT\s*(?:\|\||\?\?)\s*(\d{2,5})\b|\brunserver\s+(?:[\d.]+:)?(\d{2,5})\b"
)
# FastAPI answers these by itself.
_FASTAPI = ("/docs", "/redoc", "/openapi.json")
_PARAMETER = re.compile(r"\{[^}/]+\}|<[^>/]+>|:\w+")


@dataclass(frozen=True, kw_only=True)
class Route:
    path: str
    line: int


@dataclass(frozen=True, kw_only=True)
class Routes:
    """The routes that the code defines on one port. `is_whole`: there can be no others."""

    port: int
    routes: tuple[Route, ...]
    is_whole: bool
    built_in: tuple[str, ...] = ()

    def answers(self, path: str) -> bool:
        own = any(_matches(route.path, path) for route in self.routes)
        return own or _bare(path) in self.built_in


def routes_of(found: Iterable[Block]) -> list[Routes]:
    """By port, for the code whose port is known: stated beside it, or the only one there is."""
    every = list(found)
    stated = {port for block in every for port in _ports(block)}
    by_port: dict[int, list[Block]] = {}
    for block in every:
        ports = _ports(block) or stated
        if _routes(block) and len(ports) == 1:
            by_port.setdefault(next(iter(ports)), []).append(block)
    # Code of which nobody knows where it listens may be what answers on any port.
    is_clear = sum(len(of_port) for of_port in by_port.values()) == sum(
        bool(_routes(block)) for block in every
    )
    return [_on(port, of_port, is_clear=is_clear) for port, of_port in by_port.items()]


def _on(port: int, code: Iterable[Block], *, is_clear: bool) -> Routes:
    text = "\n".join(block.text for block in code)
    return Routes(
        port=port,
        routes=tuple(route for block in code for route in _routes(block)),
        is_whole=is_clear and not _MORE.search(text),
        built_in=_FASTAPI if "FastAPI(" in text else (),
    )


def _routes(block: Block) -> list[Route]:
    found = ((line.number, _defined(line.text)) for line in block.lines)
    return [Route(path=path, line=number) for number, path in found if path is not None]


def _defined(line: str) -> str | None:
    for pattern in (_PYTHON, _DJANGO, _EXPRESS):
        if match := pattern.search(line):
            return "/" + match["path"].lstrip("/")
    return None


def _ports(block: Block) -> set[int]:
    return {int(next(filter(None, found))) for found in _PORT.findall(block.text)}


def _bare(path: str) -> str:
    """Frameworks redirect from or to the slash at the end, so it makes no difference here."""
    return path.rstrip("/") or "/"


def _matches(route: str, path: str) -> bool:
    fixed = [re.escape(part) for part in _PARAMETER.split(_bare(route))]
    # A converter may take several parts of a path, such as FastAPI's {rest:path}.
    return re.fullmatch(".+".join(fixed), _bare(path)) is not None
