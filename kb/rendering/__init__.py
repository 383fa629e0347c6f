"""Markdown to safe HTML: the only place that marks text safe."""

import html
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from markdown import Markdown
from markdown.extensions.sane_lists import SaneListExtension
from markdown.extensions.tables import TableExtension
from markdown.extensions.toc import TocExtension, slugify_unicode

from kb.rendering.cleaning import clean
from kb.rendering.code import take_code
from kb.rendering.keeping import Kept
from kb.rendering.lists import separate_lists
from kb.rendering.tree import GuideTree

__all__ = ["Heading", "Rendered", "render"]


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


def render(markdown: str, *, guide_slugs: frozenset[str] = frozenset()) -> Rendered:
    """The guide's HTML, its labels in the reader's language.

    Links to `other-guide.md` lead to that guide where its slug is among `guide_slugs`.
    """
    return _render(markdown, guide_slugs, get_language() or "")


@lru_cache(maxsize=128)
def _render(markdown: str, guide_slugs: frozenset[str], language: str) -> Rendered:
    # `language` is part of the key because the labels of code blocks are translated.
    kept = Kept()
    text = separate_lists(take_code(markdown, kept))
    converter = _converter(kept, guide_slugs)
    safe = kept.put_back(clean(converter.convert(text)))
    tokens: Sequence[Mapping[str, Any]] = getattr(converter, "toc_tokens", ())
    return Rendered(html=mark_safe(safe), toc=tuple(_headings(tokens)))  # noqa: S308 - cleaned


def _converter(kept: Kept, guide_slugs: frozenset[str]) -> Markdown:
    # A list nested by two spaces is a nested list; `markdown` itself asks for four.
    return Markdown(
        tab_length=2,
        output_format="html",
        extensions=[
            TableExtension(use_align_attribute=True),
            SaneListExtension(),
            TocExtension(marker="", slugify=slugify_unicode),
            GuideTree(kept, guide_slugs),
        ],
    )


def _headings(tokens: Sequence[Mapping[str, Any]]) -> Iterator[Heading]:
    for token in tokens:
        text = html.unescape(str(token["name"]))
        yield Heading(id=str(token["id"]), text=text, level=int(token["level"]))
        yield from _headings(token["children"])
