"""The places in a rendered text that depend on more than the text: filled in on every reading.

A text is rendered once; which guides exist, what was ticked and which values a reader typed
comes later. Each slot turns into safe HTML by what stands `Around` it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from kb.rendering.pictures import Picture


@dataclass(frozen=True, kw_only=True)
class Target:
    """A guide that a link may lead to; `sections` is None where they were not looked up."""

    slug: str
    sections: Collection[str] | None = None


@dataclass(frozen=True, kw_only=True)
class Ticks:
    """What is ticked in a case: item name to who and when, in words. `can_tick`: by the reader."""

    said: Mapping[str, str]
    can_tick: bool


@dataclass(frozen=True, kw_only=True)
class Around:
    """`guides` by the name that a link uses, `pictures` by digest, `values` by parameter.

    `is_article`: the text is the page's article, so its headings can be linked to and its
    checklists ticked. `ticks` is None where no case keeps them.
    """

    guides: Mapping[str, Target] = field(default_factory=dict)
    pictures: Mapping[str, Picture] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)
    ticks: Ticks | None = None
    is_article: bool = False


class Slot(Protocol):
    def html(self, around: Around) -> str: ...


# Safe HTML, and what is to be filled in between.
Piece = str | Slot


def filled(pieces: Collection[Piece], around: Around) -> SafeString:
    """Pieces come from the renderer alone, which has cleaned or escaped all of them."""
    return SafeString("".join(p if isinstance(p, str) else p.html(around) for p in pieces))


@dataclass(frozen=True, kw_only=True)
class Value:
    """A parameter's value in a command. `is_marked`: it can be seen, not only copied."""

    name: str
    literal: str
    is_marked: bool = True

    def html(self, around: Around) -> str:
        value = around.values.get(self.name, self.literal)
        if not self.is_marked or not around.is_article:
            return format_html("{}", value)
        filled_in = " filled" if self.name in around.values else ""
        return format_html(
            '<span class="fill{}" data-fill="{}">{}</span>', filled_in, self.name, value
        )


@dataclass(frozen=True, kw_only=True)
class GuideLink:
    """The beginning (or, with `is_end`, the end) of a link to a guide or a section of one.

    `name` is the guide's as the link writes it; empty for the text's own sections, then `own`
    has their names. `attributes` is safe HTML.
    """

    name: str
    fragment: str
    own: frozenset[str]
    is_end: bool = False

    def html(self, around: Around) -> str:
        target = (
            Target(slug="", sections=self.own) if not self.name else around.guides.get(self.name)
        )
        if target is None:
            return self._missing_guide()
        if self.fragment and target.sections is not None and self.fragment not in target.sections:
            return self._missing_section(target)
        return "</a>" if self.is_end else self._opening(target, self.fragment)

    def _missing_guide(self) -> str:
        if self.is_end:
            return format_html(' <span class="tag warn">{}</span></span>', _("missing guide"))
        said = _("There is no such guide here.")
        return format_html('<span class="missing-guide" title="{}">', said)

    def _missing_section(self, target: Target) -> str:
        """The guide is there, so the link leads to it; to one's own text it leads nowhere."""
        if self.is_end:
            closing = "a" if target.slug else "span"
            tag = format_html(' <span class="tag warn">{}</span>', _("missing section"))
            return format_html("</{}>{}", closing, tag)
        if target.slug:
            return self._opening(target, "")
        said = _("There is no such section here.")
        return format_html('<span class="missing-guide" title="{}">', said)

    def _opening(self, target: Target, fragment: str) -> str:
        path = f"/g/{target.slug}/" if target.slug else ""
        return format_html('<a href="{}{}">', path, f"#{fragment}" if fragment else "")


@dataclass(frozen=True, kw_only=True)
class StoredPicture:
    """A picture of our own. `is_alone`: in a paragraph of its own, so it is a figure."""

    sha256: str
    alt: str
    title: str
    is_alone: bool

    def html(self, around: Around) -> str:
        picture = around.pictures.get(self.sha256)
        if picture is None:
            return no_picture(self.alt, "", _("picture is missing"))
        image = format_html(
            '<img src="{}" alt="{}" width="{}" height="{}" loading="lazy" decoding="async">',
            picture.address,
            self.alt,
            picture.width,
            picture.height,
        )
        if not self.is_alone:
            return image
        said = format_html("<figcaption>{}</figcaption>", self.title) if self.title else ""
        return format_html('<figure class="picture">{}{}</figure>', image, said)


def no_picture(alt: str, address: str, said: str) -> SafeString:
    """In place of a picture that is not shown: its words, where it would be, and why not."""
    words = alt or address or _("picture")
    if address:
        link = '<a href="{}" rel="noopener noreferrer">{}</a>'
        words = format_html(link, address, words)
    chip = '<span class="no-picture">{} <span class="tag">{}</span></span>'
    return format_html(chip, words, said)


@dataclass(frozen=True, kw_only=True)
class Anchor:
    """Beside a heading, a link to it that can be copied."""

    id: str
    text: str

    def html(self, around: Around) -> str:
        if not around.is_article:
            return ""
        said = _("Link to the section “%(name)s”") % {"name": self.text}
        link = '<a class="anchor" href="#{}" aria-label="{}">#</a>'
        return format_html(link, self.id, said)
