"""Dates read the same wherever Django writes them, in both languages."""

from datetime import UTC, datetime

import pytest
from django.utils.formats import localize
from django.utils.translation import override


@pytest.mark.parametrize("language", ["ko", "en"])
def test_dates_are_written_as_on_the_pages(language: str) -> None:
    with override(language):
        assert localize(datetime(2026, 11, 20, 16, 31, tzinfo=UTC)) == "2026-11-20 16:31"
