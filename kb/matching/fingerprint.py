"""A short name for a problem: equal for two sightings of it, whatever differs between them."""

import hashlib
import re
from collections.abc import Iterable
from itertools import islice

from kb.matching.masks import masked

# Stands inside the fingerprint, so that those of two algorithms are never equal.
FINGERPRINT_VERSION = "v2"

# A few lines say what the problem is; the rest of a log says what else went on.
_MOST_LINES, _MOST_TRIED = 12, 24
# What follows in a longer line is data, not what the program says about it.
_LONGEST_LINE = 400
_QUOTES = str.maketrans("“”‘’`´", "\"\"''''")
_NOT_TEXT = re.compile(r"[^\w<>'\"=:/.\-]+")
_LEVEL = re.compile(
    r"^(?:<time>|[\s\[\]|:,-]"
    r"|(?:trace|debug|info|notice|warn(?:ing)?|error|fatal|critical|severe)\b)+"
)


def fingerprint(shapes: Iterable[str]) -> str:
    """`v2:` and 32 hexadecimal digits, from the shapes of the lines that say what went wrong."""
    tried = islice(shapes, _MOST_TRIED)
    different = islice(dict.fromkeys(shape for shape in tried if shape), _MOST_LINES)
    digest = hashlib.sha256("\n".join(different).encode()).hexdigest()
    return f"{FINGERPRINT_VERSION}:{digest[:32]}"


def shape(line: str) -> str:
    """One line without its variable parts, its time and level, its case and spacing."""
    text = masked(line[:_LONGEST_LINE].translate(_QUOTES)).casefold()
    level = _LEVEL.match(text)
    return _NOT_TEXT.sub(" ", text[level.end() if level else 0 :]).strip()
