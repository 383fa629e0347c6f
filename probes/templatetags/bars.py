"""Runs drawn on the server as bars: one for each run, or one for each part of a time."""

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
from probes.services.histories import SHOWN, Glimpse, Tally, tally_of
from probes.services.windows import Span, Window
from probes.templatetags.states import LOOKS, NEVER_RUN

register = template.Library()

# The shape tells as well as the colour: what is worse is taller, not having looked is hollow.
HEIGHT = 22
HEIGHTS = {"OK": 12, "WARNING": 17, "CRITICAL": 22, "UNKNOWN": 8, "": 2}
_RUN_WIDTH, _RUN_STEP = 6, 8
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


class _Block(NamedTuple):
    """A box on the ground, or `above` it."""

    look: str
    x: float
    height: float
    above: float = 0


@register.simple_tag
def window_bars(window: Window, width: int = 240, *, is_brief: bool = False) -> SafeString:
    """One bar for each part of the window, the newest at the right.

    Boxes of one look are one shape without words: a board of fifty windows would weigh a megabyte
    otherwise. What failed is told part by part when one points at it; brief, only where it was
    most of what was seen there.
    """
    step = width / len(window.spans)
    plain: list[_Block] = []
    told: list[tuple[_Block, Span]] = []
    for place, span in enumerate(window.spans):
        if span.is_read:
            *below, top = _blocks(round(place * step, 1), span.tally)
            plain += below
            if top.look in _WORDLESS or (is_brief and below):
                plain.append(top)
            else:
                told.append((top, span))
    broad = round(step * 0.76, 1)
    return _svg(
        "run-bars window-bars",
        width,
        role="img",
        label=f"{NAMES[window.name]}: {tally_words(window.tally)}",
        drawn=_shapes(plain, broad) + _told_bars(told, broad),
    )


_WORDLESS = (LOOKS["OK"].name, NEVER_RUN.name)


def _blocks(x: float, tally: Tally) -> list[_Block]:
    """A part in which less than half of the looks saw something else is only tipped with it."""
    worst = tally.worst
    look = LOOKS.get(worst, NEVER_RUN).name
    if worst in ("OK", "UNKNOWN", "") or 2 * tally.ok <= tally.looked:
        return [_Block(look, x, HEIGHTS[worst])]
    ground = HEIGHTS["OK"]
    tip = max(_LEAST_TIP, round(2 * (1 - tally.ok / tally.looked) * (HEIGHT - ground)))
    return [_Block(LOOKS["OK"].name, x, ground), _Block(look, x, tip, ground)]


def _shapes(blocks: Sequence[_Block], broad: float) -> SafeString:
    """One path for all boxes of a look."""
    drawn: dict[str, list[str]] = {}
    for look, x, height, above in blocks:
        box = f"M{x:g} {HEIGHT - above - height:g}h{broad:g}v{height:g}h-{broad:g}z"
        drawn.setdefault(look, []).append(box)
    paths = ((look, "".join(boxes)) for look, boxes in drawn.items())
    return format_html_join("", '<path class="{}" d="{}"/>', paths)


def _told_bars(told: Sequence[tuple[_Block, Span]], broad: float) -> SafeString:
    language = get_language() or ""
    bars = (
        (_title(span, language), _rect(top.x, broad, top.height, top.look, top.above))
        for top, span in told
    )
    return format_html_join("", "<g><title>{}</title>{}</g>", bars)


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
