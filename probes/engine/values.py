"""Reading one parameter value by its type: the coerced value, or a sentence saying what is wrong.

Values end as arguments of programs, parts of addresses and lines of a protocol, so what
could change their meaning there (a leading dash, a line break, a user in a URL) is refused.
"""

import functools
import ipaddress
import math
import re
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any
from urllib.parse import SplitResult, parse_qsl, quote, urlsplit

from probes.engine.patterns import compile_pattern as compile_pattern
from probes.engine.redact import names_a_secret
from probes.engine.schema import Param

MAX_TEXT = 2000
MAX_PATTERN = 500
MAX_ENTRIES = 50
HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")
FRAMING_HEADERS = (
    "connection", "content-length", "expect", "te", "trailer", "transfer-encoding", "upgrade",
)  # fmt: skip
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029\ud800-\udfff]")
_REF = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,99}")
# What Docker and Podman accept, so that a name stays one step of a path.
_CONTAINER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,254}")
_HOST_LABEL = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)")
# What urllib leaves alone in a URL: reserved characters, and % so that escapes stay.
_URL_SAFE = "/:?#[]@!$&'()*+,;=%~-._"


def read_value(param: Param, value: Any) -> Any:
    """The value as the parameter's type wants it. Raises ValueError with a sentence."""
    return _READERS[param.type](param, value)


def _text(param: Param, value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("must be text")
    if len(value) > MAX_TEXT:
        raise ValueError(f"is longer than {MAX_TEXT} characters")
    if _CONTROL.search(value):
        raise ValueError("holds a line break or another control character")
    return value


def _word(param: Param, value: Any) -> str:
    """Text that may become an argument of a program."""
    text = _text(param, value).strip()
    if text.startswith("-"):
        raise ValueError("must not start with a dash")
    if not text:
        raise ValueError("must not be empty")
    return text


def _host(param: Param, value: Any) -> str:
    text = _word(param, value)
    if text.startswith("[") and text.endswith("]"):
        text = text[1:-1]
    if ":" in text:
        return _ipv6(text)
    return _host_name(text)


def _ipv6(text: str) -> str:
    try:
        address = ipaddress.IPv6Address(text)
    except ValueError:
        raise ValueError("is not a host name or an IP address (a port is given apart)") from None
    if address.scope_id is not None:
        raise ValueError("must not carry a zone such as %eth0")
    return str(address)


def _host_name(text: str) -> str:
    name = text.removesuffix(".")
    if not name.isascii():
        name = _idna(name)
    if len(name) > 253 or not all(_HOST_LABEL.fullmatch(label) for label in name.split(".")):
        raise ValueError("is not a host name or an IP address")
    return name.lower()


def _idna(name: str) -> str:
    try:
        return name.encode("idna").decode("ascii")
    except UnicodeError:
        raise ValueError("is not a host name or an IP address") from None


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int | str | float):
        raise ValueError("must be a whole number")
    if isinstance(value, float):
        if not value.is_integer():
            raise ValueError("must be a whole number")
        return int(value)
    if isinstance(value, str) and not re.fullmatch(r"\s*[+-]?[0-9]{1,18}\s*", value):
        raise ValueError("must be a whole number")
    return int(value)


def _in_bounds(param: Param, number: float) -> None:
    if param.minimum is not None and number < param.minimum:
        raise ValueError(f"must be at least {param.minimum:g}")
    if param.maximum is not None and number > param.maximum:
        raise ValueError(f"must be at most {param.maximum:g}")


def _port(param: Param, value: Any) -> int:
    port = _whole(value)
    if not 1 <= port <= 65535:
        raise ValueError("must be a port from 1 to 65535")
    return port


def _integer(param: Param, value: Any) -> int:
    number = _whole(value)
    _in_bounds(param, number)
    return number


