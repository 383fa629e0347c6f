"""Blocks of code as figures: language, warnings, and what a press on Copy puts on the clipboard."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from kb.rendering.blocks import Block
from kb.rendering.commands import SHELLS, commands, copyable, is_console, is_destructive, is_wrong
from kb.rendering.highlighting import highlighted, plain
from kb.rendering.literals import GAP, Fillable
from kb.rendering.slots import Around, Piece, Value, filled
from kb.rendering.systems import NAMES, WINDOWS, label_system, system_of

# What begins the variants of one step: beside one another, or one above the other where half
# the width would break commands in too many pieces.
BESIDE, ABOVE = '<div class="variants">', '<div class="variants long">'
_LONGEST_BESIDE = 72


@dataclass(frozen=True, kw_only=True)
class CopyText:
    """The text of a Copy button as an attribute, and its pattern where values are filled in."""

    pieces: tuple[Piece, ...]

    def html(self, around: Around) -> str:
        text = format_html(' data-copy-text="{}"', filled(self.pieces, around))
        if not around.is_article or all(isinstance(piece, str) for piece in self.pieces):
            return text
        pattern = "".join(p if isinstance(p, str) else _placeholder(p) for p in self.pieces)
        return text + format_html(' data-copy-pattern="{}"', SafeString(pattern))


def _placeholder(piece: Piece) -> str:
    return f"{{{{{piece.name}}}}}" if isinstance(piece, Value) else ""


class Figures:
    """Makes the figures of one text, in whose commands `fillables` stand for parameters."""

    def __init__(self, fillables: Sequence[Fillable]) -> None:
        self._fillables = tuple(fillables)

    def pieces(self, blocks: Sequence[Block]) -> tuple[Piece, ...]:
        """A block's figure, or the figures of a step's variants side by side."""
        if len(blocks) == 1:
            return tuple(self._figure(blocks[0], _tag_of(blocks[0])))
        return tuple(self._variants(blocks))

    def _variants(self, blocks: Sequence[Block]) -> Iterator[Piece]:
        longest = max(len(line) for block in blocks for line in block.text.split("\n"))
        yield ABOVE if longest > _LONGEST_BESIDE else BESIDE
        # The same system on the same side throughout.
        for block in sorted(blocks, key=lambda one: system_of(one) != WINDOWS):
            system = system_of(block)
            yield format_html('<div class="variant {}">', system)
            yield from self._figure(block, NAMES[system])
            yield "</div>"
        yield "</div>"

    def _figure(self, block: Block, system: str) -> Iterator[Piece]:
        wrong = is_wrong(block.text, lead=block.lead)
        destructive = is_destructive(block.text, block.language)
        classes = "code" + " do-not-run" * wrong + " destructive" * destructive
        yield format_html(
            '<figure class="{}" data-language="{}"><figcaption>{}{}{}{}',
            classes,
            block.language,
            format_html('<span class="language">{}</span>', block.language or _("text")),
            _label("environment", system, bool(system)),
            _label("bad", _("Do not run this"), wrong),
            _label("warn", _("Cannot be undone"), destructive and not wrong),
        )
        if not wrong:
            yield from self._button(copyable(block.text, block.language), block)
        yield '</figcaption><pre tabindex="0"><code>'
        language = "" if is_console(block.text) else block.language
        yield from highlighted(block.text, language, self._of(block))
        yield "</code></pre>"
        if not wrong:
            yield from self._one_by_one(block)
        yield "</figure>"

    def _of(self, block: Block) -> tuple[Fillable, ...]:
        """`<name>` is for a reader to replace in commands; in other code it means something."""
        if block.language in SHELLS:
            return self._fillables
        return tuple(one for one in self._fillables if one.kind != GAP)

    def _button(self, text: str, block: Block) -> Iterator[Piece]:
        if not text:
            return
        pieces = plain(text, self._of(block), is_marked=False)
        yield '<button type="button" class="copy"'
        yield CopyText(pieces=tuple(pieces))
        yield format_html(">{}</button>", _("Copy"))

    def _one_by_one(self, block: Block) -> Iterator[Piece]:
        """Where there are several commands, each with a Copy of its own."""
        found = commands(block.text, block.language)
        if len(found) < 2 or not copyable(block.text, block.language):
            return
        said = _("Copy one command at a time")
        yield format_html('<details class="one-by-one"><summary>{}</summary><ol>', said)
        for command in found:
            yield "<li><code>"
            yield from plain(command, self._of(block))
            yield "</code>"
            yield from self._button(command, block)
            yield "</li>"
        yield "</ol></details>"


def _tag_of(block: Block) -> str:
    """Blocks in a Unix shell's language are common to all systems until something says more."""
    system = system_of(block)
    is_said = system == WINDOWS or label_system(block.label)
    return NAMES[system] if system and is_said else ""


def _label(name: str, text: str, is_shown: bool) -> SafeString:
    return format_html('<span class="tag {}">{}</span>', name, text) if is_shown else SafeString()
