"""Masking secrets in text that will be stored or shown, while keeping what tells causes apart.

Ports, hosts, paths, errno and error constants survive: they are the evidence. Every pattern
is RE2, so the time is linear in the text whatever the text is.
"""

import errno
import functools
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from probes.engine.patterns import compile_own
from probes.engine.redact_patterns import RULES, Rule, may_hold_a_secret, value_end
from probes.engine.secret_forms import SHORTEST


@dataclass(frozen=True, kw_only=True)
class Redacted:
    """The text without its secrets, and how many of each sort were masked."""

    text: str
    counts: Mapping[str, int]


def redact(text: str, *, known: Iterable[str] = ()) -> Redacted:
    """Mask what looks secret, and every value in `known`. Masking twice changes nothing more."""
    counts: Counter[str] = Counter()
    masked = text if text.isascii() else _LONE_SURROGATE.sub("\ufffd", text)
    for value in _longest_first(tuple(known)):
        if value in masked:
            counts["known"] += masked.count(value)
            masked = masked.replace(value, mask("known"))
    if not may_hold_a_secret(masked):
        return Redacted(text=masked, counts=+counts)
    for rule in RULES:
        if rule.hint(masked):
            masked = rule.pattern.sub(_masker(rule, counts), masked)
    return Redacted(text=masked, counts=+counts)


@functools.lru_cache(maxsize=64)
def _longest_first(known: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted({v for v in known if len(v) >= SHORTEST}, key=len, reverse=True))


@functools.lru_cache(maxsize=1024)
def names_a_secret(name: str) -> bool:
    """True when a value under this name would be masked, whatever it is."""
    return bool(redact(f'{name}="a1"').counts.get("secret"))


def mask(sort: str) -> str:
    return f"[masked:{sort}]"


def strip_controls(text: str) -> str:
    """Without terminal sequences, control and invisible direction characters; lines end in \\n."""
    if text.isascii() and text.isprintable():
        return text
    text = _TERMINAL.sub("", text)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _LONE_SURROGATE.sub("\ufffd", _UNSEEN.sub("", text))


_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_TERMINAL = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?"  # CSI: colours, cursor
    r"|(?:\x1b\]|\x9d)[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"  # OSC: titles, links
    r"|\x1b[ -/]*[0-~]?"
)
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"
    "\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e007f]"
)
# Words that stand where a secret would, and say something worth keeping.
_PLAIN_WORDS = frozenset(
    [
        "none",
        "null",
        "nil",
        "true",
        "false",
        "undefined",
        "empty",
        "missing",
        "required",
        "invalid",
        "expired",
        "unset",
        "include",
        "same-origin",
        "omit",
    ]
) | frozenset(name.lower() for name in errno.errorcode.values())
# RE2 gives spans by number only: every rule has `before`, then `secret`.
_SECRET = 2
_STAND_IN = re.compile(r"\$\{\w+\}|\*+|\.{3}|…")
_OPENING = compile_own(r"\\*[\"']")
_ERROR_CONSTANT = re.compile(r"(?:ERR|DNS_PROBE)_[A-Z_]+|[A-Z][A-Za-z]+(?:Error|Exception)")


def _masker(rule: Rule, counts: Counter[str]) -> Callable[[Any], str]:
    def replace(match: Any) -> str:
        whole, begin = str(match.group()), match.start()
        start, end = (at - begin for at in match.span(_SECRET))
        if rule.is_value:
            start, end = _value_inside(whole, start, end)
        if start == end or _is_kept(rule, whole[:start], whole[start:end]):
            return whole
        counts[rule.sort] += 1
        return whole[:start] + mask(rule.sort) + whole[end:]

    return replace


def _value_inside(whole: str, start: int, end: int) -> tuple[int, int]:
    """Where the value is without its quotes, and without what follows it: `abc&port=8000`."""
    value = whole[start:end]
    if opening := _OPENING.match(value):
        inner = value[opening.end() :]
        if inner.endswith(('"', "'")):
            inner = inner[:-1].rstrip("\\")
        return start + opening.end(), start + opening.end() + len(inner)
    return start, start + value_end(value)


def _is_kept(rule: Rule, before: str, secret: str) -> bool:
    if secret.startswith("[masked:") or _ERROR_CONSTANT.fullmatch(secret):
        return True
    if rule.is_value and (secret.lower() in _PLAIN_WORDS or _STAND_IN.fullmatch(secret)):
        return True
    return not rule.accepts(before, secret)
