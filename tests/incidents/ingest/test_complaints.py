"""Everything wrong with an incident's file is said at once, with line and field."""

import pytest

from incidents.ingest import BadIncident, decode, parse

GOOD = """\
---
incident: inc_7k2m9qd4x1tz
title: API down
started_at: 2026-03-02T09:00:00Z
attempts:
  - what: restarted it
    outcome: failed
    addresses: [connection/port-held]
---
# Report
"""


def complaints(text: str) -> list[str]:
    with pytest.raises(BadIncident) as refused:
        parse(text)
    return [str(complaint) for complaint in refused.value.complaints]


def test_everything_wrong_is_said_at_once_with_its_line() -> None:
    text = (
        GOOD.replace("inc_7k2m9qd4x1tz", "INC-1")
        .replace("2026-03-02T09:00:00Z", "2026-03-02T09:00:00")
        .replace("failed", "maybe")
        .replace("connection/port-held", "port-held")
        .replace("title: API down", "titel: API down")
    )

    found = complaints(text)

    assert [line.partition(": ")[0] for line in found] == [
        f"line {number}" for number in (2, 2, 3, 4, 7, 8)
    ]
    assert "line 2: title: is missing" in found
    assert (
        "line 7: attempts[0].outcome: maybe is not one of: worked, partly, failed, unknown" in found
    )
    assert "line 8: attempts[0].addresses[0]: must name a cause as guide/cause" in found


@pytest.mark.parametrize(
    ("moment", "is_taken"),
    [
        ("2026-03-02T09:00:00Z", True),
        ("2026-03-02T18:00:00+09:00", True),
        ("2026-03-02 09:00Z", True),
        ("2026-03-02", False),
        ("2026-03-02T09:00:00", False),
        ("2026-02-30T09:00:00Z", False),
        ("0001-01-01T00:00:00+09:00", False),
        ("20260302T090000Z", False),
    ],
)
def test_a_moment_names_its_offset(moment: str, is_taken: bool) -> None:
    text = GOOD.replace("2026-03-02T09:00:00Z", moment)

    if is_taken:
        assert parse(text).started_at.isoformat() == "2026-03-02T09:00:00+00:00"
    else:
        assert "must be a moment with its offset" in complaints(text)[0]


def test_a_closed_incident_says_when() -> None:
    found = complaints(GOOD.replace("attempts:", "status: closed\nattempts:"))

    assert found == ["line 5: closed_at: must be given: the incident is closed"]


def test_only_a_closed_incident_is_merged() -> None:
    found = complaints(GOOD.replace("attempts:", "merged_into: inc_000000000001\nattempts:"))

    assert found == ["line 5: merged_into: only a closed incident was merged into another"]


def test_what_confirmed_a_cause_needs_the_cause() -> None:
    found = complaints(GOOD.replace("attempts:", "conclusion: {confirmation: person}\nattempts:"))

    assert "no cause is given" in found[0]


def test_yaml_that_only_some_parsers_read_is_refused() -> None:
    assert "aliases" in "".join(complaints(GOOD.replace("restarted it", "*x")))


@pytest.mark.parametrize("text", ["", "# no front matter", "---\nincident: x\n", "---\n- a\n---\n"])
def test_what_is_no_incident_is_refused_in_words(text: str) -> None:
    assert complaints(text)


def test_bytes_that_are_no_text_are_refused_in_words() -> None:
    with pytest.raises(BadIncident, match="UTF-8"):
        decode(b"\xff\xfe")


def test_an_omitted_moment_is_that_of_what_stands_around_it() -> None:
    draft = parse(GOOD)

    assert draft.attempts[0].at == draft.recorded_at == draft.started_at
