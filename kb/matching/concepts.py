"""Ideas with many wordings, read from `concepts.toml` (its head says how a pattern is written)."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from kb.matching.expressions import Alternatives, Source
from kb.matching.values import ConceptHit, Fact, Locate, heard_whole

_FILE = Path(__file__).with_name("concepts.toml")
_CLASS = re.compile(r"(\[[^\]]*\])")
_LOOSE_SPACE = r"[\s_-]*"
_LONGEST_REMEMBERED = 300


@dataclass(frozen=True, kw_only=True, slots=True)
class Concept:
    name: str
    patterns: tuple[str, ...]
    layer: str = ""
    status: str = ""
    product: bool = False
    ports: tuple[int, ...] = ()


@cache
def concepts() -> Mapping[str, Concept]:
    """By name, in the order in which they are looked for."""
    rows = tomllib.loads(_FILE.read_text(encoding="utf-8"))["concept"]
    return {row["name"]: _concept(row) for row in rows}


def _concept(row: Mapping[str, Any]) -> Concept:
    patterns, ports = tuple(row["patterns"]), tuple(row.get("ports", ()))
    return Concept(**{**row, "patterns": patterns, "ports": ports})


@cache
def product_of_port() -> Mapping[str, str]:
    """`6379` -> `redis`: ports that say which service is meant."""
    return {str(port): concept.name for concept in concepts().values() for port in concept.ports}


@cache
def concept_of_status() -> Mapping[str, str]:
    return {concept.status: concept.name for concept in concepts().values() if concept.status}


def concepts_of(
    text: str, facts: Iterable[Fact], locate: Locate = heard_whole
) -> tuple[ConceptHit, ...]:
    """The concepts that are worded in a text, and those its HTTP statuses stand for."""
    named = concept_of_status()
    stated = (
        ConceptHit(name=named[fact.value], span=fact.span, line=fact.line)
        for fact in facts
        if fact.type == "http_status" and fact.value in named
    )
    return tuple(dict.fromkeys([*find_concepts(text, locate), *stated]))


def find_concepts(text: str, locate: Locate = heard_whole) -> Iterator[ConceptHit]:
    """The worded concepts of a text, left to right, without overlap."""
    # One character on each side of a place: what stands there decides where a word ends.
    padded = f"\n{text}\n"
    for start, end in _wordings().places(Source(text)):
        if end > start:
            piece = padded[start : end + 2]
            name = _name(piece) if len(piece) <= _LONGEST_REMEMBERED else _name.__wrapped__(piece)
            yield ConceptHit(name, *locate(start, end))


@lru_cache(maxsize=8192)
def _name(piece: str) -> str:
    """Which concept is worded at a place: asked of the place alone."""
    return tuple(concepts())[_wordings().which(piece)]


@cache
def _wordings() -> Alternatives:
    return Alternatives([_group(concept) for concept in concepts().values()])


def _group(concept: Concept) -> str:
    patterns = "|".join(_loosened(pattern) for pattern in concept.patterns)
    return f"({patterns})"


def _loosened(pattern: str) -> str:
    """Spaces outside character classes become optional; inner groups stop capturing."""
    parts = _CLASS.split(pattern)
    parts[::2] = [
        re.sub(r"(?<!\\)\((?!\?)", "(?:", part).replace(" ?", " ").replace(" ", _LOOSE_SPACE)
        for part in parts[::2]
    ]
    return "".join(parts)
