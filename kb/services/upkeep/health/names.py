"""What a guide names and is not there: links, documents, services."""

import re
from collections.abc import Iterable, Iterator, Mapping

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _

from kb.models import Guide, GuideRevision, Service
from kb.services.guides.links import Link, Shelf, dead_links, guides_named, section_names
from kb.services.upkeep.health.reasons import LOOK, Reason

# More of one sort, and the first few say enough.
MOST_OF_A_SORT = 5
# As `kb.ingest.dump` writes it: on one line of the front matter.
_SERVICES = re.compile(r"^services: \[(.*)\]$", re.MULTILINE)


def name_reasons(guides: Mapping[int, Guide]) -> Iterator[tuple[int, Reason]]:
    """Four queries: the guides that links may lead to, and the services as they were saved."""
    yield from _link_reasons(guides)
    yield from _service_reasons(guides)


def _link_reasons(guides: Mapping[int, Guide]) -> Iterator[tuple[int, Reason]]:
    bodies = {pk: _bodies(guide) for pk, guide in guides.items()}
    named = set().union(*(guides_named(body) for found in bodies.values() for body in found))
    shelf = _shelf(named)
    for guide in guides.values():
        dead = [
            link
            for body in bodies[guide.pk]
            for link in dead_links(body, slug=guide.slug, shelf=shelf)
        ]
        # A translation has its original's links: each is told once.
        once = {(link.target, link.is_name_only): link for link in reversed(dead)}
        for link in list(reversed(once.values()))[:MOST_OF_A_SORT]:
            yield guide.pk, _link_reason(guide, link)


def _bodies(guide: Guide) -> list[str]:
    return [body for body in (guide.body, *(t.body for t in guide.translations.all())) if body]


def _link_reason(guide: Guide, link: Link) -> Reason:
    words = {"line": link.line, "target": link.target}
    said = (
        _("Line %(line)s names a document that is not here: %(target)s")
        if link.is_name_only
        else _("Line %(line)s has a link that leads nowhere: %(target)s")
    )
    return Reason(
        code="document_missing" if link.is_name_only else "dead_link",
        severity=LOOK,
        text=said % words,
        href=guide.get_absolute_url() + (f"#{link.section}" if link.section else ""),
        evidence=_("the place"),
    )


def _shelf(slugs: Iterable[str]) -> Shelf:
    """The sections of these guides, where they can be read, in any of their languages."""
    rows = Guide.objects.published().filter(slug__in=slugs).prefetch_related("translations")
    sections = {
        guide.slug: frozenset().union(*(section_names(body) for body in _bodies(guide)))
        for guide in rows
    }
    return Shelf(sections=sections)


def _service_reasons(guides: Mapping[int, Guide]) -> Iterator[tuple[int, Reason]]:
    known = set(Service.objects.values_list("slug", flat=True))
    newest = GuideRevision.objects.filter(guide=OuterRef("pk")).order_by("-number").values("file")
    files = Guide.objects.filter(pk__in=guides).annotate(file=Subquery(newest[:1]))
    for pk, file in files.values_list("pk", "file"):
        for slug in _services_in(file or ""):
            if slug not in known:
                yield pk, _service_reason(guides[pk], slug)


def _services_in(file: str) -> list[str]:
    front = file.removeprefix("---\n").partition("\n---\n")[0]
    found = _SERVICES.search(front)
    return [name.strip(" '\"") for name in found[1].split(",")] if found else []


def _service_reason(guide: Guide, slug: str) -> Reason:
    return Reason(
        code="service_gone",
        severity=LOOK,
        text=_("It was written for the service “%(service)s”, which is not here any more.")
        % {"service": slug},
        href=guide.get_absolute_url(),
        evidence=_("the guide"),
    )
