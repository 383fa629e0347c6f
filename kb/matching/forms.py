"""The form of a line: what it shares with the other lines that one place in a program writes.

It is made for a whole text at once by a few passes over its bytes, so that a log of one thousand
lines in twenty forms costs twenty readings. A fingerprint's shape is finer and dearer.
"""

import re

from kb.matching.expressions import locator, spans

# Numbers that say what happened: they stay, and tell two lines apart. Finding one too many only
# means reading another line.
_TELLING = locator(
    r"errno[\s:=]*-?\d+|win(?:32)?\s?error[\s:=]*\d+|(?:os|return)\s(?:error|code)\s\d+"
    r"|error\scode[\s:=]*-?\d+|exit(?:ed)?(?:\s(?:code|status|with(?:\scode)?))?[\s:=(]*\d+"
    r"|(?:restarting|curl:)\s\(\d+\)|sqlstate[\s:=\[]*\w{5}|\bsignal\s\d+"
    r"|\bhttp/\d(?:\.\d)?\"?\s\d{3}\b|\bstatus(?:[\s_]?code)?\W{1,3}\d{3}\b"
    r"|[\s(\[=\"'][45]\d\d\b|\b[a-z]{2,}\d\b"
)
_RANDOM = locator(r"\b(?:[a-z]*\d+[a-z]+\d[a-z0-9]*|[0-9a-f]{7,})\b")

_DIGITS = b"0123456789"
# Bytes that no text holds stand for the digits that stay, and for all that vary.
_STAYS, _VARIES = bytes(range(0x10, 0x1A)), b"\x0e"
_HIDE, _SHOW = bytes.maketrans(_DIGITS, _STAYS), bytes.maketrans(_STAYS + _VARIES, _DIGITS + b"0")
_RUN = re.compile(re.escape(_VARIES) + b"{2,}")
_ALIKE = bytes.maketrans(_DIGITS, _VARIES * len(_DIGITS))


def forms(text: str) -> list[str]:
    """One form for each of `text.splitlines()`; "" where there is nothing to read."""
    encoded = text.encode()
    written = bytearray(encoded)
    for start, end in spans(_RANDOM, encoded):
        written[start:end] = _VARIES * (end - start)
    for start, end in spans(_TELLING, encoded):
        written[start:end] = encoded[start:end].translate(_HIDE)
    alike = _RUN.sub(_VARIES, written.translate(_ALIKE))
    return alike.translate(_SHOW).decode().splitlines()
