"""What failed says about causes: it demotes them, and never takes them away."""

import pytest

from kb.diagnosis import Attempt, Cause, Ranking, rank
from kb.diagnosis.attempts import fix_failed_ratio
from tests.kb.diagnosis.connection import NOT_RUNNING, cause, failed, seen, when

A, B = cause("a", 0, (when(x="y"), "strongly-for")), cause("b", 1)
RESTART = failed("restart", fixes="a")


def odds(ranking: Ranking, key: str = "a") -> float:
    return ranking.by_key()[key].belief / ranking.none_of_these


def lowered(*attempts: Attempt, causes: tuple[Cause, ...] = (A, B), key: str = "a") -> float:
    """What is left of a cause's odds."""
    return odds(rank(causes, attempts=attempts), key) / odds(rank(causes), key)


def test_a_fix_that_failed_demotes_its_cause_and_names_the_attempt():
    ranking = rank([A, B], attempts=[RESTART])

    assert [one.key for one in ranking.beliefs] == ["b", "a"]
    assert lowered(RESTART) == pytest.approx(0.25 / 0.95)
    moved = ranking.by_key()["a"].moved
    assert [(one.says, one.attempt) for one in moved] == [("fix_failed", "restart")]
    assert ranking.by_key()["b"].moved == ()


def test_a_cause_that_was_out_of_the_way_does_not_explain_the_failure_alone():
    minimal = failed("minimal server", addresses=frozenset({"a", "gone"}))

    ranking = rank([A, B], attempts=[minimal])

    assert lowered(minimal) == pytest.approx(0.1)
    moved = ranking.by_key()["a"].moved
    assert [(one.says, one.attempt) for one in moved] == [("failed_without", "minimal server")]


@pytest.mark.parametrize("outcome", ["worked", "partly", "unknown"])
def test_only_what_failed_is_evidence(outcome: str):
    other = failed("restart", fixes="a", addresses=frozenset({"b"}), outcome=outcome)

    assert rank([A, B], attempts=[other]) == rank([A, B])


def test_what_was_tried_again_counts_as_it_came_out_last():
    worked = failed("restart", 2, fixes="a", outcome="worked")

    assert rank([A, B], attempts=[worked, RESTART]) == rank([A, B])
    assert rank([A, B], attempts=[RESTART, failed("restart", 9, fixes="a")]) == rank(
        [A, B], attempts=[RESTART]
    )


def test_an_attempt_never_rules_out_and_is_no_look():
    attempts = [failed(f"try {n}", fixes="a", addresses=frozenset({"a"})) for n in range(9)]

    belief = rank([A, B], attempts=attempts).by_key()["a"]

    assert belief.state == "not_looked_at"
    assert belief.belief > 0.001


def test_a_failure_takes_a_support_away_that_runs_gave():
    out_of_the_way = failed("without it", addresses=frozenset({"a"}))
    runs = [seen("x", "y")]

    assert rank([A, B], seen=runs, attempts=[RESTART]).by_key()["a"].state == "supported"
    assert rank([A, B], seen=runs, attempts=[out_of_the_way]).by_key()["a"].state == "unclear"


def test_further_attempts_count_less_and_less():
    one, other = (failed(key, addresses=frozenset({"a"})) for key in ("one", "other"))

    assert lowered(one, other) == pytest.approx(0.1**1.5)


def test_one_attempt_says_one_thing_of_a_cause():
    both = failed("restart", fixes="a", addresses=frozenset({"a"}))

    assert lowered(both) == pytest.approx(0.1)


def test_a_failed_start_says_nothing_against_what_keeps_it_from_starting():
    narrow = cause("jwt-missing", 1, refines="not-running")
    start = failed("start", fixes="not-running")
    without = failed("elsewhere", addresses=frozenset({"not-running"}))
    causes = (NOT_RUNNING, narrow)

    assert lowered(start, causes=causes, key="jwt-missing") == pytest.approx(1)
    assert lowered(without, causes=causes, key="jwt-missing") == pytest.approx(0.1)
    moved = rank(causes, attempts=[without]).by_key()["jwt-missing"].moved
    assert moved[0].inherited_from == "not-running"


def test_the_fixs_own_record_counts_and_one_failure_elsewhere_changes_little():
    def ratio(worked: int, tried: int) -> float:
        return fix_failed_ratio(failed("x", fixes="a", worked=worked, tried=tried))

    assert ratio(0, 0) == pytest.approx(0.26, abs=0.01)
    assert ratio(0, 1) == pytest.approx(0.35, abs=0.01)
    assert ratio(40, 45) == pytest.approx(0.14, abs=0.01)
    # A fix that never helps anybody says nothing by failing once more; none says all.
    assert ratio(0, 500) == 1
    assert ratio(500, 500) == 0.1
    assert lowered(failed("x", fixes="a", tried=500)) == 1
