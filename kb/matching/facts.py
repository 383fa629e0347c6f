"""What a text states exactly: addresses, statuses, error names, each with its place.

Several expressions may look at the same words; the first in `_READERS` that takes a place
keeps the others of its kind away from it (a port inside a URL is read once).
"""

import re
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

from kb.matching.concepts import product_of_port
from kb.matching.values import Fact

_Found = re.Match[str]
_ANY_ADDRESS = {"0.0.0.0", "::", "[::]", "*"}  # noqa: S104 - read in a text, not bound
_DEFAULT_PORTS = {"http": "80", "https": "443", "ws": "80", "wss": "443"}
# In a text this short a bare 502 is a status; in a log it may be anything.
_SHORT_TEXT = 300
_WEB_PORTS = {"80", "443", "3000", "3001", "4200", "5000", "5173", "8000", "8001", "8080", "8443",
              "8888", "9000", "9090"}  # fmt: skip
_NOT_HOSTS = {
    "line",
    "pid",
    "id",
    "code",
    "status",
    "errno",
    "port",
    "err",
    "error",
    "exit",
    "size",
    "count",
    "length",
    "index",
    "row",
    "col",
    "column",
    "at",
    "version",
    "time",
}
_FILE_ENDING = re.compile(
    r"\.(?:py|js|jsx|ts|tsx|mjs|cjs|vue|java|kt|go|rb|php|c|cc|cpp|h|rs|cs|css|html|md|json|toml"
    r"|ya?ml|sh|ps1|log|txt|so|dll|exe)$",
    re.IGNORECASE,
)


def find_facts(text: str) -> tuple[Fact, ...]:
    """Every fact once per place, in the text's order."""
    taken = bytearray(len(text))
    facts: dict[tuple[str, str, tuple[int, int]], Fact] = {}
    readers = (*_READERS, _BARE_STATUS) if len(text) <= _SHORT_TEXT else _READERS
    for pattern, read, takes in readers:
        for found in pattern.finditer(text):
            if takes and taken.find(1, found.start(), found.end()) >= 0:
                continue
            fresh = [fact for fact in read(found) if fact.value]
            facts.update({(fact.type, fact.value, fact.span): fact for fact in fresh})
            if takes and fresh:
                taken[found.start() : found.end()] = b"\1" * (found.end() - found.start())
    return tuple(sorted(facts.values(), key=lambda fact: (fact.span, fact.type, fact.value)))


def _fact(fact_type: str, found: _Found, group: int | str, value: str | None = None) -> Fact:
    text = found[group] if value is None else value
    return Fact(type=fact_type, value=text, span=found.span(group))


def _group(fact_type: str, group: int | str = 1) -> Callable[[_Found], Iterator[Fact]]:
    def read(found: _Found) -> Iterator[Fact]:
        # One expression may offer the value in several alternatives.
        groups = [group] if found[group] else range(1, (found.lastindex or 0) + 1)
        for number in groups:
            if found[number]:
                yield _fact(fact_type, found, number)
                return

    return read


def _url(found: _Found) -> Iterator[Fact]:
    start = found.start("url")
    text = found["url"].rstrip(".,;:!?)]}'\"»…")
    try:
        parts = urlsplit(text)
        port, host = parts.port, parts.hostname or ""
    except ValueError:
        return
    if found["origin"]:
        yield Fact(type="origin", value=text.rstrip("/"), span=(start, start + len(text)))
        return
    yield Fact(type="url", value=text, span=(start, start + len(text)))
    yield from _host_and_port(found, parts.scheme, host, str(port or ""), start, text)


def _host_and_port(
    found: _Found, scheme: str, host: str, port: str, start: int, text: str
) -> Iterator[Fact]:
    at = text.lower().find(host, len(scheme) + 3) if host else -1
    if host and host not in _ANY_ADDRESS and at >= 0:
        yield Fact(type="host", value=host, span=(start + at, start + at + len(host)))
    if port:
        where = text.find(f":{port}", max(at, len(scheme) + 1)) + 1
        yield Fact(type="port", value=port, span=(start + where, start + where + len(port)))
    elif scheme.lower() in _DEFAULT_PORTS:
        # Said by the scheme alone: the span is the scheme's.
        span = (start, start + len(scheme))
        yield Fact(type="port", value=_DEFAULT_PORTS[scheme.lower()], span=span)


def is_spelled_out(fact: Fact, text: str) -> bool:
    """Whether the text writes this port, not only a scheme that implies it."""
    return text[fact.span[0] : fact.span[1]] == fact.value


