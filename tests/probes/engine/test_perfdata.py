"""Reading what monitoring plugins print, after their guidelines."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.engine.programs.perfdata import MAX_DATA, Datum, Range, read_output, read_range


@pytest.mark.parametrize(
    ("text", "fine", "alerting"),
    [
        ("10", (0, 5, 10), (-0.1, 10.1)),
        ("10:", (10, 1e9), (9.9, -5)),
        ("~:10", (-1e9, 10), (10.1,)),
        ("10:20", (10, 15, 20), (9.9, 20.1)),
        ("@10:20", (9.9, 20.1), (10, 15, 20)),
        ("-5:-1", (-5, -3, -1), (0, -6)),
        ("@0", (0.1, -1), (0,)),
    ],
)
def test_ranges_alert_as_the_guidelines_say(
    text: str, fine: tuple[float, ...], alerting: tuple[float, ...]
) -> None:
    threshold = read_range(text)

    assert not any(threshold.alerts(value) for value in fine)
    assert all(threshold.alerts(value) for value in alerting)


def test_open_end_is_infinite() -> None:
    assert read_range("~:") == Range(start=-math.inf, end=math.inf)


@pytest.mark.parametrize("text", ["", "a", "20:10", "-5", "10:20:30", "10 20", "@", "1,5"])
def test_what_is_no_range_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="range"):
        read_range(text)


def test_first_line_is_text_and_data() -> None:
    said = read_output("DISK OK - free | /=2643MB;5948;5958;0;5968\n")

    assert said.text == "DISK OK - free"
    assert said.data == (
        Datum(label="/", value=2643, unit="MB", warn="5948", crit="5958", low=0, high=5968),
    )


def test_several_lines_end_in_data_only() -> None:
    said = read_output(
        "DISK OK | /=1MB\n/ 15 GB free\n/boot 68 MB free | /boot=68MB;88;93;0;98\n"
        "/home=69357MB;253404\n/var/log=818MB\n"
    )

    assert said.more == "/ 15 GB free\n/boot 68 MB free"
    assert [datum.label for datum in said.data] == ["/", "/boot", "/home", "/var/log"]


@pytest.mark.parametrize(
    ("written", "label", "value", "unit"),
    [
        ("load=0.5", "load", 0.5, ""),
        ("'free space'=5%", "free space", 5, "%"),
        ("'it''s'=1c", "it's", 1, "c"),
        ("'a=b'=1", "a=b", 1, ""),
        ("t=-3.5e-2us", "t", -0.035, "us"),
        ("x=.5s", "x", 0.5, "s"),
        ("rate=3B/s", "rate", 3, "B/s"),
        ("gone=U", "gone", None, ""),
    ],
)
def test_labels_and_units(written: str, label: str, value: float | None, unit: str) -> None:
    (datum,) = read_output(f"OK | {written}").data

    assert (datum.label, datum.value, datum.unit) == (label, value, unit)


def test_what_cannot_be_read_is_named_and_the_rest_is_kept() -> None:
    said = read_output("OK | a=1 b c= d=1,5 e=1;x f=1;2;3;4;5;6 'g=2 h=1e999 i=7")

    assert [datum.label for datum in said.data] == ["a", "i"]
    assert said.problems == ("b", "c=", "d=1,5", "e=1;x", "f=1;2;3;4;5;6", "'g=2", "h=1e999")


def test_value_says_which_of_its_ranges_it_is_beyond() -> None:
    said = read_output("OK | a=5;10;20 b=15;10;20 c=25;10;20 d=U;10;20 e=25;;")

    assert [datum.beyond for datum in said.data] == [None, "warn", "crit", None, None]


@given(st.text(max_size=300))
def test_any_text_is_read(printed: str) -> None:
    said = read_output(printed)

    assert len(said.data) + len(said.problems) <= MAX_DATA


def test_flood_is_read_up_to_a_limit() -> None:
    said = read_output("OK | " + "a=1 " * 100_000)

    assert len(said.data) == MAX_DATA


NUMBERS = st.none() | st.floats(-1e12, 1e12)


@given(
    st.builds(
        Datum,
        label=st.text("ab '=;é", min_size=1, max_size=20).filter(lambda text: "=" not in text),
        value=NUMBERS,
        unit=st.sampled_from(["", "s", "%", "MB"]),
        warn=st.sampled_from(["", "10", "~:10", "@10:20"]),
        crit=st.sampled_from(["", "5:"]),
        low=NUMBERS,
        high=NUMBERS,
    )
)
def test_what_is_written_is_read_again(datum: Datum) -> None:
    (read,) = read_output(f"OK | {datum.written}").data

    assert read.written == datum.written
    assert (read.label, read.value, read.low) == (datum.label, datum.value, datum.low)
