"""By what a case is recognised: the same for two sightings, whatever differs between them."""

import pytest

from kb.matching import analyse
from kb.matching.identity import MOST_IDENTIFIERS, identifiers


def terms(text: str) -> list[str]:
    return [one.term for one in identifiers(analyse(text))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "GET http://localhost:8001/ net::ERR_CONNECTION_REFUSED",
            ["error_constant:err_connection_refused", "port:8001"],
        ),
        ("sqlalchemy.exc.OperationalError: boom", ["exception:operationalerror"]),
        ("HTTP 502 from https://api.example.com/v1", ["http_status:502", "host:api.example.com"]),
        ("HTTP 200 from http://localhost/", []),
        ("연결이 거부되었습니다", ["concept:refused"]),
        ("", []),
    ],
)
def test_a_text_is_identified_by_what_it_states(text: str, expected: list[str]) -> None:
    assert terms(text) == expected


def test_each_is_named_once_with_its_first_place() -> None:
    text = "ECONNREFUSED 10.0.0.7:5432\nretry\nECONNREFUSED 10.0.0.7:5432"

    found = [one for one in identifiers(analyse(text)) if one.type == "error_constant"]

    assert [text[slice(*one.span)] for one in found] == ["ECONNREFUSED"]
    assert found[0].span[0] == 0


def test_a_logs_routine_lines_identify_nothing() -> None:
    noise = [f"INFO connected to db{n}.internal.example:54{n:02}" for n in range(20)]
    log = "\n".join([*noise, "ERROR ModuleNotFoundError: No module named 'jwt'"])

    assert "module:jwt" in terms(log)
    assert not [term for term in terms(log) if term.startswith(("port:", "host:"))]


def test_a_text_that_names_everything_is_identified_by_a_few() -> None:
    text = "\n".join(f"error: errno {n} at host{n}.example.com:{8000 + n}" for n in range(60))

    assert len(terms(text)) == MOST_IDENTIFIERS