def _host_port(found: _Found) -> Iterator[Fact]:
    host, port = found["host"], found["port"]
    if not 1 <= int(port) <= 65535 or _FILE_ENDING.search(host) or host.lower() in _NOT_HOSTS:
        return
    is_address = bool(re.fullmatch(r"\d+(?:\.\d+){3}|\[[0-9a-fA-F:]+\]|localhost", host, re.I))
    if not (is_address or "." in host or port in _WEB_PORTS or port in product_of_port()):
        return
    if host not in _ANY_ADDRESS:
        yield _fact("host", found, "host")
    yield _fact("port", found, "port")


def _port(found: _Found) -> Iterator[Fact]:
    number = next(n for n in range(1, found.re.groups + 1) if found[n])
    if 1 <= int(found[number]) <= 65535:
        yield _fact("port", found, number)


def _status(found: _Found) -> Iterator[Fact]:
    number = next(n for n in range(1, found.re.groups + 1) if found[n])
    yield _fact("http_status", found, number)


def _exception(found: _Found) -> Iterator[Fact]:
    yield _fact("exception", found, "name")
    if found["message"] and found["message"].strip():
        yield _fact("message", found, "message", found["message"].strip())


def _container(found: _Found) -> Iterator[Fact]:
    name = found[1]
    if not name.startswith("-"):
        yield _fact("container", found, 1)


def _ps_row(found: _Found) -> Iterator[Fact]:
    yield _fact("container", found, "name")
    yield _fact("container_state", found, "state", re.sub(r"\s+", " ", found["state"].lower()))


_REASONS = (
    "bad request|unauthorized|forbidden|not found|method not allowed|conflict|payload too large"
    "|unprocessable|too many requests|internal server error|not implemented|bad gateway"
    "|service (?:temporarily )?unavailable|gateway time-?out|ok\\b|moved permanently|found\\b"
)
_ERRNO_NAMES = (
    "EACCES|EADDRINUSE|EADDRNOTAVAIL|EAGAIN|EAI_AGAIN|EBADF|EBUSY|ECONNABORTED|ECONNREFUSED"
    "|ECONNRESET|EEXIST|EHOSTUNREACH|EINVAL|EIO|EISDIR|ELIFECYCLE|EMFILE|ENETUNREACH|ENOENT"
    "|ENOMEM|ENOSPC|ENOTDIR|ENOTEMPTY|ENOTFOUND|EPERM|EPIPE|EPROTO|ERESOLVE|EROFS|ETIMEDOUT"
)


def _p(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE | re.VERBOSE | re.MULTILINE)


