"""Two sightings of one problem share a fingerprint; two problems do not."""

import pytest

from kb.matching import FINGERPRINT_VERSION, analyse


def fingerprint(text: str) -> str:
    return analyse(text).fingerprint


def test_the_version_is_inside() -> None:
    assert fingerprint("boom").startswith(f"{FINGERPRINT_VERSION}:")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(
            "2025-06-17 10:00:01,123 ERROR Connection refused",
            "2026-01-02T03:04:05Z error  connection refused",
            id="time, level, case and spacing",
        ),
        pytest.param(
            "Started reloader process [24608] using WatchFiles",
            "Started reloader process [7] using WatchFiles",
            id="pid",
        ),
        pytest.param(
            "dispatchXhrRequest @ axios.js?v=075ed7fa:1648",
            "dispatchXhrRequest @ axios.js?v=9b1c22de:1528",
            id="hash and line number",
        ),
        pytest.param(
            "can't open file 'D:\\\\pro2\\\\LifeBit\\\\main.py': [Errno 2] No such file",
            "can't open file '/srv/app/main.py': [Errno 2] No such file",
            id="path prefix",
        ),
        pytest.param(
            "GET http://localhost:8001/ net::ERR_CONNECTION_REFUSED",
            "GET http://localhost:8000/ net::ERR_CONNECTION_REFUSED",
            id="port",
        ),
        pytest.param("object at 0x7f12ab34cd", "object at 0x55aa00ff11", id="address"),
        pytest.param(
            "order 6f1c2a34-9b1c-4d5e-8f90-a1b2c3d4e5f6 lost",
            "order 0a1b2c3d-4e5f-4a5b-9c8d-7e6f5a4b3c2d lost",
            id="id",
        ),
        pytest.param("say “no”", 'say "no"', id="quotes"),
        pytest.param("boom\nboom\nboom", "boom", id="repetition"),
    ],
)
def test_what_varies_is_ignored(one: str, other: str) -> None:
    assert fingerprint(one) == fingerprint(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("No module named 'jwt'", "No module named 'openai'"),
        ("502 (Bad Gateway)", "404 (Not Found)"),
        ("[Errno 98] bind", "[Errno 13] bind"),
        ("Exited (1)", "Exited (137)"),
        ("ERR_CONNECTION_REFUSED", "ERR_CONNECTION_TIMED_OUT"),
        ("can't open file '/a/main.py'", "can't open file '/a/app.py'"),
    ],
)
def test_what_tells_problems_apart_is_kept(one: str, other: str) -> None:
    assert fingerprint(one) != fingerprint(other)


def test_the_error_names_a_log_not_its_noise() -> None:
    noise = [f"INFO request {n} from user-{n} served" for n in range(20)]
    other = [f"DEBUG cache {n} warmed in {n} ms by worker" for n in range(30)]
    error = "ERROR Connection refused while calling billing"

    assert fingerprint("\n".join([*noise, error])) == fingerprint("\n".join([error, *other]))
