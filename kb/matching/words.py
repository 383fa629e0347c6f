"""How much a word tells by itself, from `words.toml`: grammar and level words tell nearly nothing."""

import tomllib
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("words.toml")

TELLING, COMMON, EMPTY = 100, 40, 8


@cache
def _weights() -> dict[str, int]:
    lists = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    weights = dict.fromkeys(_pairs(lists["korean"].split()), COMMON // 2)
    weights |= dict.fromkeys(_stems(lists["everyday"] + " " + lists["common"]), COMMON)
    weights |= dict.fromkeys(_stems(lists["stop"] + " " + lists["level"]), EMPTY)
    return weights


def _pairs(words: list[str]) -> list[str]:
    return [word[i : i + 2] for word in words for i in range(max(1, len(word) - 1))]


def _stems(words: str) -> list[str]:
    return [stem(word) for word in words.split()]


@cache
def _levels() -> frozenset[str]:
    return frozenset(_stems(tomllib.loads(_FILE.read_text(encoding="utf-8"))["level"]))


def is_level(word: str) -> bool:
    """Whether the word says how bad it is: error, warning, firing, failed."""
    return word in _levels()


def telling(word: str) -> int:
    """Hundredths: 100 for a word that can say which problem it is."""
    return _weights().get(word, TELLING)


def stem(word: str) -> str:
    """English plurals and simple verb endings off; what is left is only ever compared."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and word[-2] not in "sui":
        return word[:-1]
    return word
