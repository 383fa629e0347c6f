"""Checking definitions: every complaint at once, and no value that could mean something else."""

import json
import math
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from probes.engine.errors import InvalidParams
from probes.engine.registry import KINDS, check_expectation, fill, placeholders, validate
from probes.engine.spec import UNKNOWN_CODES, Policy, Status
from probes.engine.values import _READERS


def complaints(kind: str, params: Any, **options: bool) -> dict[str, str]:
    with pytest.raises(InvalidParams) as caught:
        validate(kind, params, **options)
    return {complaint.field: complaint.message for complaint in caught.value.complaints}


def test_every_kind_has_its_own_name_and_the_shared_reasons() -> None:
    for name, kind in KINDS.items():
        assert kind.name == name
        assert set(UNKNOWN_CODES) <= set(kind.reasons)
        assert kind.cost_s > 0
        assert {param.type for param in kind.params} <= set(_READERS)


def test_values_are_coerced_and_defaults_are_filled_in() -> None:
    assert validate("tcp_connect", {"host": " LocalHost ", "port": "8000"}) == {
        "host": "localhost",
        "port": 8000,
    }
    assert validate("port_listen", {"port": 8000})["expect"] == "listening"


def test_everything_wrong_is_said_at_once() -> None:
    found = complaints("tcp_connect", {"host": "a b", "port": 0, "shell": "rm"})

    assert set(found) == {"host", "port", "shell"}


def test_unknown_kind_lists_those_there_are() -> None:
    assert "tcp_connect" in complaints("ping", {})["kind"]


@pytest.mark.parametrize(
    ("kind", "params", "field"),
    [
        ("tcp_connect", {"host": "-oProxyCommand=x", "port": 1}, "host"),
        ("tcp_connect", {"host": "a\nb", "port": 1}, "host"),
        ("tcp_connect", {"host": "host:80", "port": 1}, "host"),
        ("tcp_connect", {"host": "fe80::1%eth0", "port": 1}, "host"),
        ("tcp_connect", {"host": "a", "port": True}, "port"),
        ("tcp_connect", {"host": "a", "port": 65536}, "port"),
        ("tcp_connect", {"host": "a", "port": 80.5}, "port"),
        ("tcp_connect", {"host": ["a"], "port": 80}, "host"),
        ("http", {"url": "file:///etc/passwd"}, "url"),
        ("http", {"url": "http://user:pw@localhost/"}, "url"),
        ("http", {"url": "http://localhost:99999/"}, "url"),
        ("http", {"url": "http://localhost/\r\nX: y"}, "url"),
        ("http", {"url": "http://local host/"}, "url"),
        ("http", {"url": "http://a\\@b/"}, "url"),
        ("http", {"url": "http://a/", "method": "POST"}, "method"),
        ("http", {"url": "http://a/", "headers": {"Authorization": "x"}}, "headers"),
        ("http", {"url": "http://a/", "headers": {"X-API-Key": "x"}}, "headers"),
        ("http", {"url": "http://a/", "headers": {"Transfer-Encoding": "chunked"}}, "headers"),
        ("http", {"url": "http://a/", "headers": {"A": "b\r\nC: d"}}, "headers"),
        ("http", {"url": "http://a/", "headers": {"A b": "c"}}, "headers"),
        ("http", {"url": "http://a/", "expect_status": [99]}, "expect_status"),
        ("http", {"url": "http://a/", "expect_body_regex": "(unclosed"}, "expect_body_regex"),
        ("http", {"url": "http://a/", "expect_body_regex": "(?=look)"}, "expect_body_regex"),
        ("http", {"url": "http://a/", "expect_json": {"a": [1]}}, "expect_json"),
        ("http", {"url": "http://a/", "origin": "http://a/path"}, "origin"),
        ("file_present", {"path": "relative/path"}, "path"),
        ("file_present", {"path": "/a", "mode_max": "rw"}, "mode_max"),
        ("python_import", {"interpreter": "python", "modules": ["a"]}, "interpreter"),
        ("python_import", {"interpreter": "/p", "modules": ["os; import x"]}, "modules"),
        ("python_import", {"interpreter": "/p", "modules": ["-c"]}, "modules"),
        ("python_import", {"interpreter": "/p", "modules": []}, "modules"),
        ("asgi_target", {"interpreter": "/p", "cwd": "/", "target": "main"}, "target"),
        ("port_listen", {"port": 1, "expect_bind": "somewhere"}, "expect_bind"),
        ("cors_preflight", {"url": "http://a/", "origin": "null"}, "origin"),
    ],
)
def test_bad_value_is_refused_with_its_field(kind: str, params: dict[str, Any], field: str) -> None:
    assert field in complaints(kind, params)


