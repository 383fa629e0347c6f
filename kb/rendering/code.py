"""Fenced code to figures: language, warnings, and what a press on Copy puts on the clipboard."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

from kb.rendering.commands import commands, copyable, is_destructive, is_wrong
from kb.rendering.keeping import Kept

_OPENING = re.compile(r"(?P<prefix>[ \t]*(?:>[ \t]?)*)(?P<fence>`{3,}|~{3,})(?P<info>[^`]*)")
_WINDOWS = frozenset({"powershell", "ps1", "pwsh", "cmd", "bat", "batch"})
_FORMATTER = HtmlFormatter(nowrap=True)
_MAX_HIGHLIGHTED = 50_000


@dataclass(frozen=True, kw_only=True)
class Block:
    """A fenced block; `lead` is the line of text above it."""

    prefix: str
    language: str
    text: str
    lead: str


def take_code(markdown: str, kept: Kept) -> str:
    """The text with every fenced block behind a token, alone in its paragraph."""
    return "\n".join(_taken(markdown.replace("\r\n", "\n").split("\n"), kept))


def _taken(lines: list[str], kept: Kept) -> Iterator[str]:
    place, lead = 0, ""
    while place < len(lines):
        opening = _OPENING.fullmatch(lines[place])
        if opening is None:
            lead = lines[place] if lines[place].strip() else lead
            yield lines[place]
            place += 1
            continue
        block, place = _block(lines, place, opening, lead)
        blank = block.prefix.rstrip()
        yield from (blank, block.prefix + kept.keep(_figure(block)), blank)


def _block(lines: list[str], place: int, opening: re.Match[str], lead: str) -> tuple[Block, int]:
    """The block that opens at `place`, and the place after it; an open end runs to the bottom."""
    prefix, fence = opening["prefix"], opening["fence"]
    closing = re.compile(rf"[ \t>]*{re.escape(fence)}{re.escape(fence[0])}*[ \t]*")
    end = place + 1
    while end < len(lines) and not closing.fullmatch(lines[end]):
        end += 1
    text = "\n".join(_without(prefix, line) for line in lines[place + 1 : end])
    language = (opening["info"].split() or [""])[0].strip("{}.").lower()
    return Block(prefix=prefix, language=language, text=text, lead=lead), end + 1


def _without(prefix: str, line: str) -> str:
    if line.startswith(prefix):
        return line[len(prefix) :]
    return line.lstrip(" \t>") if ">" in prefix else line.lstrip(" \t")


def _figure(block: Block) -> SafeString:
    wrong = is_wrong(block.text, lead=block.lead)
    destructive = is_destructive(block.text, block.language)
    classes = "code" + " do-not-run" * wrong + " destructive" * destructive
    return format_html(
        '<figure class="{}" data-language="{}"><figcaption>{}{}{}{}{}</figcaption>'
        '<pre tabindex="0"><code>{}</code></pre>{}</figure>',
        classes,
        block.language,
        format_html('<span class="language">{}</span>', block.language or _("text")),
        _label("environment", "Windows", block.language in _WINDOWS),
        _label("bad", _("Do not run this"), wrong),
        _label("warn", _("Cannot be undone"), destructive and not wrong),
        "" if wrong else _copy_button(block),
        _highlighted(block),
        "" if wrong else _one_by_one(block),
    )


def _label(name: str, text: str, is_shown: bool) -> SafeString:
    return format_html('<span class="tag {}">{}</span>', name, text) if is_shown else SafeString()


def _copy_button(block: Block) -> SafeString:
    return _button(copyable(block.text, block.language))


def _button(text: str) -> SafeString:
    if not text:
        return SafeString()
    return format_html(
        '<button type="button" class="copy" data-copy-text="{}">{}</button>', text, _("Copy")
    )


def _one_by_one(block: Block) -> SafeString:
    """Where there are several commands, each with a Copy of its own."""
    found = commands(block.text, block.language)
    if len(found) < 2 or not copyable(block.text, block.language):
        return SafeString()
    rows = format_html_join(
        "", "<li><code>{}</code>{}</li>", ((command, _button(command)) for command in found)
    )
    return format_html(
        '<details class="one-by-one"><summary>{}</summary><ol>{}</ol></details>',
        _("Copy one command at a time"),
        rows,
    )


def _highlighted(block: Block) -> SafeString:
    """Escaped text, in spans with Pygments' short class names where the language is known."""
    if not block.language or len(block.text) > _MAX_HIGHLIGHTED:
        return escape(block.text)
    try:
        lexer = get_lexer_by_name(block.language, stripnl=False)
    except ClassNotFound:
        return escape(block.text)
    return SafeString(highlight(block.text, lexer, _FORMATTER).rstrip("\n"))
