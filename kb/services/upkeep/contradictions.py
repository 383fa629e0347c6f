"""What a guide or a report says against itself, or against what was tried: for its author to see."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from django.db.models import Count, Max, Q, prefetch_related_objects
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kb.ingest.contradictions import (
    OddStatusWords,
    UnansweredPath,
    odd_status_words,
    unanswered_paths,
)
from kb.models import Attempt, Cause, Check, Guide, Resolution
from probes.engine import registry
from probes.engine.errors import InvalidParams


@dataclass(frozen=True, kw_only=True)
class Contradiction:
    """`sort` is attempt, path, fix or status_words; `lines` are those of the text, if any.

    `attempt` is the newest that contradicts the cause or the fix.
    """

    sort: str
    sentence: str
    lines: tuple[int, ...] = ()
    cause: Cause | None = None
    attempt: Attempt | None = None


def contradictions_of_guide(guide: Guide) -> list[Contradiction]:
    """A fixed number of queries. All are inferred: an author decides what to make of them."""
    prefetch_related_objects([guide], "causes", "translations", "checks__probe")
    causes = {cause.pk: cause for cause in guide.causes.all()}
    return [
        *contradicted_by_attempts(causes),
        *_of_texts(
            [guide.body, *(one.body for one in guide.translations.all())], urls=_urls(guide)
        ),
    ]


def contradictions_of_incident_text(text: str) -> list[Contradiction]:
    """Of the Markdown of an incident's report."""
    return list(_of_texts([text]))


def contradicted_by_attempts(causes: Mapping[int, Cause]) -> Iterator[Contradiction]:
    """What was tried against these causes, by id, of any guides; four queries at most."""
    yield from _failed_without(causes)
    yield from _fixes_that_only_helped(causes)


def _failed_without(causes: Mapping[int, Cause]) -> Iterator[Contradiction]:
    """A cause that was out of the way in an attempt that failed all the same."""
    open_ = [pk for pk, cause in causes.items() if cause.standing != Cause.Standing.FIXED]
    rows = Attempt.addresses.through.objects.filter(
        cause__in=open_, attempt__outcome=Attempt.Outcome.FAILED
    )
    newest = dict(rows.order_by().values_list("cause").annotate(Max("attempt")))
    attempts = Attempt.objects.select_related("investigation").in_bulk(newest.values())
    yield from (_failed(causes[pk], attempts[newest[pk]]) for pk in open_ if pk in newest)


def _failed(cause: Cause, attempt: Attempt) -> Contradiction:
    words = {
        "attempt": attempt.what,
        "day": localtime(attempt.at).date().isoformat(),
        "cause": cause.guide.localized_name("causes", cause.slug, cause.title),
    }
    sentence = _(
        "“%(attempt)s” (%(day)s) ran without “%(cause)s” and failed the same way: "
        "it cannot be the whole explanation."
    )
    return Contradiction(sort="attempt", sentence=sentence % words, cause=cause, attempt=attempt)


def _fixes_that_only_helped(causes: Mapping[int, Cause]) -> Iterator[Contradiction]:
    """What is called a fix, helped only partly every time, and left its cause open."""
    fixes = Resolution.objects.filter(cause__in=causes, kind=Resolution.Kind.FIX)
    still_open = fixes.exclude(cause__standing=Cause.Standing.FIXED).in_bulk()
    tried = Attempt.objects.filter(resolution__in=still_open).exclude(
        outcome=Attempt.Outcome.UNKNOWN
    )
    partly = Count("pk", filter=Q(outcome=Attempt.Outcome.PARTLY))
    counted = (
        tried.order_by()
        .values_list("resolution")
        .annotate(count=Count("pk"), last=Max("pk"), partly=partly)
    )
    only = {pk: (count, last) for pk, count, last, helped in counted if count == helped}
    newest = Attempt.objects.select_related("investigation").in_bulk(
        [last for _count, last in only.values()]
    )
    for pk, (count, last) in only.items():
        fix = still_open[pk]
        yield _only_helped(fix, causes[fix.cause_id], newest[last], count=count)


def _only_helped(fix: Resolution, cause: Cause, newest: Attempt, *, count: int) -> Contradiction:
    sentence = ngettext(
        "“%(fix)s” is called a fix, but its one attempt helped only partly and its cause is "
        "still open: it may be a workaround.",
        "“%(fix)s” is called a fix, but each of its %(count)d attempts helped only partly and its "
        "cause is still open: it may be a workaround.",
        count,
    )
    title = cause.guide.localized_name("resolutions", f"{cause.slug}/{fix.slug}", fix.title)
    words = {"fix": title, "count": count}
    return Contradiction(sort="fix", sentence=sentence % words, cause=cause, attempt=newest)


def _urls(guide: Guide) -> dict[str, str]:
    """What the guide's checks ask over HTTP with the guide's own values, by the check's name."""
    defaults = {name: entry.get("default") for name, entry in guide.parameters.items()}
    known = {name: value for name, value in defaults.items() if value is not None}
    return {
        guide.localized_name("checks", check.slug, check.name): url
        for check in guide.checks.all()
        if (url := _url(check, known))
    }


def _url(check: Check, values: Mapping[str, Any]) -> str:
    try:
        filled = registry.fill(check.parameters, values)
        params = registry.fill_in(check.probe.kind, check.probe.params, filled)
    except InvalidParams:
        return ""
    return str(params.get("url") or "")


def _of_texts(
    texts: Iterable[str], *, urls: Mapping[str, str] = MappingProxyType({})
) -> Iterator[Contradiction]:
    """A translation says the same again: each is told once, with the first text's lines."""
    paths: dict[tuple[int, str], UnansweredPath] = {}
    words: dict[tuple[str, ...], OddStatusWords] = {}
    for text in texts:
        for path in unanswered_paths(text, urls=urls):
            paths.setdefault((path.port, path.path), path)
        for odd in odd_status_words(text):
            words.setdefault(odd.listed, odd)
    yield from (_path(path) for path in paths.values())
    yield from (_status_words(odd) for odd in words.values())


def _path(found: UnansweredPath) -> Contradiction:
    words = {
        "line": found.line,
        "check": found.asked_by,
        "path": found.path,
        "port": found.port,
        "lines": _listed(str(line) for line in found.route_lines),
        "routes": _listed(found.routes),
    }
    if found.asked_by:
        sentence = _(
            "The check “%(check)s” asks %(path)s on port %(port)d, but the code defines only "
            "%(routes)s (lines %(lines)s): the answer would be 404."
        )
    elif found.is_health_check:
        sentence = _(
            "Line %(line)d: the health check asks %(path)s on port %(port)d, but the code defines "
            "only %(routes)s (lines %(lines)s): it would be unhealthy for ever."
        )
    else:
        sentence = _(
            "Line %(line)d asks %(path)s on port %(port)d, but the code defines only %(routes)s "
            "(lines %(lines)s): the answer would be 404."
        )
    return Contradiction(
        sort="path",
        sentence=sentence % words,
        lines=(*filter(None, [found.line]), *found.route_lines),
    )


def _status_words(found: OddStatusWords) -> Contradiction:
    words = {
        "used": _listed(f"{word} ({line})" for word, line in found.used),
        "line": found.listed_at,
        "listed": _listed(found.listed),
    }
    sentence = _(
        "Status words differ: line %(line)d lists %(listed)s, but these are used too, with their "
        "lines: %(used)s."
    )
    lines = (found.listed_at, *(line for _word, line in found.used))
    return Contradiction(sort="status_words", sentence=sentence % words, lines=lines)


def _listed(words: Iterable[str]) -> str:
    return ", ".join(words)