def _number(param: Param, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError("must be a number")
    try:
        number = float(value)
    except (ValueError, OverflowError):
        raise ValueError("must be a number") from None
    if not math.isfinite(number):
        raise ValueError("must be a number")
    _in_bounds(param, number)
    return number


_BOOLEANS = {"true": True, "false": False, "yes": True, "no": False, "on": True, "off": False}


def _boolean(param: Param, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    known = _BOOLEANS.get(value.strip().lower()) if isinstance(value, str) else None
    if known is None:
        raise ValueError("must be true or false")
    return known


def _choice(param: Param, value: Any) -> str:
    for choice in param.choices:
        if isinstance(value, str) and value.strip().lower() == choice.lower():
            return choice
    raise ValueError(f"must be one of {', '.join(param.choices)}")


def _pattern(param: Param, value: Any) -> str:
    text = _text(param, value)
    if len(text) > MAX_PATTERN:
        raise ValueError(f"is longer than {MAX_PATTERN} characters")
    compile_pattern(text)
    return text


def _url(param: Param, value: Any) -> str:
    return _tidy_url(_word(param, value))


# Checking a URL takes a tenth of a whole probe, and most are asked again and again.
@functools.lru_cache(maxsize=1024)
def _tidy_url(text: str) -> str:
    parts = split_url(text)
    _refuse_secrets(parts.query)
    netloc = _netloc(parts, "url")
    path = quote(parts.path or "/", safe=_URL_SAFE)
    query = "?" + quote(parts.query, safe=_URL_SAFE) if parts.query else ""
    return f"{parts.scheme.lower()}://{netloc}{path}{query}"


def _refuse_secrets(query: str) -> None:
    """A definition is stored and shown, so what its query is called must not be a secret."""
    if named := [name for name, _ in parse_qsl(query) if names_a_secret(name)]:
        raise ValueError(f"must not carry a secret ({', '.join(named)})")


def split_url(text: str) -> SplitResult:
    """The parts of an http(s) URL with a host. Raises ValueError with a sentence."""
    if re.search(r"[\s\\]", text):
        raise ValueError("must not hold spaces or backslashes")
    try:
        parts = urlsplit(text)
        has_host = parts.hostname is not None and (parts.port is None or parts.port > 0)
    except ValueError:
        raise ValueError("is not a URL") from None
    if parts.scheme.lower() not in ("http", "https") or not has_host:
        raise ValueError("must look like http://host:port/path or https://host/path")
    if "@" in parts.netloc:
        raise ValueError("must not carry a user or a password")
    return parts


def _netloc(parts: SplitResult, name: str) -> str:
    host = _host(Param(name=name, type="host"), parts.hostname or "")
    shown = f"[{host}]" if ":" in host else host
    return f"{shown}:{parts.port}" if parts.port is not None else shown


def _origin(param: Param, value: Any) -> str:
    parts = split_url(_word(param, value))
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ValueError("must be only scheme, host and port, such as http://localhost:5173")
    return f"{parts.scheme.lower()}://{_netloc(parts, param.name)}"


def _path(param: Param, value: Any) -> str:
    text = _word(param, value)
    # Either flavour: the definition may be for a location on another system.
    if not (PurePosixPath(text).is_absolute() or PureWindowsPath(text).is_absolute()):
        raise ValueError("must be a full path")
    return text


def _module(param: Param, value: Any) -> str:
    text = _word(param, value)
    if not all(part.isidentifier() for part in text.split(".")):
        raise ValueError("must be a module name such as app.main")
    return text


def _target(param: Param, value: Any) -> str:
    module, colon, attribute = _word(param, value).partition(":")
    if not colon or not all(part.isidentifier() for part in (module + "." + attribute).split(".")):
        raise ValueError("must look like module:attribute, such as app.main:app")
    return f"{module}:{attribute}"


def _ref(param: Param, value: Any) -> str:
    """The name of something that the location keeps: a secret, a plugin. Never the thing."""
    text = _word(param, value)
    if not _REF.fullmatch(text):
        raise ValueError("must be a name of letters, digits, dots, hyphens and underscores")
    return text


def _variable(param: Param, value: Any) -> str:
    """The name of an environment variable or a setting; `NAME=value` would store the value."""
    text = _word(param, value)
    if not _VARIABLE.fullmatch(text):
        raise ValueError("must be a name such as DATABASE_URL, without its value")
    return text


def _container(param: Param, value: Any) -> str:
    text = _word(param, value).removeprefix("/")
    if not _CONTAINER.fullmatch(text):
        raise ValueError("must be the name or id of a container, such as backend")
    return text


def _argument(param: Param, value: Any) -> str:
    """One argument of a program, as its definition says it: an option may be one."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError("must be text")
    return _text(param, str(value))


def _mapping(param: Param, value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise ValueError("must be pairs of a name and a value")
    if len(value) > MAX_ENTRIES:
        raise ValueError(f"holds more than {MAX_ENTRIES} pairs")
    return {_text(param, key): _scalar(param, inner) for key, inner in value.items()}


def _scalar(param: Param, value: Any) -> Any:
    if isinstance(value, str):
        return _text(param, value)
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    raise ValueError("each value must be text, a number, true, false or null")


_READERS: Mapping[str, Callable[[Param, Any], Any]] = {
    "text": _text,
    "host": _host,
    "port": _port,
    "url": _url,
    "path": _path,
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "choice": _choice,
    "pattern": _pattern,
    "module": _module,
    "target": _target,
    "interpreter": _path,
    "mapping": _mapping,
    "origin": _origin,
    "ref": _ref,
    "variable": _variable,
    "container": _container,
    "argument": _argument,
}
