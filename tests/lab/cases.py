"""What people paste who meet a scenario, in four ways, and the causes that are right then."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# The four ways: told in each language, what a tool prints, and next to nothing.
WAYS = ("korean", "english", "log", "vague")
_FILE = Path(__file__).with_name("cases.toml")


@dataclass(frozen=True, kw_only=True)
class Paste:
    """A text, and what the person types: placeholders of `Lab.values` in it."""

    way: str
    text: str
    typed: Mapping[str, str]

    @property
    def language(self) -> str:
        return "ko" if any("가" <= letter <= "힣" for letter in self.text) else "en"

    def filled_in(self, values: Mapping[str, str]) -> dict[str, str]:
        return {name: value.format_map(values) for name, value in self.typed.items()}


@dataclass(frozen=True, kw_only=True)
class Case:
    """`right` are causes by `guide/cause`; empty where no guide knows what it is.

    `client` is the place that looks as a client does. `is_fresh`: what happens is over soon, so
    each paste meets it anew. `ruled_out` are tempting causes that runs must refute. `is_repaired`:
    the scenario goes on to a repaired state, where the fix's own checks must turn OK.
    """

    scenario: str
    right: tuple[str, ...]
    pastes: tuple[Paste, ...]
    client: str = "outside"
    is_fresh: bool = False
    is_repaired: bool = False
    ruled_out: tuple[str, ...] = ()


def _read() -> dict[str, Case]:
    tables: dict[str, Any] = tomllib.loads(_FILE.read_text("utf-8"))
    typed = {"none": {}, **tables.pop("typed")}
    return {slug: _case(slug, table, typed) for slug, table in tables.items()}


def _case(slug: str, table: Mapping[str, Any], typed: Mapping[str, Mapping[str, str]]) -> Case:
    common = {**typed[table["typed"]], **table.get("also", {})}
    single: Mapping[str, Mapping[str, str]] = table.get("for", {})
    return Case(
        scenario=slug,
        right=tuple(table["right"]),
        pastes=tuple(
            Paste(way=way, text=table[way].strip("\n"), typed={**common, **single.get(way, {})})
            for way in WAYS
        ),
        client=table.get("client", "outside"),
        is_fresh=table.get("is_fresh", False),
        is_repaired=table.get("is_repaired", False),
        ruled_out=tuple(table.get("ruled_out", ())),
    )


CASES: Mapping[str, Case] = _read()
