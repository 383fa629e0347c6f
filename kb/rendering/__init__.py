"""Markdown to safe HTML: the only place that marks text safe."""

import html
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import get_language
from markdown import Markdown
from markdown.extensions.sane_lists import SaneListExtension
from markdown.extensions.tables import TableExtension
from markdown.extensions.toc import TocExtension, slugify_unicode

from kb.rendering.cleaning import clean
from kb.rendering.code import take_code
from kb.rendering.figures import ABOVE, BESIDE
from kb.rendering.keeping import Kept
from kb.rendering.lists import separate_lists
from kb.rendering.literals import Fillable
from kb.rendering.reading import pieces_of
from kb.rendering.slots import Around, GuideLink, Piece, StoredPicture, Target, Value, filled
from kb.rendering.tasks import Task, TaskStart
from kb.rendering.tree import GuideTree

__all__ = ["Around", "Article", "Heading", "Rendered", "article", "render"]


@dataclass(frozen=True, kw_only=True)
class Heading:
    """A heading's id (its section's name), its text and its level from 1 to 6."""

    id: str
    text: str
    level: int


@dataclass(frozen=True, kw_only=True)
class Rendered:
    html: SafeString
    toc: tuple[Heading, ...]


@dataclass(frozen=True, kw_only=True)
class Article:
    """A text rendered but for what stands around it: fill it in with `html`."""

    pieces: tuple[Piece, ...]
    toc: tuple[Heading, ...]

    def html(self, around: Around) -> SafeString:
        return filled(self.pieces, around)

    @property
    def guide_names(self) -> frozenset[str]:
        """The guides it links to, by the names the links use."""
        links = (piece for piece in self.pieces if isinstance(piece, GuideLink))
        return frozenset(link.name for link in links if link.name)

    @property
    def picture_digests(self) -> frozenset[str]:
        return frozenset(p.sha256 for p in self.pieces if isinstance(p, StoredPicture))

    @property
    def parameters(self) -> frozenset[str]:
        """The names of the parameters that its commands can be filled with."""
        return frozenset(piece.name for piece in self.pieces if isinstance(piece, Value))

    @property
    def has_variants(self) -> bool:
        """Whether some step has commands for several systems side by side."""
        return ABOVE in self.pieces or BESIDE in self.pieces

    @property
    def tasks(self) -> tuple[Task, ...]:
        return tuple(piece.task for piece in self.pieces if isinstance(piece, TaskStart))


def render(markdown: str, *, guide_slugs: frozenset[str] = frozenset()) -> Rendered:
    """The text's HTML for anywhere but a guide's page, its labels in the reader's language.

    Links to `other-guide.md` lead to that guide where its slug is among `guide_slugs`.
    """
    rendered = article(markdown)
    guides = {slug: Target(slug=slug) for slug in rendered.guide_names & guide_slugs}
    return Rendered(html=rendered.html(Around(guides=guides)), toc=rendered.toc)


def article(markdown: str, fillables: Sequence[Fillable] = ()) -> Article:
    """The text rendered once; `fillables` are the parameters its commands may stand for."""
    return _article(markdown, tuple(fillables), get_language() or "")


@lru_cache(maxsize=128)
def _article(markdown: str, fillables: tuple[Fillable, ...], language: str) -> Article:
    # `language` is part of the key because the labels of code blocks are translated.
    kept = Kept()
    text = separate_lists(take_code(markdown, kept, fillables))
    converter = _converter(kept)
    pieces = pieces_of(clean(converter.convert(text)), kept, fillables)
    tokens: Sequence[Mapping[str, Any]] = getattr(converter, "toc_tokens", ())
    return Article(pieces=pieces, toc=tuple(_headings(tokens)))


def _converter(kept: Kept) -> Markdown:
    # A list nested by two spaces is a nested list; `markdown` itself asks for four.
    return Markdown(
        tab_length=2,
        output_format="html",
        extensions=[
            TableExtension(use_align_attribute=True),
            SaneListExtension(),
            TocExtension(marker="", slugify=slugify_unicode),
            GuideTree(kept),
        ],
    )


def _headings(tokens: Sequence[Mapping[str, Any]]) -> Iterator[Heading]:
    for token in tokens:
        text = html.unescape(str(token["name"]))
        yield Heading(id=str(token["id"]), text=text, level=int(token["level"]))
        yield from _headings(token["children"])
