"""A guide's article on its page: the text and all that stands in it."""

from typing import Any, Protocol

from kb.models import Guide, Investigation
from kb.rendering import render
from probes.requests import PageRequest


class ShownText(Protocol):
    """The guide's text in the language it is shown in."""

    @property
    def body(self) -> str: ...

    @property
    def language(self) -> str: ...


def article_context(
    request: PageRequest, guide: Guide, shown: ShownText, case: Investigation | None
) -> dict[str, Any]:
    """What `kb/article.html` shows: `article` (its html) and `toc` (headings of level 2 and 3)."""
    published = Guide.objects.published().values_list("slug", flat=True)
    article = render(shown.body, guide_slugs=frozenset(published))
    return {
        "article": article,
        "toc": [heading for heading in article.toc if heading.level in (2, 3)],
    }
