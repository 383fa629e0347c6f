"""`manage.py evaluate_diagnosis`: recorded cases in, figures out, nothing stored."""

import json
import math
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from kb import services
from kb.evaluation import diagnosis_figures as figures
from kb.evaluation.diagnosis import play, prepare, read_sets, recorded_looks, unknown_causes
from kb.evaluation.diagnosis_sets import BadCases, RecordedCase, RecordedLook, dump_case
from kb.models import Guide, Investigation, SearchGap
from tests.kb.unreachable import TEXT, make_unreachable, see

OWN_SETS = Path(settings.BASE_DIR) / "benchmarks" / "diagnosis"
HELD = {"listener": "held_by_other", "outside": "refused"}
OFF = {"listener": "not_listening", "outside": "refused"}


@pytest.fixture
def guide(db: None) -> Guide:
    return make_unreachable()


def case(*right: str, text: str = TEXT, **reasons: str) -> RecordedCase:
    return RecordedCase(
        scenario="-".join(right) or "none",
        text=text,
        right=tuple(f"connection/{slug}" for slug in right),
        looks={
            f"connection/{check}": RecordedLook(status="CRITICAL", reason_code=reason)
            for check, reason in reasons.items()
        },
    )


def file_of(tmp_path: Path, *cases: RecordedCase) -> Path:
    path = tmp_path / "cases.jsonl"
    path.write_text("".join(f"{dump_case(one)}\n" for one in cases), "utf-8")
    return path


def evaluated(*args: Any, **options: Any) -> str:
    out = StringIO()
    call_command("evaluate_diagnosis", *args, stdout=out, **options)
    return out.getvalue()


def test_a_text_is_matched_and_recorded_looks_stand_for_what_is_run(guide: Guide):
    (played,) = play(prepare(case("port-held", **HELD)), "advised", seeds=1)

    assert played.is_right
    assert played.walk.ended_with == "connection/port-held"
    assert played.checks == played.walk.run <= 2


def test_nothing_that_was_asked_stays_in_the_base(guide: Guide):
    prepare(case("port-held", **HELD))
    prepare(case(text="the printer is out of toner"))

    assert (Investigation.objects.count(), SearchGap.objects.count()) == (0, 0)


def test_what_a_real_case_saw_can_be_recorded_and_played(guide: Guide):
    found = services.find_fixes(TEXT)
    see(found, guide, **HELD)

    looks = recorded_looks(found)

    assert {key: look.reason_code for key, look in looks.items()} == {
        "connection/listener": "held_by_other",
        "connection/outside": "refused",
    }
    again = RecordedCase(scenario="s", text=TEXT, right=("connection/port-held",), looks=looks)
    assert play(prepare(again), "author", seeds=1)[0].is_right


def test_a_known_cause_that_no_guide_was_found_for_costs_every_recorded_check(guide: Guide):
    lost = case("port-held", text="the printer is out of toner", **HELD)

    (played,) = play(prepare(lost), "advised", seeds=1)

    assert (played.is_right, played.walk.ended_with, played.checks) == (False, "", 2)
    assert played.is_wrong_stop


def test_a_lot_is_drawn_for_each_seed_and_an_order_walked_once(guide: Guide):
    prepared = prepare(case("port-held", **HELD))

    assert [len(play(prepared, policy, seeds=3)) for policy in ("advised", "author", "random")] == [
        1,
        1,
        3,
    ]


def test_log_loss_counts_the_belief_in_what_was_right(guide: Guide):
    prepared = prepare(case("port-held", **HELD))
    (right,) = play(prepared, "advised", seeds=1)

    assert figures.log_loss([right]) == pytest.approx(
        -math.log(right.walk.belief_in(["connection/port-held"]))
    )
    lost = play(prepare(case("port-held", text="toner", **HELD)), "advised", seeds=1)
    assert figures.log_loss(lost) == pytest.approx(-math.log(figures.LEAST_BELIEF))


def test_reliability_holds_every_walk_once_with_how_often_it_was_right(guide: Guide):
    walks = [
        one
        for recorded in (case("port-held", **HELD), case("died", **HELD), case(text="toner"))
        for one in play(prepare(recorded), "advised", seeds=1)
    ]

    rows = figures.reliability(walks)

    assert sum(row["count"] for row in rows) == 3
    assert sum(row["right"] for row in rows) == 2
    assert all(row["low"] <= row["right"] / row["count"] <= row["high"] for row in rows)
    assert all(row["from"] <= row["stated"] <= row["to"] for row in rows)


def test_the_command_tells_each_order_its_cost_and_what_was_missed(guide: Guide, tmp_path: Path):
    cases = (case("port-held", **HELD), case("died", text=TEXT, **HELD), case(text="toner"))

    told = evaluated(str(file_of(tmp_path, *cases)), seeds=2)

    assert "3 cases of 3 scenarios" in told
    assert [line.split()[0] for line in told.splitlines()[3:6]] == ["advised", "author", "random"]
    assert "advised missed died: " in told
    assert "wants connection/died" in told
    assert "came to connection/port-held" in told


def test_the_same_as_json(guide: Guide, tmp_path: Path):
    told = json.loads(
        evaluated(
            str(file_of(tmp_path, case("port-held", **HELD))), as_json=True, policy=["advised"]
        )
    )

    advised = told["policies"]["advised"]
    assert list(told["policies"]) == ["advised"]
    assert (told["cases"], advised["right"], advised["wrong_stops"]) == (1, 1, 0)
    assert advised["of_author"] is None
    assert told["misses"] == {"advised": []}


def test_a_bad_file_is_refused_with_everything_wrong_in_all_of_them(tmp_path: Path):
    (tmp_path / "a.jsonl").write_text("{\n")
    (tmp_path / "b.jsonl").write_text('{"scenario": "x"}\n')

    with pytest.raises(CommandError) as refused:
        evaluated(str(tmp_path))

    assert "a.jsonl:1: " in str(refused.value)
    assert "b.jsonl:1: text is missing." in str(refused.value)


def test_a_cause_that_the_base_does_not_have_is_named(guide: Guide, tmp_path: Path):
    with pytest.raises(CommandError, match="port-held-twice: right names connection/port-held-tw"):
        evaluated(str(file_of(tmp_path, case("port-held-twice", **HELD))))


def test_a_folder_without_cases_is_refused(tmp_path: Path):
    with pytest.raises(BadCases, match="no recorded case"):
        read_sets([tmp_path])


def test_our_own_sets_name_causes_of_the_starter_guides(starter: None):
    cases = read_sets([OWN_SETS])

    assert unknown_causes(cases) == []
    assert len(cases) >= 15
    assert any(not one.right for one in cases)
    assert any(len(one.right) > 1 for one in cases)
