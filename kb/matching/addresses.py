"""Facts about where: URLs, origins, hosts and ports."""

import re
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from kb.matching.concepts import product_of_port
from kb.matching.readers import Found, Place, Reader, group, place
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
_LONGEST_URL = 500
_LAST_PORT = re.compile(r"(?:^|:|port )(\d{2,5})(?:/[^:]*)?$")
_ADDRESS = re.compile(r"\d+(?:\.\d+){3}|\[[0-9a-f:]+\]|localhost", re.IGNORECASE)


def is_spelled_out(fact: Fact, text: str) -> bool:
    """Whether the text writes this port, not only a scheme that implies it."""
    return text[fact.span[0] : fact.span[1]] == fact.value


def _url(found: Found) -> Iterator[Place]:
    start = found.start("url")
    text = found["url"][:_LONGEST_URL].rstrip(".,;:!?)]}'\"»…")
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


def _powershell(found: Found) -> Iterator[Place]:
    if found["port"]:
        yield place("host", found, "host")
        yield place("port", found, "port")
    else:
        yield place("port", found, "at")


def _port(found: Found) -> Iterator[Place]:
    number = next(n for n in range(1, found.re.groups + 1) if found[n])
    if _is_port(found[number]):
        yield place("port", found, number)


def _is_port(digits: str) -> bool:
    return 1 <= int(digits) <= 65535


def _claim(found: Found) -> Iterator[Place]:
    """What a program says it listens on. Its host is where it binds, not whom somebody asked."""
    if found["denied"]:
        return
    start = found.start("bare") if found["bare"] else found.start("address")
    address = (found["bare"] or found["address"]).rstrip(".,;/")
    yield start, start + len(address), "claimed_address", address
    if found["url"]:
        yield place("url", found, "url")
    if (port := _LAST_PORT.search(address)) and _is_port(port[1]):
        yield start + port.start(1), start + port.end(1), CLAIMED_PORT, port[1]


def without_doubtful_ports(places: Iterable[Place], text: str) -> Iterator[Place]:
    """A claimed port is the text's port only where nothing else writes one.

    A server that says it listens on 8000 tells which port it uses; where somebody was refused on
    8001 beside it, the problem is on 8001.
    """
    places = list(places)
    is_written = any(kind == "port" and text[s:e] == value for s, e, kind, value in places)
    for start, end, kind, value in places:
        if kind != CLAIMED_PORT:
            yield start, end, kind, value
        elif not is_written:
            yield start, end, "port", value


