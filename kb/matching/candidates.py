"""What in one text could become a symptom: its telling lines, without what varies."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kb.matching.candidate import AuthoredSymptom
from kb.matching.lines import heard_lines
from kb.matching.phrases import specificity
from kb.matching.runs import cuts, tells, trimmed, unbroken

# A longer phrase finds the one text it was read from, and no other.
LONGEST, SHORTEST = 80, 4
MOST = 12
_MOST_LINES = 40
_OPENS = {")": "(", "]": "[", "'": "'", '"': '"'}
# Numbers inside these facts say what happened; addresses and ports say only where.
_TELLING = frozenset({"http_status", "errno", "error_constant", "exception", "module", "exit_code"})
_VARYING = frozenset({"url", "origin", "host", "port", "path", "pid"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """A phrase as it stands in the text, and the line (1-based) it was read from."""

    phrase: str
    line: int


def candidates(text: str, *, settled: Sequence[AuthoredSymptom] = ()) -> list[Candidate]:
    """The phrases of the loudest lines, the most telling first; each once.

    What a `settled` symptom finds already is left out. Where no words tell enough by themselves,
    the first line is the one candidate. Linear in the text.
    """
    found: dict[str, Candidate] = {}
    spoken: Candidate | None = None
    broken_at = cuts(text, settled, varying=_VARYING, telling=_TELLING)
    lines = heard_lines(text)
    loudest = max((line.weight for line in lines), default=0)
    for line in [line for line in lines if line.weight == loudest][:_MOST_LINES]:
        number = text.count("\n", 0, line.start) + 1
        spoken = spoken or _whole(line.text, number)
        for tokens in unbroken(line.text, line.start, broken_at):
            for phrase in _phrases(tokens):
                found.setdefault(phrase.casefold(), Candidate(phrase=phrase, line=number))
    if not found and spoken is not None:
        return [spoken]
    ordered = sorted(found.values(), key=lambda one: (-specificity(one.phrase), one.line))
    return ordered[:MOST]


def _phrases(tokens: Sequence[str]) -> Iterator[str]:
    """The run whole; where it is too long, its parts that are not."""
    run: list[str] = []
    for token in tokens:
        if run and len(" ".join([*run, token])) > LONGEST:
            yield from _telling(run)
            run = []
        run.append(token)
    yield from _telling(run)


def _telling(run: Sequence[str]) -> Iterator[str]:
    phrase = _closed(" ".join(run))
    if SHORTEST <= len(phrase) <= LONGEST and tells(phrase):
        yield phrase


def _closed(words: str) -> str:
    """Trimmed, but for a quote or bracket that closes what stands inside: `502 (Bad Gateway)`."""
    phrase = trimmed(words)
    after = words[words.find(phrase) + len(phrase) :][:1]
    opened = _OPENS.get(after, "")
    return phrase + after if opened and phrase.count(opened) % 2 == 1 else phrase


def _whole(line: str, number: int) -> Candidate | None:
    phrase = trimmed(line)
    fits = SHORTEST <= len(phrase) <= LONGEST
    return Candidate(phrase=phrase, line=number) if fits else None
