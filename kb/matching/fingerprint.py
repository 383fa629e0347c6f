"""A short name for a problem: equal for two sightings of it, whatever differs between them."""

import hashlib
import re
from collections.abc import Iterable

from kb.matching.masks import masked

FINGERPRINT_VERSION = "v1"

# A few lines say what the problem is; the rest of a log says what else went on.
_MOST_LINES = 12
_QUOTES = str.maketrans("“”‘’`´", "\"\"''''")
_NOT_TEXT = re.compile(r"[^\w<>'\"=:/.\-]+")
_LEVEL = re.compile(
    r"^(?:<time>|[\s\[\]|:,-]"
    r"|(?:trace|debug|info|notice|warn(?:ing)?|error|fatal|critical|severe)\b)+"
)


def fingerprint(shapes: Iterable[str]) -> str:
    """`v1:` and 32 hexadecimal digits, from the shapes of the lines that say what went wrong."""
    joined = "\n".join(list(dict.fromkeys(shapes))[:_MOST_LINES])
    return f"{FINGERPRINT_VERSION}:{hashlib.sha256(joined.encode()).hexdigest()[:32]}"


def shape(line: str) -> str:
    """One line without its variable parts, its time and level, its case and spacing."""
    text = _LEVEL.sub("", masked(line.translate(_QUOTES)).casefold())
    return _NOT_TEXT.sub(" ", text).strip()
