"""The variable parts of a message: what differs between two sightings of one problem.

Each mask names a kind, the expression that finds it, and the expression that stands for it
when an authored phrase holds one (a phrase seen on port 8000 also matches port 8001).
Order matters: a time is looked for before a number.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from kb.matching.expressions import first, locator

# Numbers that say what happened, not where or when: they stay.
_TELLING = r"""
    errno[\s:=]*-?\d+ | win(?:32)?\s?error[\s:=]*\d+ | os\serror\s\d+
  | error\scode[\s:=]*-?\d+ | exit(?:ed)?(?:\s(?:code|status|with(?:\scode)?))?[\s:=(]*\d+
  | \breturn\scode[\s:=]*\d+ | \berror\s\d+\sconnecting | restarting\s\(\d+\) | curl:\s\(\d+\) | sqlstate[\s:=\[]*\w{5}
  | \bhttp/\d(?:\.\d)?"?\s[1-5]\d\d\b | \bstatus(?:\scode)?[\s:=]*[1-5]\d\d\b
  | (?-i:\b(?:ORA|TNS|PLS|SQL|DB|TS|CS|CA|MSB|LNK|NU|KB|HY|AADSTS)-?\d{3,6}\b) | \b0x[8c]00[0-9a-f]{5}\b
  | \b(?:x|sha)\d{3}\b | \bfailed\s\(\d+: | \(0x[0-9a-f]{8}/\d+\)
  | \bsignal\s\d+ | (?<![\w.:/-])[45]\d\d(?![\w:/%]|\.\d|\s?(?:m?s|ms|[kmg]i?b|bytes)\b)
"""


@dataclass(frozen=True, slots=True)
class Mask:
    name: str
    finds: str
    stands_for: str


_DAYS = "mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:rs(?:day)?)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?"
_MONTHS = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    "|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
)

MASKS: tuple[Mask, ...] = (
    Mask(
        "time",
        r"\d{4}[-/.]\d\d?[-/.]\d\d?(?:[t\s,]{1,2}\d\d?:\d\d(?::\d\d)?(?:[.,]\d+)?)?"
        r"(?:z|\s?[+-]\d\d:?\d\d|\s(?:utc|gmt|kst)\b)?"
        r"|(?:\b[iwef]\d{4}\s+)?\b\d\d?:\d\d:\d\d(?:[.,]\d+)?(?:\s[ap]m\b)?(?![\w:])"
        rf"|\b(?:{_DAYS}),?\s(?=\w{{3}}\s|\d)|\b(?:{_MONTHS})\s+\d\d?\b"
        rf"|\b\d\d?[/\s](?:{_MONTHS})[/\s]\d{{4}}\b",
        r"[0-9A-Za-z:./,+\- ]{4,40}",
    ),
    Mask(
        "uuid",
        r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b",
        r"[0-9A-Fa-f-]{36}",
    ),
    Mask("ip", r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.]\d)", r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}"),
    Mask("ip", r"\[(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}\]", r"\[[0-9A-Fa-f:]+\]"),
    Mask(
        "ip",
        r"(?<![\w:])(?:(?:[0-9a-f]{1,4}:){3,7}[0-9a-f]{1,4}(?![\w:])|::1(?!\w)"
        r"|(?=[a-f:]*\d)[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){0,6}::(?:[0-9a-f]{1,4}:){0,6}[0-9a-f]{0,4}(?!\w))",
        r"[0-9A-Fa-f:]+",
    ),
    Mask("path", r"\b[a-z]:(?:\\{1,2}[^\s\\'\"<>|:*?]+)*\\{1,2}(?=[^\s\\'\"<>|:*?]+)", r"\S*[\\/]"),
    Mask("path", r"(?<![\w/:.>])(?:~|\.{1,2})?/(?:[\w.@+-]+/)+", r"\S*[\\/]"),
    Mask("address", r"\b0x[0-9a-f]+\b|(?<=@)(?=[a-f]*\d)[0-9a-f]{4,8}\b", r"(?:0x)?[0-9A-Fa-f]+"),
    Mask("hash", r"\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{7,64}\b", r"[0-9A-Fa-f]{7,64}"),
    Mask(
        "id",
        r"\b(?=[a-z]{0,40}\d+[a-z]+\d)[a-z0-9]{5,80}\b|(?<=-)(?=[a-z]{0,4}\d)[a-z0-9]{5}\b",
        r"[0-9A-Za-z]+",
    ),
    Mask(
        "n",
        r"\b(?:\d+(?:\.\d+)?(?:d|h|ms|m|us|ns|s))+\b|\bx\d+\b(?=\sover\b)|(?<=[a-z])\d{3,}\b",
        r"[0-9a-z.]+",
    ),
    Mask("n", r"(?<![a-z_\d])\d+(?:[.,]\d+)*(?![a-z_\d]*_)", r"[0-9]+(?:[.,][0-9]+)*"),
)
_ANY = re.compile(
    f"(?P<keep>{_TELLING})|" + "|".join(f"(?P<m{i}>{m.finds})" for i, m in enumerate(MASKS)),
    re.IGNORECASE | re.VERBOSE | re.ASCII,
)
# Where one of these may begin: at a word with a digit in it, a word that a number follows, the
# name of a day or month, a bracket or a path. Only there it is looked for.
_BEGINS = locator(
    r"\b[\w-]{0,80}\d|[\[~/\\]|::\d|\.{1,2}/|\b[a-z]:\\"
    r"|\d{3}|errno|failed\s|\(0x|win(?:32)?\s?error|os\serror|error|exit|return\scode|restarting|curl:|sqlstate|http/|status|signal"
    r"|\b(?:mon|tue|wed|thu|fri|sat|sun|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*,?\s"
)


@dataclass(frozen=True, slots=True)
class Variable:
    mask: Mask
    start: int
    end: int


def variables(text: str) -> Iterator[Variable]:
    """The variable parts of a text, in order, without overlap."""
    # All of them are ASCII: one byte for one character keeps the places.
    encoded = text.encode("ascii", "replace")
    at = 0
    while begins := first(_BEGINS, encoded, at):
        found = _ANY.match(text, begins[0])
        at = found.end() if found else begins[0] + 1
        if found and found.lastgroup and found.lastgroup != "keep":
            yield Variable(MASKS[int(found.lastgroup[1:])], found.start(), found.end())


def masked(text: str) -> str:
    """The text with each variable part replaced by `<kind>`; a path keeps its last name."""
    return _replace(text, lambda variable: f"<{variable.mask.name}>")


def _replace(text: str, name: Callable[[Variable], str]) -> str:
    parts, at = [], 0
    for variable in variables(text):
        parts += [text[at : variable.start], name(variable)]
        at = variable.end
    return "".join([*parts, text[at:]])
