"""Bars of a window: what went well is one shape, and what did not is told part by part."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import translation

from probes.services.histories import Tally
from probes.services.windows import Span, Window
from probes.templatetags.bars import window_bars

START = datetime(2026, 11, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


def window(*tallies: Tally, is_read: bool = True) -> Window:
    spans = [
        Span(
            start=START + place * HOUR, end=START + (place + 1) * HOUR, tally=tally, is_read=is_read
        )
        for place, tally in enumerate(tallies)
    ]
    return Window(name="24h", spans=tuple(spans))


def test_what_went_well_is_one_shape_without_words() -> None:
    drawn = window_bars(window(*[Tally(ok=5)] * 24))

    assert drawn.count("<path") == 1
    assert 'class="ok"' in drawn
    assert "<title>" not in drawn
    assert 'aria-label="24 hours: OK: 120"' in drawn


def test_where_nothing_ran_is_a_line_on_the_ground() -> None:
    assert '<path class="never" d="M0 20h' in window_bars(window(Tally(), Tally(ok=1)))


def test_a_part_that_failed_now_and_then_is_tipped_and_says_when() -> None:
    drawn = window_bars(window(Tally(ok=5), Tally(ok=9, critical=1)))

    assert drawn.count("<title>") == 1
    assert "OK: 9, Critical: 1</title>" in drawn
    # The tip stands on the bar of what went well, which is 12 high in a box of 22.
    assert '<rect class="critical" x="120" y="7" width="91.2" height="3"/>' in drawn
    assert drawn.count("M") == 2


def test_a_brief_board_tells_only_what_failed_mostly() -> None:
    brief = window_bars(window(Tally(ok=9, critical=1), Tally(critical=2)), is_brief=True)

    assert '<path class="critical" d="M0 7h91.2v3h-91.2z"/>' in brief
    assert brief.count("<title>") == 1
    assert "Critical: 2</title>" in brief


def test_a_part_that_failed_mostly_is_no_longer_green_at_all() -> None:
    drawn = window_bars(window(Tally(ok=1, critical=4)))

    assert 'class="ok"' not in drawn
    assert '<rect class="critical" x="0" y="0"' in drawn


def test_what_was_not_read_is_not_drawn_as_if_nothing_ran() -> None:
    drawn = window_bars(window(Tally(), Tally(ok=3), is_read=False))

    assert "<path" not in drawn
    assert "<rect" not in drawn
