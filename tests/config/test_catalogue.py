"""The Korean interface is complete: every message is translated, and the compiled file is current."""

import ast
import gettext
import re
from pathlib import Path

import django
import pytest

from config.admin_words import ADMIN_WORDS

LOCALE = Path(__file__).parents[2] / "config" / "locale" / "ko" / "LC_MESSAGES"
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd%]|\{\w*\}")
# How gettext itself joins a context to its message.
CONTEXT = "\x04"


def entries(path: Path = LOCALE / "django.po") -> list[dict[str, str]]:
    """The fields of every entry but the header: msgctxt, msgid, msgid_plural, msgstr."""
    found: list[dict[str, str]] = []
    for block in path.read_text(encoding="utf-8").split("\n\n"):
        fields: dict[str, str] = {}
        key = ""
        for line in (line for line in block.splitlines() if line and not line.startswith("#")):
            if not line.startswith('"'):
                key, _, line = line.partition(" ")
                key = key.removesuffix("[0]")
            fields[key] = fields.get(key, "") + ast.literal_eval(line)
        if fields.get("msgid"):
            found.append(fields)
    return found


def key_of(entry: dict[str, str]) -> str:
    context = entry.get("msgctxt")
    return entry["msgid"] if context is None else context + CONTEXT + entry["msgid"]


def catalogue() -> dict[str, str]:
    return {key_of(entry): entry["msgstr"] for entry in entries()}


def test_every_message_is_translated_into_korean() -> None:
    untranslated = [msgid for msgid, translation in catalogue().items() if not translation]

    assert len(catalogue()) > 100
    assert untranslated == []


def test_no_translation_is_a_guess() -> None:
    assert "#, fuzzy" not in (LOCALE / "django.po").read_text(encoding="utf-8")


def test_a_translation_keeps_the_placeholders_of_its_message() -> None:
    """Korean has one form for any number, so it follows the plural where there is one."""
    changed = {
        entry["msgid"]: entry["msgstr"]
        for entry in entries()
        if set(PLACEHOLDER.findall(entry.get("msgid_plural", entry["msgid"])))
        != set(PLACEHOLDER.findall(entry["msgstr"]))
    }

    assert changed == {}


def test_no_particle_hangs_on_a_placeholder() -> None:
    """Which of 을/를, 이/가, 은/는, 과/와 is right depends on the value: the sentence goes round it."""
    particle = re.compile(
        r"(?:%\(\w+\)[sd]|\})[”’\"']?(?:을|를|이|가|은|는|과|와|으로|로)(?=[ ,.]|$)"
    )

    assert [text for text in catalogue().values() if particle.search(text)] == []


def test_the_compiled_catalogue_says_what_the_source_says() -> None:
    with (LOCALE / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)

    stale = [
        msgid
        for msgid, translation in catalogue().items()
        if compiled.gettext(msgid) != translation and compiled.ngettext(msgid, "", 1) != translation
    ]
    assert stale == []


def test_words_put_right_for_the_admin_are_still_its_own() -> None:
    django_folder = Path(django.__file__).parent
    theirs = {
        entry["msgid"]
        for part in ("contrib/admin", "contrib/auth", "conf")
        for entry in entries(django_folder / part / "locale/ko/LC_MESSAGES/django.po")
    }

    assert ADMIN_WORDS - theirs == set()


@pytest.mark.lint
def test_the_catalogue_holds_every_message_of_the_code(tmp_path: Path) -> None:
    """Needs xgettext, so only the full check runs it."""
    import shutil
    import subprocess
    import sys

    root = Path(__file__).parents[2]
    copy = tmp_path / "copy"
    ignore = shutil.ignore_patterns(".venv", "var", ".git", "tests", "__pycache__", ".*_cache")
    shutil.copytree(root, copy, ignore=ignore)

    subprocess.run(
        [
            sys.executable,
            "-m",
            "django",
            "makemessages",
            "-l",
            "ko",
            "--no-location",
            "--settings",
            "config.settings",
        ],
        cwd=copy,
        check=True,
        capture_output=True,
    )

    fresh = entries(copy / "config" / "locale" / "ko" / "LC_MESSAGES" / "django.po")
    assert sorted({key_of(entry) for entry in fresh} - catalogue().keys()) == []
