"""A guide's article on its page: the text, what fills its commands, and its checklists."""

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.timezone import localtime
from django.views.decorators.http import require_POST

from kb.models import ChecklistTick, Guide, Investigation
from kb.rendering import Around, Article, article
from kb.rendering.slots import Ticks
from kb.services.diagnosing.filling import Filling, fill, fillables_of, values_of_case
from kb.services.guides.article_links import targets_of
from kb.services.guides.pictures import pictures_by_digest
from kb.services.guides.ticks import change_ticks, ticks_of
from probes.requests import PageRequest

# Before a parameter's name in the page's address.
PREFIX = "p."
SYSTEM_COOKIE = "system"
# As many as stand in a row; the others fold away until they are wanted.
_MOST_FIELDS = 4
_SYSTEMS = ("windows", "unix")


class ShownText(Protocol):
    """The guide's text in the language it is shown in."""

    @property
    def body(self) -> str: ...

    @property
    def language(self) -> str: ...


def article_context(
    request: PageRequest, guide: Guide, shown: ShownText, case: Investigation | None
) -> dict[str, Any]:
    """What `kb/article.html` shows.

    `article_html`; `toc`, its headings of level 2 and 3; `fields` and `more_fields`, what its
    commands can be filled with; `ticks`, of a case, by item; `case`; `has_variants` and the
    `system` chosen among them; `has_tasks`.
    """
    fillables = fillables_of(guide, shown.body)
    text = article(shown.body, fillables)
    known = values_of_case(guide, case) if case and text.parameters else {}
    filling = fill(guide, fillables, _typed(request), known)
    ticks = ticks_of(case, guide) if case and text.tasks else {}
    fields = [one for one in filling.fields if one.name in text.parameters]
    return {
        "article_html": text.html(_around(request, text, filling, case, ticks)),
        "toc": [heading for heading in text.toc if heading.level in (2, 3)],
        "fields": fields[:_MOST_FIELDS],
        "more_fields": fields[_MOST_FIELDS:],
        "more_is_open": any(one.typed for one in fields[_MOST_FIELDS:]),
        "case": case,
        "ticks": ticks,
        "has_tasks": bool(text.tasks),
        "has_variants": text.has_variants,
        "system": _system(request),
    }


@login_required
@permission_required(("kb.view_guide", "kb.match_text"), raise_exception=True)
@require_POST
def ticks(request: PageRequest, slug: str) -> HttpResponse:
    """Tick and untick items of the guide in a case: `item` is ticked now, `was` on the page.

    With `quiet`, nothing is answered but that it is done.
    """
    guide = get_object_or_404(Guide.objects.prefetch_related("translations"), slug=slug)
    case = get_object_or_404(Investigation, public_id=request.POST.get("case", ""))
    known = frozenset(_items(guide))
    now, was = set(request.POST.getlist("item")), set(request.POST.getlist("was"))
    change_ticks(
        case, guide, ticked=(now - was) & known, unticked=(was - now) & known, by=request.user
    )
    if request.POST.get("quiet"):
        return HttpResponse(status=204)
    return redirect(f"{guide.get_absolute_url()}?case={case.public_id}")


def _items(guide: Guide) -> Iterator[str]:
    """Every item of its checklists, in every language it is written in."""
    for body in (guide.body, *(one.body for one in guide.translations.all())):
        yield from (task.item for task in article(body, fillables_of(guide, body)).tasks)


def _typed(request: PageRequest) -> dict[str, str]:
    return {
        key.removeprefix(PREFIX): str(value)
        for key, value in request.GET.items()
        if key.startswith(PREFIX)
    }


def _around(
    request: PageRequest,
    text: Article,
    filling: Filling,
    case: Investigation | None,
    ticks: Mapping[str, ChecklistTick],
) -> Around:
    said = {item: _said(tick) for item, tick in ticks.items()}
    can_tick = request.user.has_perm("kb.match_text")
    return Around(
        guides=targets_of(text.guide_names),
        pictures=pictures_by_digest(text.picture_digests),
        values=filling.values,
        ticks=Ticks(said=said, can_tick=can_tick) if case else None,
        is_article=True,
    )


def _said(tick: ChecklistTick) -> str:
    """Who and when, which is the same in every language."""
    when = f"{localtime(tick.at):%Y-%m-%d %H:%M}"
    return f"{tick.by.get_username()}, {when}" if tick.by else when


def _system(request: PageRequest) -> str:
    chosen = request.COOKIES.get(SYSTEM_COOKIE, "")
    return chosen if chosen in _SYSTEMS else "both"
