"""What a text says that others will say again: its headline, and its words between what varies."""

import re

from kb.matching.lines import Line, heard_lines
from kb.matching.masks import variables
from kb.matching.phrases import specificity

LONGEST_PHRASE = 120
# By `specificity` two rare words are worth 60; what tells less finds everything.
_LEAST_TOLD = 40
_MOST_PHRASES = 3
_EDGE = re.compile(r"^[^\w'\"]+|[^\w)'\"\]]+$")
_SAYS_NOTHING = re.compile(r"\s*(?:Traceback \(most recent call last\):)?\s*$")
_LEVEL = re.compile(
    r"^[\s\[\]|:,-]*(?:\b(?:TRACE|DEBUG|INFO|NOTICE|WARN(?:ING)?|ERROR|FATAL|CRITICAL|SEVERE)\b"
    r"[\s\[\]|:,-]*)?"
)


def headline(text: str, *, longest: int) -> str:
    """The first of the loudest lines, without the time and level before it; empty for no words."""
    line = next(iter(_loudest(text)), None)
    if line is None:
        return ""
    said = " ".join(line.text.split())
    first = next(variables(said), None)
    rest = (
        said[first.end :] if first is not None and said[: first.start].strip("[ ") == "" else said
    )
    return (_LEVEL.sub("", rest, count=1) or said)[:longest].strip()


def constant_phrases(text: str) -> tuple[str, ...]:
    """The telling stretches of the loudest lines that do not vary, in the text's own letters."""
    found = [phrase for line in _loudest(text) if (phrase := _constant(line.text))]
    return tuple(dict.fromkeys(found))[:_MOST_PHRASES]


def _loudest(text: str) -> list[Line]:
    lines = [line for line in heard_lines(text) if not _SAYS_NOTHING.match(line.text)]
    errors = [line for line in lines if line.is_error] or lines
    loudest = max((line.weight for line in errors), default=0)
    return [line for line in errors if line.weight == loudest]


def _constant(line: str) -> str:
    """The most telling stretch between the variable parts, the first of equals."""
    pieces = [_LEVEL.sub("", piece, count=1) for piece in _pieces(line)]
    kept = [_EDGE.sub("", piece)[:LONGEST_PHRASE].strip() for piece in pieces]
    best = max(kept, key=specificity, default="")
    return best if best and specificity(best) >= _LEAST_TOLD else ""


def _pieces(line: str) -> list[str]:
    pieces, at = [], 0
    for variable in variables(line):
        pieces.append(line[at : variable.start])
        at = variable.end
    return [*pieces, line[at:]]
