"""Facts about where: URLs, origins, hosts and ports."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from kb.matching.concepts import product_of_port
from kb.matching.readers import Found, Place, Reader, place
from kb.matching.values import Fact

_ANY_ADDRESS = {"0.0.0.0", "::", "[::]", "*"}  # noqa: S104 - read in a text, not bound
_DEFAULT_PORTS = {"http": "80", "https": "443", "ws": "80", "wss": "443"}
_WEB_PORTS = {"80", "443", "3000", "3001", "4200", "5000", "5173", "8000", "8001", "8080", "8443",
              "8888", "9000", "9090"}  # fmt: skip
# What stands before a colon and a number, and is no host: `line:53`, `pid: 4120`.
_NOT_HOSTS = {
    "at", "code", "col", "column", "count", "err", "errno", "error", "exit", "id", "index", "length",
    "line", "pid", "port", "row", "size", "status", "time", "version",
}  # fmt: skip
_FILE_ENDING = re.compile(
    r"\.(?:py|js|jsx|ts|tsx|mjs|cjs|vue|java|kt|go|rb|php|c|cc|cpp|h|rs|cs|css|html|md|json|toml"
    r"|ya?ml|sh|ps1|log|txt|so|dll|exe)$",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"\d+(?:\.\d+){3}|\[[0-9a-f:]+\]|localhost", re.IGNORECASE)


def is_spelled_out(fact: Fact, text: str) -> bool:
    """Whether the text writes this port, not only a scheme that implies it."""
    return text[fact.span[0] : fact.span[1]] == fact.value


def _url(found: Found) -> Iterator[Place]:
    start = found.start("url")
    text = found["url"].rstrip(".,;:!?)]}'\"»…")
    try:
        parts = urlsplit(text)
        port, host = parts.port, parts.hostname or ""
    except ValueError:
        return
    if found["origin"]:
        yield start, start + len(text), "origin", text.rstrip("/")
        return
    yield start, start + len(text), "url", text
    for first, last, kind, value in _host_and_port(text, parts.scheme, host, str(port or "")):
        yield start + first, start + last, kind, value


def _host_and_port(url: str, scheme: str, host: str, port: str) -> Iterator[Place]:
    at = url.lower().find(host, len(scheme) + 3) if host else -1
    if host and host not in _ANY_ADDRESS and at >= 0:
        yield at, at + len(host), "host", host
    if port:
        where = url.find(f":{port}", max(at, len(scheme) + 1)) + 1
        yield where, where + len(port), "port", port
    elif default := _DEFAULT_PORTS.get(scheme.lower()):
        # Said by the scheme alone: the span is the scheme's.
        yield 0, len(scheme), "port", default


def _host_port(found: Found) -> Iterator[Place]:
    host, port = found["host"], found["port"]
    if not _is_port(port) or _FILE_ENDING.search(host) or host.lower() in _NOT_HOSTS:
        return
    is_known = port in _WEB_PORTS or port in product_of_port()
    if not (_ADDRESS.fullmatch(host) or "." in host or is_known):
        return
    if host not in _ANY_ADDRESS:
        yield place("host", found, "host")
    yield place("port", found, "port")


def _port(found: Found) -> Iterator[Place]:
    number = next(n for n in range(1, found.re.groups + 1) if found[n])
    if _is_port(found[number]):
        yield place("port", found, number)


def _is_port(digits: str) -> bool:
    return 1 <= int(digits) <= 65535


_NAME = r"[a-z0-9](?:[a-z0-9-]*\.)*[a-z0-9-]*"
_LETTERED = r"(?:[a-z0-9][a-z0-9-]*\.)*[a-z][a-z0-9-]*"
ADDRESSES = (
    Reader(
        r"""(?P<origin>\borigin:?\s{0,3}['"`“‘]?)?
            (?P<url>\b(?:https?|wss?|redis|postgres(?:ql)?|mysql|mongodb|amqp|tcp)://
            [^\s'"`<>“”‘’|{}]+)""",
        _url,
    ),
    # "host:port"; the single-label names are filtered by the reader. A time is none.
    Reader(
        rf"(?P<host>\[[0-9a-f:]{{2,40}}\]|\d+(?:\.\d+){{3}}|{_LETTERED}):(?P<port>\d{{2,5}})",
        _host_port,
        before=r"\w@/\\.:-",
        after=r"\d|\.\d|:\d",
    ),
    # "Failed to connect to 127.0.0.2 port 8000", 'connection to server at "db", port 5432'
    Reader(
        rf"""\b(?:connect\sto(?:\shost)?|server\sat)\s['"]?(?P<host>[0-9a-f:]{{2,40}}|{_NAME})
             ['"]?(?:\s\([^)\n]{{1,60}}\))?,?\sport\s(?P<port>\d{{2,5}})\b""",
        _host_port,
    ),
    # ":8001/", "findstr :8000"
    Reader(r"(?:^|[\s(\[])\*?:(\d{2,5})\b", _port, after=r"[^/\s)]"),
    Reader(
        r"""\bports?['"]?\s{0,3}[=:#]?\s{0,3}['"]?(\d{2,5})\b
          | 포트\s{0,2}(?:번호)?\s{0,2}[:=]?\s{0,2}(\d{2,5})\b
          | \b(\d{2,5})\s?번?\s?포트 | --?p(?:ort)?[\x20=](\d{2,5})\b
          | \('[^'\n]{2,60}',\s(\d{2,5})\)""",
        _port,
        after=r"\.\d",
    ),
)
