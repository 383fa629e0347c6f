"""Runs drawn on the server: bars, sparklines and a chart of how long they took."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from django import template
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from probes.models import Schedule, Status
from probes.reasons import label
from probes.services.histories import SHOWN, Glimpse, Latency, Tally, tally_of
from probes.services.windows import Span, Window
from probes.templatetags.states import LOOKS, NEVER_RUN, seconds

register = template.Library()

# The shape tells as well as the colour: what is worse is taller, not having looked is hollow.
HEIGHT = 22
HEIGHTS = {"OK": 12, "WARNING": 17, "CRITICAL": 22, "UNKNOWN": 8, "": 2}
_RUN_WIDTH, _RUN_STEP = 6, 8
_SPARK_WIDTH, _SPARK_HEIGHT = 132, 26
CHART_WIDTH, CHART_HEIGHT = 860, 190
_MARGIN = 3
_LEAST_TIP = 3

NAMES: Mapping[str, str | Promise] = {
    "24h": gettext_lazy("24 hours"),
    "7d": gettext_lazy("7 days"),
    "30d": gettext_lazy("30 days"),
}


@register.filter
def window_name(window: Window) -> str:
    return str(NAMES[window.name])


@register.filter
def percent(share: float | None) -> str:
    """`100 %` only where it is all of them, `0 %` only where it is none."""
    if share is None:
        return "–"
    shown = f"{share:.1f}".removesuffix(".0")
    if shown == "100" and share < 100:
        return "99.9 %"
    return f"{'0.1' if shown == '0' and share > 0 else shown} %"


@register.simple_tag(takes_context=True)
def run_bars(context: Mapping[str, Any], schedule: Schedule) -> SafeString:
    """The last runs of a schedule, the newest at the right; each leads to its run."""
    may_look = context["perms"]["probes"]["view_run"]
    entries = [
        _Bar(
            entry["status"],
            entry["reason_code"],
            datetime.fromisoformat(entry["at"]),
            reverse("run", args=[entry["run"]]) if may_look else "",
        )
        for entry in schedule.recent
    ]
    return _run_bars(entries, places=len(entries))


@register.simple_tag
def glimpse_bars(runs: Sequence[Glimpse]) -> SafeString:
    """The last runs of a probe, the newest at the right of the place that all of them have."""
    entries = [_Bar(run.status, run.reason_code, run.started_at, "") for run in runs]
    return _run_bars(entries, places=SHOWN)


class _Bar(NamedTuple):
    status: str
    reason_code: str
    at: datetime
    href: str


def _run_bars(entries: Sequence[_Bar], *, places: int) -> SafeString:
    if not entries:
        return format_html('<span class="quiet">{}</span>', _("no run yet"))
    first = places - len(entries)
    bars = [_run_bar(first + place, bar) for place, bar in enumerate(entries)]
    if first:
        bars.insert(0, _rect(0, first * _RUN_STEP - 2, HEIGHTS[""], NEVER_RUN.name))
    drawn = format_html_join("", "{}", ((bar,) for bar in bars))
    has_links = any(bar.href for bar in entries)
    return _svg(
        "run-bars",
        places * _RUN_STEP,
        # Links inside of an image would be hidden from who cannot see it.
        role="group" if has_links else "img",
        label=f"{_('Last runs')}: {tally_words(tally_of(bar.status for bar in entries))}",
        drawn=drawn,
    )


def _run_bar(place: int, bar: _Bar) -> SafeString:
    look = LOOKS[bar.status]
    rect = _rect(place * _RUN_STEP, _RUN_WIDTH, HEIGHTS[bar.status], look.name)
    # A list draws thousands of these, and what went well needs no words.
    if not bar.href and bar.status == Status.OK:
        return rect
    at = timezone.localtime(bar.at).strftime("%Y-%m-%d %H:%M")
    title = f"{at} {look.word}: {label(bar.reason_code)}"
    drawn = format_html("<g><title>{}</title>{}</g>", title, rect)
    if not bar.href:
        return drawn
    link = '<a href="{}" tabindex="-1" aria-label="{}">{}</a>'
    return format_html(link, bar.href, title, drawn)


# A board draws thousands of bars of few sorts.
@lru_cache(maxsize=4096)
def _rect(x: float, width: float, height: float, name: str, above: float = 0) -> SafeString:
    # A hollow bar is drawn by its outline, which needs half its width on every side.
    inset = 0.5 if name == "unknown" else 0
    return format_html(
        '<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>',
        name,
        f"{x + inset:g}",
        f"{HEIGHT - above - height + inset:g}",
        f"{width - 2 * inset:g}",
        f"{height - 2 * inset:g}",
    )


def _svg(name: str, width: int, *, role: str, label: str, drawn: SafeString) -> SafeString:
    return format_html(
        '<svg class="{}" viewBox="0 0 {} {}" width="{}" height="{}" role="{}" aria-label="{}"'
        ' preserveAspectRatio="none">{}</svg>',
        name,
        width,
        HEIGHT,
        width,
        HEIGHT,
        role,
        label,
        drawn,
    )


@register.simple_tag
def window_bars(window: Window, width: int = 240) -> SafeString:
    """One bar for each part of the window, the newest at the right.

    Only a part in which something else than OK was seen is told when one points at it: what went
    well, and where nothing ran, are one shape each, or a board of fifty would weigh megabytes.
    """
    step = width / len(window.spans)
    places = [(round(place * step, 1), span) for place, span in enumerate(window.spans)]
    broad = round(step * 0.76, 1)
    return _svg(
        "run-bars window-bars",
        width,
        role="img",
        label=f"{NAMES[window.name]}: {tally_words(window.tally)}",
        drawn=_plain_parts(places, broad) + _told_parts(places, broad),
    )


_Places = Sequence[tuple[float, Span]]


def _plain_parts(places: _Places, broad: float) -> SafeString:
    """Where nothing ran, and what went well, also below a tip of something else."""
    never = [x for x, span in places if span.is_read and not span.tally.worst]
    well = [x for x, span in places if span.is_read and _has_ok_below(span.tally)]
    return _shape(NEVER_RUN.name, HEIGHTS[""], never, broad) + _shape(
        LOOKS["OK"].name, HEIGHTS["OK"], well, broad
    )


def _has_ok_below(tally: Tally) -> bool:
    """A part in which less than half of the looks saw something else is only tipped with it."""
    is_tipped = tally.worst in ("WARNING", "CRITICAL") and 2 * tally.ok > tally.looked
    return tally.worst == "OK" or is_tipped


def _shape(name: str, height: float, xs: Sequence[float], broad: float) -> SafeString:
    if not xs:
        return SafeString("")
    drawn = "".join(f"M{x:g} {HEIGHT - height:g}h{broad:g}V{HEIGHT}h-{broad:g}z" for x in xs)
    return format_html('<path class="{}" d="{}"/>', name, drawn)


def _told_parts(places: _Places, broad: float) -> SafeString:
    language = get_language() or ""
    told = (
        (_title(span, language), _told_bar(x, broad, span.tally))
        for x, span in places
        if span.is_read and span.tally.worst not in ("OK", "")
    )
    return format_html_join("", "<g><title>{}</title>{}</g>", told)


def _told_bar(x: float, broad: float, tally: Tally) -> SafeString:
    look = LOOKS[tally.worst]
    if not _has_ok_below(tally):
        return _rect(x, broad, HEIGHTS[tally.worst], look.name)
    share = 2 * (1 - tally.ok / tally.looked) * (HEIGHT - HEIGHTS["OK"])
    return _rect(x, broad, max(_LEAST_TIP, round(share)), look.name, HEIGHTS["OK"])


def _title(span: Span, language: str) -> str:
    times = _times(timezone.localtime(span.start), timezone.localtime(span.end))
    return f"{times} {_words_of(span.tally, language)}"


@lru_cache(maxsize=1024)
def _times(start: datetime, end: datetime) -> str:
    if end - start >= timedelta(days=1):
        return start.strftime("%Y-%m-%d")
    return start.strftime("%Y-%m-%d %H:%M") + end.strftime("–%H:%M")


@register.filter
def tally_words(tally: Tally) -> str:
    """`OK: 12, Critical: 1`; what did not occur is left out."""
    return _words_of(tally, get_language() or "")


@lru_cache(maxsize=4096)
def _words_of(tally: Tally, language: str) -> str:
    """In that language, which is the one that is active."""
    counts = {
        "OK": tally.ok,
        "WARNING": tally.warning,
        "CRITICAL": tally.critical,
        "UNKNOWN": tally.unknown,
    }
    said = [f"{LOOKS[status].word}: {count}" for status, count in counts.items() if count]
    return ", ".join(said) or _("no run")


@register.filter
def runs_counted(count: int) -> str:
    return ngettext("of %(count)d run", "of %(count)d runs", count) % {"count": count}


@register.inclusion_tag("parts/sparkline.html")
def sparkline(runs: Sequence[Glimpse], latency: Latency | None) -> dict[str, Any]:
    """How long the last looks took. Runs that could not look say nothing about that."""
    lengths = [run.elapsed_s for run in runs if run.status != Status.UNKNOWN]
    points = _points(lengths, _SPARK_WIDTH, _SPARK_HEIGHT)
    return {
        "points": _joined(points),
        "last": points[-1] if points else None,
        "width": _SPARK_WIDTH,
        "height": _SPARK_HEIGHT,
        "latency": latency,
        "median": seconds(latency.median) if latency else "",
        "most": seconds(latency.most) if latency else "",
    }


@register.inclusion_tag("parts/latency_chart.html")
def latency_chart(runs: Sequence[Glimpse], latency: Latency | None) -> dict[str, Any]:
    """The same as a chart: a point a run, with the median and the 95th percentile as lines."""
    looked = [run for run in runs if run.status != Status.UNKNOWN]
    points = _points([run.elapsed_s for run in looked], CHART_WIDTH, CHART_HEIGHT)
    dots = [
        {"x": x, "y": y, "name": LOOKS[run.status].name, "title": _dot_title(run)}
        for (x, y), run in zip(points, looked, strict=True)
        if run.status != Status.OK
    ]
    return {
        "points": _joined(points),
        "dots": dots,
        "latency": latency,
        "width": CHART_WIDTH,
        "height": CHART_HEIGHT,
        "lines": _lines(latency) if latency else [],
        "first": looked[0].started_at if looked else None,
        "last": looked[-1].started_at if looked else None,
    }


def _dot_title(run: Glimpse) -> str:
    at = timezone.localtime(run.started_at).strftime("%Y-%m-%d %H:%M")
    return f"{at} {LOOKS[run.status].word}: {label(run.reason_code)}, {seconds(run.elapsed_s)}"


def _lines(latency: Latency) -> list[dict[str, Any]]:
    marks = (("median", latency.median), ("p95", latency.p95))
    return [
        {"name": name, "y": _y(value, latency.most, CHART_HEIGHT), "value": seconds(value)}
        for name, value in marks
    ]


def _points(lengths: Sequence[float], width: int, height: int) -> list[tuple[float, float]]:
    """From zero at the bottom to the longest at the top, the newest at the right."""
    most = max(lengths, default=0)
    step = (width - 2 * _MARGIN) / max(1, len(lengths) - 1)
    start = width - _MARGIN - step * (len(lengths) - 1)
    return [
        (round(start + place * step, 1), _y(length, most, height))
        for place, length in enumerate(lengths)
    ]


def _y(length: float, most: float, height: int) -> float:
    share = length / most if most else 0
    return round(height - _MARGIN - share * (height - 2 * _MARGIN), 1)


def _joined(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x},{y}" for x, y in points)
