"""How long runs took, drawn on the server: a sparkline in a list, a chart on a page."""

from collections.abc import Sequence
from typing import Any

from django import template
from django.utils import timezone

from probes.models import Status
from probes.reasons import label
from probes.services.histories import Glimpse, Latency
from probes.templatetags.states import LOOKS, seconds

register = template.Library()

_SPARK_WIDTH, _SPARK_HEIGHT = 132, 26
CHART_WIDTH, CHART_HEIGHT = 860, 190
_MARGIN = 3


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
