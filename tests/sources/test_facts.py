"""Nothing of the documents the product was conceived from is lost on the way to the guides."""

import os
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

HERE = Path(__file__).parent
FOLDERS = {
    "": HERE.parents[1] / "kb" / "starter",
    "incident:": HERE.parents[1] / "incidents" / "starter",
}
SHARED = Path(os.environ.get("KNOWNFIX_SHARED", HERE.parents[2] / "shared"))
FACTS: dict[str, dict[str, Any]] = tomllib.loads((HERE / "facts.toml").read_text(encoding="utf-8"))[
    "facts"
]
HEADING = re.compile(r"^#+ .*\{#([\w-]+)\}\s*$")


def places(fact: dict[str, Any]) -> list[str]:
    at = fact["at"]
    return [place(one) for one in ([at] if isinstance(at, str) else at)]


def place(at: str) -> str:
    """The text of `file#section` (its heading to the next) or of `file:front.matter.key`."""
    folder, name, mark, where = re.fullmatch(r"(incident:)?([^#:]+)([#:])(.+)", at).groups("")
    text = (FOLDERS[folder] / name).read_text(encoding="utf-8")
    _, front_matter, body = text.split("---\n", 2)
    return section(body, where) if mark == "#" else key(yaml.safe_load(front_matter), where)


def section(body: str, wanted: str) -> str:
    """`top` is what stands before the first heading."""
    sections: dict[str, list[str]] = {"top": []}
    current, in_fence = "top", False
    for line in body.splitlines(keepends=True):
        in_fence ^= line.startswith("```")
        heading = None if in_fence else HEADING.match(line)
        current = heading[1] if heading else current
        sections.setdefault(current, []).append(line)
    return "".join(sections[wanted])


def key(value: Any, path: str) -> str:
    for part in path.split("."):
        value = value[int(part)] if isinstance(value, list) else value[part]
    return "\n".join(leaves(value))


def leaves(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for name, inner in value.items() for text in (str(name), *leaves(inner))]
    if isinstance(value, list):
        return [text for inner in value for text in leaves(inner)]
    return [str(value)]


@pytest.mark.parametrize("name", FACTS)
def test_a_fact_stands_where_it_is_said_to_stand(name: str) -> None:
    texts, literals = places(FACTS[name]), FACTS[name]["literals"]

    assert literals, "a fact names what to look for"
    assert [one for one in literals if not any(one in text for text in texts)] == []
    assert [text for text in texts if not any(one in text for one in literals)] == []


def test_a_fact_that_is_not_there_is_missed() -> None:
    assert "sudo reboot" not in place("connection.ko.md#step-1")
    assert "sudo reboot" not in place("incident:ai-api-2025-06-17.ko.md:attempts.3")
    with pytest.raises(KeyError):
        place("connection.ko.md#no-such-section")
    with pytest.raises(IndexError):
        place("incident:ai-api-2025-06-17.ko.md:attempts.7")


@pytest.mark.parametrize("name", ["I-C4", "I-C5", "I-C6", "I-C7", "I-C8", "I-C9", "I-C10"])
def test_a_presumed_cause_stays_suspected(name: str) -> None:
    _, front_matter, _ = (
        (FOLDERS[""] / "ai-api.ko.md").read_text(encoding="utf-8").split("---\n", 2)
    )
    causes = yaml.safe_load(front_matter)["causes"]
    where = {"I-C5": "dependency-conflict", "I-C6": "database", "I-C7": "openai"}
    slug = where.get(name) or str(FACTS[name]["at"]).rpartition(".")[2]

    assert causes[slug].get("standing", "suspected") == "suspected"
    assert causes["missing-module"]["standing"] == "confirmed"


def test_one_probe_serves_both_guides_under_their_own_names() -> None:
    connection, cors = (
        yaml.safe_load((FOLDERS[""] / name).read_text(encoding="utf-8").split("---\n", 2)[1])
        for name in ("connection.ko.md", "cors-502.ko.md")
    )

    assert connection["checks"]["container"]["probe"] == cors["checks"]["container"]["probe"]


@pytest.mark.shared
def test_every_identifier_of_the_documents_has_a_place() -> None:
    listed = identifiers((SHARED / "acceptance" / "SOURCES.md").read_text(encoding="utf-8"))

    assert len(listed) > 200
    assert sorted(set(listed) ^ set(FACTS)) == []


def identifiers(text: str) -> list[str]:
    """The first cells of the tables, with ranges such as `G-E1…E8` spelled out."""
    found = re.findall(r"^\| ((?:[GIR]-[A-Z]|X-)\d+)(?:…[A-Z]?(\d+))? \|", text, re.MULTILINE)
    return [spelled for first, last in found for spelled in spell_out(first, last)]


def spell_out(first: str, last: str) -> list[str]:
    stem, start = re.fullmatch(r"(.*?)(\d+)", first).groups()
    return [f"{stem}{number}" for number in range(int(start), int(last or start) + 1)]
