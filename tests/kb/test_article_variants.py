"""Commands of one step for several systems stand side by side; what is no pair stays as it is."""

import re

import pytest
from django.utils import translation

from kb.rendering import article, render
from kb.rendering.systems import label_system


@pytest.fixture(autouse=True)
def english() -> object:
    with translation.override("en"):
        yield


def groups(markdown: str) -> list[list[str]]:
    """The systems in each group of variants, in their order."""
    html = render(markdown).html
    found = re.findall(r'<div class="variants(?: long)?">(.*?)</div></div>', html, re.DOTALL)
    return [re.findall(r'<div class="variant (\w+)">', group) for group in found]


PS, BASH = "```powershell\nnetstat -ano\n```\n", "```bash\nss -ltn\n```\n"


@pytest.mark.parametrize(
    "markdown",
    [
        f"{PS}\n{BASH}",
        f"Windows (PowerShell):\n\n{PS}\nLinux:\n\n{BASH}",
        f"**Windows**\n{PS}\n**Linux / macOS 터미널에서:**\n{BASH}",
        f"{PS}{BASH}",
    ],
    ids=["neighbours", "labelled", "bold labels", "without a blank line"],
)
def test_neighbours_for_two_systems_are_one_step(markdown: str) -> None:
    assert groups(markdown) == [["windows", "unix"]]


def test_a_label_line_goes_into_its_block() -> None:
    html = render(f"Look:\n\nWindows (PowerShell):\n\n{PS}\nLinux:\n\n{BASH}\nThen wait.").html

    assert re.findall(r"<p>(.*?)</p>", html) == ["Look:", "Then wait."]
    assert re.findall(r'<span class="tag environment">(.*?)</span>', html) == [
        "Windows",
        "Linux/macOS",
    ]


@pytest.mark.parametrize(
    "markdown",
    [
        f"{PS}\nEvery line means that the port is taken.\n\n{BASH}",
        f"{PS}\nor\n\n{BASH}",
        f"{BASH}\n{BASH}",
        f"{PS}\n{BASH}\n{BASH}",
        f"{PS}\n```text\nTCP 0.0.0.0:8000 LISTENING\n```\n\n{BASH}",
        f"1. one\n\n  {PS.replace(chr(10), chr(10) + '  ')}\n{BASH}",
        f"{PS}\n## Linux\n\n{BASH}",
        "```powershell\n# ❌ wrong\na\n```\n\n```bash\nb\n```",
        f"{PS}\n[Linux](linux.md)\n\n{BASH}",
        "```bash\nPS> a\n```\n\n```powershell\nb\n```",
    ],
    ids=[
        "a sentence between", "or between", "one system", "which of two", "output between",
        "another list item", "a heading between", "wrong beside right", "a link between",
        "a Windows prompt in a bash fence",
    ],
)  # fmt: skip
def test_what_is_no_pair_stays_apart(markdown: str) -> None:
    assert groups(markdown) == []
    assert render(markdown).html.count("<figure") >= 2


def test_pairs_in_a_row_stay_pairs() -> None:
    assert groups(f"{PS}\n{BASH}\n{PS}\n{BASH}") == [["windows", "unix"], ["windows", "unix"]]


def test_windows_stands_first_and_long_commands_one_above_the_other() -> None:
    long = PS.replace("-ano", "-ano " * 20)

    assert groups(f"{BASH}\n{PS}") == [["windows", "unix"]]
    assert 'class="variants long"' in render(f"{long}\n{BASH}").html
    assert 'class="variants"' in render(f"{PS}\n{BASH}").html


def test_what_is_wrong_is_wrong_on_every_system() -> None:
    html = render(f"**Wrong:**\n\n{PS}\n{BASH}").html

    assert html.count("do-not-run") == 2
    assert groups(f"**Wrong:**\n\n{PS}\n{BASH}") == [["windows", "unix"]]


def test_a_text_knows_whether_it_has_variants() -> None:
    assert article(f"{PS}\n{BASH}").has_variants
    assert not article(BASH).has_variants


@pytest.mark.parametrize(
    ("line", "system"),
    [
        ("Windows (PowerShell):", "windows"),
        ("**명령 프롬프트 (cmd)**", "windows"),
        ("리눅스와 맥:", ""),
        ("리눅스 / 맥:", "unix"),
        ("Windows or Linux:", ""),
        ("On Windows the port is taken:", ""),
        ("", ""),
    ],
)
def test_a_label_names_one_system_and_nothing_else(line: str, system: str) -> None:
    assert label_system(line) == system
