"""The documents hold together: links lead somewhere, pictures are there, folders exist."""

import re
import struct
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
DOCUMENTS = sorted(
    path
    for pattern in ("*.md", "docs/**/*.md", "benchmarks/*.md", "benchmarks/*/README.md")
    for path in ROOT.glob(pattern)
    if "examples" not in path.parts
)
FOR_READERS = sorted((ROOT / "docs").glob("*.md"))
PICTURES = ROOT / "docs" / "screenshots"
LARGEST_PICTURE = 250_000

_CODE = re.compile(r"^```.*?^```$|`[^`\n]*`", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)\s]+)(?:\s\"[^\"]*\")?\)|src=\"([^\"]+)\"")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def links(path: Path) -> list[str]:
    """Where a document links to inside the tree."""
    found = (a or b for a, b in _LINK.findall(_CODE.sub("", path.read_text())))
    return [one for one in found if not re.match(r"[a-z]+:|/", one)]


def anchors(path: Path) -> set[str]:
    """The names of a document's headings, as the forges make them."""
    text = re.sub(r"^```.*?^```$", "", path.read_text(), flags=re.MULTILINE | re.DOTALL)
    plain = (re.sub(r"[^\w\s-]", "", words.lower()).strip() for words in _HEADING.findall(text))
    return {words.replace(" ", "-") for words in plain}


def _is_there(document: Path, link: str) -> bool:
    name, _, section = link.partition("#")
    target = (document.parent / name).resolve() if name else document
    if not target.exists():
        return False
    return not section or section in anchors(target)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_somewhere(document: Path) -> None:
    assert [link for link in links(document) if not _is_there(document, link)] == []


@pytest.mark.parametrize("document", FOR_READERS, ids=lambda path: path.stem)
def test_a_document_begins_with_a_sentence_that_says_for_whom_it_is(document: Path) -> None:
    assert re.match(r"# [^\n]+\n\nFor [^\n]+\.", document.read_text())


def test_every_picture_is_shown_and_small_enough_to_load() -> None:
    shown = {Path(link).name for one in DOCUMENTS for link in links(one) if link.endswith(".png")}

    kept = {picture.name: picture.stat().st_size for picture in PICTURES.glob("*.png")}

    assert shown == kept.keys()
    assert {name: size for name, size in kept.items() if size > LARGEST_PICTURE} == {}


def test_pictures_of_pages_are_as_wide_as_a_desk_or_a_phone() -> None:
    sizes = {
        picture.stem: struct.unpack(">II", picture.read_bytes()[16:24])
        for picture in PICTURES.glob("*.png")
    }

    assert set(sizes.values()) <= {(1360, 900), (780, 1688)}


def test_every_folder_of_the_house_is_there() -> None:
    house = (ROOT / "README.md").read_text().partition("## The house")[2].split("```")[1]
    missing, parents = [], {}
    for line in house.splitlines():
        depth = len(line) - len(line.lstrip())
        names = re.match(r"\s*((?:[\w.]+/ ?)+)", line)
        if not names or depth > 4:
            continue
        above = parents.get(depth - 2, ROOT)
        missing += [name for name in names[1].split() if not (above / name).is_dir()]
        parents[depth] = above / names[1].split()[0]

    assert missing == []


def test_every_environment_variable_of_the_settings_is_documented() -> None:
    settings_text = (ROOT / "config" / "settings.py").read_text()
    read = set(re.findall(r"env\.\w+\(\s*\"([A-Z_]+)\"", settings_text))

    told = (ROOT / "docs" / "operator.md").read_text()

    assert {name for name in read if f"`{name}`" not in told} == set()
    assert "KNOWNFIX_VAR" in read