_URL = _p(
    r"""(?P<origin>\borigin:?\s{0,3}['"`“‘]?)?
        (?P<url>\b(?:https?|wss?|redis|postgres(?:ql)?|mysql|mongodb|amqp|tcp)://[^\s'"`<>“”‘’|{}]{1,500})"""
)
_READERS: tuple[tuple[re.Pattern[str], Callable[[_Found], Iterator[Fact]], bool], ...] = (
    (_URL, _url, True),
    # "host:port"; the single-label names are filtered by the reader.
    (
        _p(
            r"""(?<![\w@/\\.:-])
                (?P<host>\[[0-9a-f:]{2,40}\]|[a-z0-9](?:[a-z0-9-]{0,62}\.){0,8}[a-z0-9-]{0,62})
                :(?P<port>\d{2,5})(?!\d|\.\d|:\d)"""
        ),
        _host_port,
        True,
    ),
    # "Failed to connect to 127.0.0.2 port 8000", 'connection to server at "db", port 5432'
    (
        _p(
            r"""\b(?:connect\sto(?:\shost)?|server\sat)\s['"]?
                (?P<host>[0-9a-f:]{2,40}|[a-z0-9](?:[a-z0-9-]{0,62}\.){0,8}[a-z0-9-]{0,62})
                ['"]?(?:\s\([^)\n]{1,60}\))?,?\sport\s(?P<port>\d{2,5})\b"""
        ),
        _host_port,
        True,
    ),
    # ":8001/", "findstr :8000"
    (_p(r"""(?:^|[\s(\[])\*?:(\d{2,5})(?=/|\s|$|\))"""), _port, True),
    (
        _p(
            r"""\bports?['"]?\s{0,3}[=:#]?\s{0,3}['"]?(\d{2,5})\b(?!\.\d)
              | 포트\s{0,2}(?:번호)?\s{0,2}[:=]?\s{0,2}(\d{2,5})\b
              | \b(\d{2,5})\s?번?\s?포트 | --?p(?:ort)?[ =](\d{2,5})\b
              | \('[^']{2,60}',\s(\d{2,5})\)"""
        ),
        _port,
        True,
    ),
    (_p(r"""\b(?:net::)?(ERR_[A-Z0-9_]{3,60})\b"""), _group("error_constant"), True),
    (
        re.compile(
            r"\b(NS_ERROR_[A-Z0-9_]{3,60}|(?:SSL|SEC|PR|MOZILLA_PKIX)_ERROR_[A-Z0-9_]{2,60}"
            rf"|(?:{_ERRNO_NAMES})|ORA-\d{{5}}|CrashLoopBackOff|ImagePullBackOff|ErrImagePull"
            r"|OOMKilled|DNS_PROBE_[A-Z_]{3,40}|WSAE[A-Z]{4,20})\b"
        ),
        _group("error_constant"),
        True,
    ),
    (
        _p(
            r"""\berrno[\s:=]{0,3}-?(\d{1,5})\b | \bwin(?:32)?\s?error[\s:=]{0,3}(\d{1,5})\b
              | \bos\serror\s(\d{1,5})\b | \berror\s(\d{1,5})\sconnecting\b"""
        ),
        _group("errno"),
        True,
    ),
    (
        _p(
            rf"""\bhttp/\d(?:\.\d)?"?\s([1-5]\d\d)\b
              | \b(?:http|status(?:[\s_-]?code)?|상태\s?코드|response\scode)["']?\s{{0,2}}[:=]?\s{{0,2}}["']?
                  (?:of\s)?([1-5]\d\d)\b
              | (?<![\w.:/-])([1-5]\d\d)\s?\(?(?:{_REASONS})
              | (?<![\w.:/-])([45]\d\d)\s?(?:번\s?)?(?:에러|오류|errors?\b|응답|response)"""
        ),
        _status,
        True,
    ),
    (
        re.compile(
            r"\b(?!WinError\b)(?P<name>(?:[A-Za-z_]\w{0,60}\.){0,8}[A-Z]\w{0,60}?"
            r"(?:Error|Exception|Failure|Timeout|Warning|Configured))\b"
            r"(?::[ \t](?P<message>[^\n]{1,300}))?"
        ),
        _exception,
        False,
    ),
    (
        _p(
            r"""\bno\smodule\snamed\s['"]?([\w.]{1,100}) | \bcould\snot\simport\smodule\s["']?([\w.]{1,100})
              | \bcannot\sfind\s(?:module|package)\s['"]([^'"\n]{1,100})['"]"""
        ),
        _group("module"),
        False,
    ),
    (
        _p(
            r"""\bdocker(?:[ -]compose)?\s(?:container\s)?(?:logs|inspect|restart|start|stop|exec|rm|top|stats|port)
                (?:[ ]-{1,2}[\w-]+(?:[ =]\d+)?){0,4}[ ]([\w][\w.-]{0,80})"""
        ),
        _container,
        False,
    ),
    (
        re.compile(
            r"^[0-9a-f]{12}\s.{1,200}?\s(?P<state>Up|Exited \(\d+\)|Restarting \(\d+\)|Created|Dead|Paused)"
            r"(?=\s).{0,200}?\s(?P<name>[\w][\w.-]{0,80})[ \t]*$",
            re.MULTILINE,
        ),
        _ps_row,
        False,
    ),
    (_p(r"""^([a-z][\w-]{1,40})[ ]+\|[ ]"""), _group("container"), False),
    (_p(r"""\(\("([\w.-]{1,60})",pid=\d+"""), _group("process"), False),
    (
        _p(r"""\bpid[\s:=]{0,2}(\d{1,7})\b | \bprocess\s\[(\d{1,7})\] | \bpid\s\[(\d{1,7})\]"""),
        _group("pid"),
        False,
    ),
    (
        _p(
            r"""(?<![\w:.\\/])([a-z]:\\[^\s'"<>|?*:]{1,250})
              | (?<![\w:.\\/>-])((?:~|\.{1,2})?/(?:[\w.@+-]{1,80}/){1,20}[\w.@+-]{1,80})"""
        ),
        _group("path"),
        True,
    ),
    (_p(r"""\bcan't\sopen\sfile\s['"]([^'"\n]{1,250})['"]"""), _group("path"), True),
)
_BARE_STATUS: tuple[re.Pattern[str], Callable[[_Found], Iterator[Fact]], bool] = (
    _p(r"(?<![\w.:/-])(40[0134589]|413|422|429|50[0234])(?![\w:/%]|\.\d|\s?(?:ms|s|kb|mb)\b)"),
    _status,
    True,
)
