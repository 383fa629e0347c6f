"""Recorded cases: what is written is read again, and every mistake is named with line and field."""

import json

import pytest

from kb.evaluation.diagnosis_sets import (
    BadCases,
    RecordedCase,
    RecordedLook,
    dump_case,
    read_cases,
)

CASE = RecordedCase(
    scenario="loopback-only",
    language="ko",
    text="net::ERR_CONNECTION_REFUSED\n서버 접속 불가\u2028끝",
    typed={"port": 8000, "host": "10.7.0.2"},
    right=("connection/loopback",),
    looks={
        "connection/listener": RecordedLook(
            status="WARNING", reason_code="bound_loopback_only", facts={"listeners": [{"pid": 7}]}
        ),
        "connection/outside": RecordedLook(status="CRITICAL", reason_code="refused"),
    },
)


def file_of(tmp_path, *lines: str):
    path = tmp_path / "cases.jsonl"
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    return path


def changed(**fields) -> str:
    return json.dumps({**json.loads(dump_case(CASE)), **fields})


def test_what_was_written_is_read_again(tmp_path):
    path = file_of(tmp_path, dump_case(CASE), "", dump_case(CASE))

    assert read_cases(path) == [CASE, CASE]


def test_a_case_with_nothing_typed_and_none_of_these_needs_no_more_than_that(tmp_path):
    line = '{"scenario": "healthy", "text": "느려요", "right": [], "looks": {}}'

    assert read_cases(file_of(tmp_path, line)) == [
        RecordedCase(scenario="healthy", text="느려요", right=(), looks={})
    ]


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        pytest.param("[]", "this is not an object.", id="no object"),
        pytest.param('{"a": 1, "a": 2}', "a stands there twice.", id="a field twice"),
        pytest.param(changed(text=" "), "text is empty.", id="nothing pasted"),
        pytest.param(changed(language=1), "language is not a text.", id="a number as language"),
        pytest.param(changed(typed=[]), "typed is not an object of values", id="typed as a list"),
        pytest.param(changed(right="a/b"), "right is not a list of guide/cause", id="one cause"),
        pytest.param(
            changed(right=["loopback"]), "right[0] is 'loopback', not a guide/cause.", id="no guide"
        ),
        pytest.param(
            changed(looks=[]), "looks is not an object by guide/check.", id="looks listed"
        ),
        pytest.param(
            changed(looks={"listener": {"status": "OK", "reason_code": "listening"}}),
            "looks.listener is not named guide/check.",
            id="a check without its guide",
        ),
        pytest.param(
            changed(looks={"a/b": {"status": "ok", "reason_code": "x"}}),
            "looks.a/b.status is 'ok', not one of OK, WARNING, CRITICAL, UNKNOWN.",
            id="another status",
        ),
        pytest.param(
            changed(looks={"a/b": {"status": "OK", "reason_code": "x", "fact": {}}}),
            "looks.a/b.fact is no field; there are status, reason_code, facts.",
            id="an unknown field of a look",
        ),
        pytest.param(changed(paste="x"), "paste is no field; there are scenario,", id="unknown"),
    ],
)
def test_a_mistake_is_named_with_its_line_and_field(tmp_path, line, complaint):
    with pytest.raises(BadCases) as refused:
        read_cases(file_of(tmp_path, dump_case(CASE), line))

    assert f"cases.jsonl:2: {complaint}" in str(refused.value)


def test_everything_wrong_is_told_at_once(tmp_path):
    broken = json.dumps({"text": 3, "looks": {"a/b": {"status": "OK", "facts": 1}}})

    with pytest.raises(BadCases) as refused:
        read_cases(file_of(tmp_path, "{", broken))

    assert [complaint.partition(": ")[2] for complaint in refused.value.complaints[1:]] == [
        "scenario is missing.",
        "right is missing.",
        "text is not a text.",
        "looks.a/b.reason_code is not a text.",
        "looks.a/b.facts is not an object.",
    ]
    assert refused.value.complaints[0].startswith("cases.jsonl:1: Expecting property name")


def test_a_file_that_is_not_there_or_holds_nothing_is_told(tmp_path):
    with pytest.raises(BadCases, match="cannot be read"):
        read_cases(tmp_path / "no.jsonl")
    with pytest.raises(BadCases, match=r"cases\.jsonl holds no case"):
        read_cases(file_of(tmp_path, ""))
