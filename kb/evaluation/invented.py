"""A large base and questions to it, invented from real texts with a fixed seed.

Bodies are paragraphs of real documents put together anew, so that common words stay common.
Names of services, hosts and error codes that no real text has are strewn in, a few of them often
and most of them seldom (Zipf), so that a large base has rare words as well.
"""

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kb.evaluation.judged import Document, JudgedSet

_SEED = 20_261_125
_LOG_LINES = 200
# One word in so many is replaced by an invented name.
_REAL_WORDS_PER_NAME = 25
# How many names there are for each document of the base.
_NAMES_PER_DOCUMENT = 0.5
_SYLLABLES = ["ka", "lo", "mi", "ren", "so", "tu", "ve", "xi", "zor", "bel", "dun", "fa", "gri"]
_SHAPES = ["{}-{}", "{}_{}", "{}.{}.svc", "{}{}Error", "{}-{}-worker"]
_LEVELS = ["INFO", "INFO", "INFO", "DEBUG", "WARNING"]
_BLANK_LINES = re.compile(r"\n\s*\n")


@dataclass(frozen=True, kw_only=True)
class Questions:
    """`short` are alerts and messages, `logs` are pastes of 200 lines."""

    short: tuple[str, ...]
    logs: tuple[str, ...]


def invent_documents(judged: JudgedSet, count: int) -> Iterator[Document]:
    """So many documents, the same ones each time."""
    dice = random.Random(_SEED)  # noqa: S311 - invented words, no secrets
    paragraphs = [part for one in judged.documents for part in _BLANK_LINES.split(one.text)]
    lengths = [len(_BLANK_LINES.split(one.text)) for one in judged.documents]
    titles = [one.title for one in judged.documents]
    names = Names(count)
    for number in range(count):
        chosen = dice.choices(paragraphs, k=dice.choice(lengths))
        yield Document(
            id=str(number + 1),
            title=f"{dice.choice(titles)} {names.draw(dice)}",
            text=names.strewn("\n\n".join(chosen), dice),
        )


def invent_questions(judged: JudgedSet, count: int, *, documents: int) -> Questions:
    """So many short texts and as many logs, for a base of so many documents."""
    dice = random.Random(_SEED + 1)  # noqa: S311 - invented words, no secrets
    names = Names(documents)
    texts = dice.choices([query.text for query in judged.queries], k=count)
    short = tuple(names.strewn(text, dice) for text in texts)
    lines = [line for one in judged.documents for line in one.text.splitlines() if line.strip()]
    return Questions(short=short, logs=tuple(_log(text, lines, names, dice) for text in short))


def invent_phrases(judged: JudgedSet, count: int) -> list[str]:
    """What authors foresee: messages that many guides share, and one's own with its own name."""
    dice = random.Random(_SEED + 3)  # noqa: S311 - invented words, no secrets
    names = Names(count)
    lines = sorted({query.text.splitlines()[0][:80] for query in judged.queries})
    shared = [f"{names.draw(dice)} {line}" for line in dice.choices(lines, k=count)]
    return [dice.choice([phrase, dice.choice(lines)]) for phrase in shared]


def _log(text: str, lines: Sequence[str], names: "Names", dice: random.Random) -> str:
    """Routine lines that borrow their words from documents, and the text as errors near the end."""
    errors = [f"ERROR {line}" for line in text.splitlines() if line.strip()]
    routine = [
        f"{dice.choice(_LEVELS)} {names.draw(dice)} {dice.choice(lines)[:120]}"
        for _ in range(_LOG_LINES - len(errors))
    ]
    said = [*routine[:-20], *errors, *routine[-20:]]
    return "\n".join(
        f"2026-11-25T10:{number // 60:02}:{number % 60:02}.{dice.randrange(1000):03}Z {line}"
        for number, line in enumerate(said)
    )


class Names:
    """Invented names, the first ones drawn most often."""

    def __init__(self, documents: int) -> None:
        dice = random.Random(_SEED + 2)  # noqa: S311 - invented words, no secrets
        count = max(100, int(documents * _NAMES_PER_DOCUMENT))
        self._names = [_name(dice) for _ in range(count)]
        self._until: list[float] = []
        total = 0.0
        for rank in range(1, count + 1):
            total += 1 / rank
            self._until.append(total)

    def draw(self, dice: random.Random) -> str:
        return dice.choices(self._names, cum_weights=self._until)[0]

    def strewn(self, text: str, dice: random.Random) -> str:
        """The text with an invented name in place of a word here and there."""
        words = text.split(" ")
        for _ in range(max(1, len(words) // _REAL_WORDS_PER_NAME)):
            words[dice.randrange(len(words))] = self.draw(dice)
        return " ".join(words)


def _name(dice: random.Random) -> str:
    first, second = ("".join(dice.choices(_SYLLABLES, k=dice.randint(2, 3))) for _ in range(2))
    return dice.choice(_SHAPES).format(first, second)
