"""What the laboratory calls a difference: a lab that could not fail would prove nothing."""

import re

import pytest

from tests.lab.observe import Answer
from tests.lab.scenario import Look, differences

FACTS = {"status": 502, "server": "nginx/1.22.1", "listeners": [{"address": "0.0.0.0", "pid": 7}]}


@pytest.mark.parametrize(
    "expected",
    [
        {},
        {"status": 502},
        {"server": re.compile("^nginx")},
        {"listeners": [{"address": "0.0.0.0"}]},
        {"status": lambda value: value >= 500},
    ],
    ids=["nothing asked", "a value", "a pattern", "part of a list", "a question"],
)
def test_facts_that_hold_make_no_difference(expected: dict) -> None:
    assert differences(expected, FACTS) == []


@pytest.mark.parametrize(
    ("expected", "said"),
    [
        ({"status": 504}, "facts.status is 502, not 504"),
        ({"acao": None}, "facts has no acao; it has status, server, listeners"),
        ({"server": re.compile("^ALB")}, "facts.server is 'nginx/1.22.1', not text with '^ALB'"),
        ({"listeners": []}, f"facts.listeners is {FACTS['listeners']!r}, not []"),
        (
            {"listeners": [{"address": "::"}]},
            "facts.listeners[0].address is '0.0.0.0', not '::'",
        ),
    ],
    ids=["a value", "a name that is not there", "a pattern", "a longer list", "inside a list"],
)
def test_each_difference_is_named_with_its_place(expected: dict, said: str) -> None:
    assert differences(expected, FACTS) == [said]


def test_status_reason_attempts_time_and_facts_are_all_compared() -> None:
    look = Look(
        at="inside",
        kind="tcp_connect",
        params={"port": 8000},
        status="OK",
        reason="connected",
        facts={"errno": None},
        attempts=("refused", "connected"),
        at_least_s=1.0,
    )
    result = {
        "status": "CRITICAL",
        "reason_code": "refused",
        "facts": {"errno": "ECONNREFUSED"},
        "attempts": [{"reason_code": "refused"}],
        "elapsed_s": 0.01,
        "summary": "10.99.1.2 port 8000 refused the connection",
    }

    problems = Answer(look=look, result=result).problems

    asked = "tcp_connect {'port': 8000} from inside: "
    told = "; it said: 10.99.1.2 port 8000 refused the connection"
    assert problems == [
        f"{asked}status is 'CRITICAL', not 'OK'{told}",
        f"{asked}reason_code is 'refused', not 'connected'{told}",
        f"{asked}attempts are ['refused'], not ['refused', 'connected']{told}",
        f"{asked}it took 0.01 s, not 1.0 s or more{told}",
        f"{asked}facts.errno is 'ECONNREFUSED', not None{told}",
    ]