CLAIMED_PORT = "claimed_port"
_NAME = r"[a-z0-9](?:[a-z0-9-]*\.)*[a-z0-9-]*"
_LETTERED = r"(?:[a-z0-9][a-z0-9-]*\.)*[a-z][a-z0-9-]*"
_IP = r"\d+(?:\.\d+){3}"
ADDRESSES = (
    # "Uvicorn running on http://127.0.0.1:8000", "Listening at: http://0.0.0.0:8000",
    # "Serving HTTP on 0.0.0.0 port 8000", "Tomcat started on port(s): 8080", "Local: http://..."
    Reader(
        rf"""(?P<denied>\b(?:not|no|nothing|nobody|isn't|never)\s(?:\w+\s)?)?
             \b(?:(?:running|listening|ready|serving|started|served)\s(?:(?:http|server|up)\s)?(?:on|at):?
                |development\sserver\sat|bound\sto|(?:local|network):)\s+
             (?P<address>(?P<url>https?://[^\s'"`<>(){{}}]*[^\s'"`<>(){{}}.,;])
                |(?:\[[0-9a-f:]*\]|{_IP}|{_LETTERED}|\*)?:\d{{2,5}}\b
                |(?:\[[0-9a-f:]*\]|{_IP}|localhost)\s(?:\([^)\n]*\)\s)?port\s\d{{2,5}}\b
                |(?:tcp\s)?port(?:\(s\)|s)?:?\s(?P<bare>\d{{2,5}})\b)""",
        _claim,
    ),
    Reader(
        r"""(?P<origin>\borigin:?\s{0,3}['"`“‘]?)?
            (?P<url>\b(?:https?|wss?|redis|postgres(?:ql)?|mysql|mongodb|amqp|tcp)://
            [^\s'"`<>“”‘’|{}]+)""",
        _url,
    ),
    # wget: "Connecting to localhost (localhost)|127.0.0.1|:8000... failed"
    Reader(r"\|(?P<host>[0-9a-f.:]+)\|:(?P<port>\d{2,5})", _host_port),
    # "host:port"; the single-label names are filtered by the reader. A time is none, and neither
    # are the client in an access log (`10.0.0.7:41800 - "GET / ...`), the near end of a connection
    # (`10.0.0.2:51000->10.0.0.1:8000`) and a resolver (`on 10.0.0.2:53: no such host`).
    Reader(
        rf"(?P<host>\[[0-9a-f:]{{2,40}}\]|{_IP}|{_LETTERED}):(?P<port>\d{{2,5}})",
        _host_port,
        before=r"\w@/\\.:-",
        after=r"\d|\.\d|:\d|\s-\s\"|->\d{1,3}\.|->\[|:\sno\ss",
    ),
    # "connect ECONNREFUSED ::1:8000", "address already in use :::8000"
    Reader(r"(?P<host>::1|::):(?P<port>\d{2,5})\b", _host_port, before=r"\w:", after=r"[.:]\d"),
    # "Failed to connect to 127.0.0.2 port 8000", 'connection to server at "db", port 5432'
    Reader(
        rf"""\b(?:connect\sto(?:\shost)?|server\sat)\s['"]?(?P<host>[0-9a-f:]{{2,40}}|{_NAME})
             ['"]?(?:\s\([^)\n]{{1,60}}\))?,?\sport\s(?P<port>\d{{2,5}})\b""",
        _host_port,
    ),
    # PowerShell: "TCP connect to (127.0.0.1 : 8000) failed"; a row of Get-NetTCPConnection
    Reader(
        rf"""\((?P<host>{_IP}|{_LETTERED})\s:\s(?P<port>\d{{2,5}})\)
           | ^(?P<local>{_IP}|::1?)\x20+(?P<at>\d{{2,5}})\x20+(?:{_IP}|::1?)\x20+\d+\x20+[a-z]""",
        _powershell,
    ),
    # ":8001/", "findstr :8000"
    Reader(r"(?:^|[\s(\[])\*?:(\d{2,5})\b", _port, after=r"[^/\s)]"),
    Reader(
        r"""\b(?:remote|local)?ports?['"]?\s{0,20}[=:#]?\s{0,3}['"]?(\d{2,5})\b
          | 포트\s{0,2}(?:번호)?\s{0,2}[:=]?\s{0,2}(\d{2,5})\b
          | \b(\d{2,5})\s?번?\s?포트 | --?p(?:ort)?[\x20=](\d{2,5})\b
          | \('[^'\n]{2,60}',\s(\d{2,5})\)""",
        _port,
        after=r"\.\d",
    ),
    # "HTTPConnectionPool(host='db', ...", "ComputerName : db", "getaddrinfo ENOTFOUND db",
    # "lookup db on 10.0.0.2:53: no such host", "could not resolve host: db"
    Reader(
        rf"""\bhost['"]?\s?[=:]\s?['"](?P<quoted>{_NAME})['"]
           | \baddress:\s['"](?P<node>{_NAME})['"] | \bhost=(?P<bare>{_LETTERED})
           | \bcomputername\s+:\s(?P<computer>{_NAME}) | \b(?:enotfound|eai_again)\s(?P<unknown>{_LETTERED})
           | \blookup\s(?P<looked>{_LETTERED})(?::|\son\s)
           | \bcould\snot\sresolve\s(?:host|proxy):\s(?P<unresolved>{_LETTERED})""",
        group("host"),
        takes=False,
    ),
    # netstat, ss, lsof: a socket that was seen to listen, not one that a program speaks of.
    Reader(
        rf"""\bTCP\x20+(?P<windows>(?:\[[0-9a-f:]*\]|{_IP}):\d{{2,5}})\s+\S+\s+LISTENING\b
           | \bLISTEN\s+\d+\s+\d+\s+(?P<ss>\S+:\d{{2,5}})\s
           | \btcp6?\s+\d+\s+\d+\s+(?P<linux>\S+:\d{{2,5}})\s+\S+\s+LISTEN\b
           | \bTCP\s(?P<lsof>\S+:\d{{2,5}})\s\(LISTEN\)""",
        group("listening_address"),
        takes=False,
    ),
)