def test_pattern_that_would_explode_elsewhere_is_harmless_here() -> None:
    cleaned = validate("http", {"url": "http://a/", "expect_body_regex": "(a+)+$"})

    assert cleaned["expect_body_regex"] == "(a+)+$"


def test_urls_keep_their_meaning() -> None:
    cleaned = validate("http", {"url": "HTTP://LocalHost:8000/경로?q=가#part"})

    assert cleaned["url"] == "http://localhost:8000/%EA%B2%BD%EB%A1%9C?q=%EA%B0%80"
    assert validate("http", {"url": "http://[::1]:8000"})["url"] == "http://[::1]:8000/"


def test_placeholder_stands_for_any_value_only_when_asked() -> None:
    params = {"host": "${host}", "port": "${port}"}

    assert validate("tcp_connect", params, placeholders=True) == params
    assert set(complaints("tcp_connect", params)) == {"host", "port"}


def test_placeholders_are_found_however_deep() -> None:
    params = {"url": "http://${host}:${port}/", "headers": {"A": "${a}"}, "list": ["${b}", 1]}

    assert placeholders(params) == {"host", "port", "a", "b"}


def test_filling_keeps_the_type_of_a_whole_placeholder() -> None:
    filled = fill({"port": "${port}", "url": "http://h:${port}/"}, {"port": 8001})

    assert filled == {"port": 8001, "url": "http://h:8001/"}


def test_filled_in_value_is_never_expanded_again() -> None:
    filled = fill({"a": "${a}", "b": "x${a}"}, {"a": "${b}", "b": "secret"})

    assert filled == {"a": "${b}", "b": "x${b}"}


def test_every_missing_name_is_named() -> None:
    with pytest.raises(InvalidParams) as caught:
        fill({"a": "${one}", "b": ["${two}", "${three}"]}, {"two": 2, "three": None})

    assert [complaint.field for complaint in caught.value.complaints] == ["one", "three"]


@pytest.mark.parametrize(
    "expectation",
    [{"nope": "OK"}, {"refused": "FINE"}, {"not_allowed": "OK"}, {"refused": "UNKNOWN"}, [1]],
)
def test_expectation_cannot_touch_not_having_looked(expectation: Any) -> None:
    with pytest.raises(InvalidParams):
        check_expectation("tcp_connect", expectation)


def test_expectation_may_make_a_refused_port_the_normal_state() -> None:
    check_expectation("tcp_connect", {"refused": "OK", "connected": Status.WARNING})


def test_every_bad_network_is_named() -> None:
    with pytest.raises(InvalidParams) as caught:
        Policy.read(networks=["10.0.0.0/8", "10.0.0.1/8", "everything"])

    assert len(caught.value.complaints) == 2


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(sorted(KINDS)), st.data())
def test_any_input_is_cleaned_or_refused_and_never_breaks(kind: str, data: st.DataObject) -> None:
    names = [param.name for param in KINDS[kind].params]
    params = data.draw(st.dictionaries(st.sampled_from(names), ANYTHING))
    try:
        cleaned = validate(kind, params)
    except InvalidParams:
        return

    assert validate(kind, json.loads(json.dumps(cleaned))) == cleaned
    assert not any(isinstance(value, float) and math.isnan(value) for value in cleaned.values())


@pytest.mark.parametrize("query", ["token=abc123", "a=1&api_key=abc123", "password=x"])
def test_an_address_that_carries_a_secret_is_refused(query: str) -> None:
    with pytest.raises(InvalidParams, match="must not carry a secret"):
        validate("http", {"url": f"http://127.0.0.1/?{query}"})

    assert validate("http", {"url": "http://127.0.0.1/?page=2"})["url"].endswith("?page=2")
