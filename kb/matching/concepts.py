"""Ideas with many wordings, read from `concepts.toml` (its head says how a pattern is written)."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import re2

from kb.matching.values import ConceptHit, Fact

_FILE = Path(__file__).with_name("concepts.toml")
_CLASS = re.compile(r"(\[[^\]]*\])")
_LOOSE_SPACE = r"[\s_-]*"


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


def concepts_of(text: str, facts: Iterable[Fact]) -> tuple[ConceptHit, ...]:
    """The concepts that are worded in a text, and those its HTTP statuses stand for."""
    named = concept_of_status()
    stated = (
        ConceptHit(name=named[fact.value], span=fact.span)
        for fact in facts
        if fact.type == "http_status" and fact.value in named
    )
    return tuple(dict.fromkeys([*find_concepts(text), *stated]))


def find_concepts(text: str) -> Iterator[ConceptHit]:
    """The worded concepts of a text, left to right, without overlap."""
    expression, names = _compiled()
    for found in expression.finditer(text):
        if found.end() > found.start():
            yield ConceptHit(name=names[found.lastindex - 1], span=found.span())


@cache
def _compiled() -> tuple[re2._Regexp, tuple[str, ...]]:
    groups = [_group(concept) for concept in concepts().values()]
    options = re2.Options()
    options.case_sensitive = False
    options.max_mem = 64 << 20
    return re2.compile("|".join(groups), options), tuple(concepts())


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
