"""The Korean interface is complete: every message is translated, and the compiled file is current."""

import ast
import gettext
import re
from pathlib import Path

import pytest

LOCALE = Path(__file__).parents[2] / "config" / "locale" / "ko" / "LC_MESSAGES"
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd%]|\{\w*\}")


def catalogue() -> dict[str, str]:
    """msgid to translation, of every entry but the header; plural forms are joined."""
    entries: dict[str, str] = {}
    for block in (LOCALE / "django.po").read_text(encoding="utf-8").split("\n\n"):
        lines = [line for line in block.splitlines() if line and not line.startswith("#")]
        fields: dict[str, str] = {}
        key = ""
        for line in lines:
            if not line.startswith('"'):
                key, _, line = line.partition(" ")
            fields[key] = fields.get(key, "") + ast.literal_eval(line)
        if fields.get("msgid"):
            translation = fields.get("msgstr") or fields.get("msgstr[0]", "")
            entries[fields.get("msgctxt", "") + fields["msgid"]] = translation
    return entries


def test_every_message_is_translated_into_korean() -> None:
    untranslated = [msgid for msgid, translation in catalogue().items() if not translation]

    assert len(catalogue()) > 100
    assert untranslated == []


def test_no_translation_is_a_guess() -> None:
    assert "#, fuzzy" not in (LOCALE / "django.po").read_text(encoding="utf-8")


def test_a_translation_keeps_the_placeholders_of_its_message() -> None:
    changed = {
        msgid: translation
        for msgid, translation in catalogue().items()
        if set(PLACEHOLDER.findall(msgid)) != set(PLACEHOLDER.findall(translation))
    }

    assert changed == {}


def test_the_compiled_catalogue_says_what_the_source_says() -> None:
    with (LOCALE / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)

    stale = [
        msgid
        for msgid, translation in catalogue().items()
        if compiled.gettext(msgid) != translation and compiled.ngettext(msgid, "", 1) != translation
    ]
    assert stale == []


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

    fresh = copy / "config" / "locale" / "ko" / "LC_MESSAGES" / "django.po"
    found = set(re.findall(r'^msgid "(.+)"$', fresh.read_text(encoding="utf-8"), re.MULTILINE))
    kept = (LOCALE / "django.po").read_text(encoding="utf-8")
    missing = sorted(msgid for msgid in found if f'msgid "{msgid}"' not in kept)
    assert missing == []
