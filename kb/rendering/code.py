"""Code out of the Markdown: each figure behind a token, alone in its paragraph."""

from collections.abc import Iterator, Sequence

from kb.rendering.blocks import Block, read_blocks
from kb.rendering.figures import Figures
from kb.rendering.keeping import Kept
from kb.rendering.literals import Fillable
from kb.rendering.systems import with_variants


def take_code(markdown: str, kept: Kept, fillables: Sequence[Fillable] = ()) -> str:
    """The text with every fenced block behind a token."""
    return "\n".join(_taken(markdown, kept, Figures(fillables)))


def code_in(markdown: str) -> str:
    """The text of all fenced blocks of commands, one after the other."""
    return "\n".join(item.text for item in read_blocks(markdown) if isinstance(item, Block))


def _taken(markdown: str, kept: Kept, figures: Figures) -> Iterator[str]:
    for item in with_variants(read_blocks(markdown)):
        if isinstance(item, str):
            yield item
            continue
        blocks = (item,) if isinstance(item, Block) else item
        prefix = blocks[0].prefix
        yield from (prefix.rstrip(), prefix + kept.keep(*figures.pieces(blocks)), prefix.rstrip())
