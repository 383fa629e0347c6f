"""What a text states exactly, and where."""

import unicodedata

import pytest

from kb.matching import analyse


def facts(text: str) -> set[tuple[str, str]]:
    return {(fact.type, fact.value) for fact in analyse(text).facts}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "net::ERR_CONNECTION_REFUSED http://localhost:8000/docs",
            {
                ("error_constant", "ERR_CONNECTION_REFUSED"),
                ("url", "http://localhost:8000/docs"),
                ("host", "localhost"),
                ("port", "8000"),
            },
            id="chrome",
        ),
        pytest.param(
            "NS_ERROR_CONNECTION_REFUSED",
            {("error_constant", "NS_ERROR_CONNECTION_REFUSED")},
            id="firefox",
        ),
        pytest.param(
            "Error: connect ECONNREFUSED 127.0.0.1:8001",
            {("error_constant", "ECONNREFUSED"), ("host", "127.0.0.1"), ("port", "8001")},
            id="node",
        ),
        pytest.param(
            ":8001/:1 Failed to load resource: net::ERR_CONNECTION_REFUSED",
            {("error_constant", "ERR_CONNECTION_REFUSED"), ("port", "8001")},
            id="a console line begins with the port",
        ),
        pytest.param(
            "[Errno 98] error while attempting to bind on address ('0.0.0.0', 18002): in use",
            {("errno", "98"), ("port", "18002")},
            id="errno and tuple address",
        ),
        pytest.param("[WinError 10048]", {("errno", "10048")}, id="windows"),
        pytest.param("502 (Bad Gateway)", {("http_status", "502")}, id="status with reason"),
        pytest.param('"GET / HTTP/1.1" 404 Not Found', {("http_status", "404")}, id="access log"),
        pytest.param("took 502 ms, 404MB read", set(), id="a duration is no status"),
        pytest.param(
            "ModuleNotFoundError: No module named 'jwt'",
            {
                ("exception", "ModuleNotFoundError"),
                ("message", "No module named 'jwt'"),
                ("module", "jwt"),
            },
            id="module",
        ),
        pytest.param('Could not import module "main".', {("module", "main")}, id="uvicorn target"),
        pytest.param(
            "at 'https://api.example.com/v1' from origin 'https://example.com'",
            {
                ("url", "https://api.example.com/v1"),
                ("host", "api.example.com"),
                ("port", "443"),
                ("origin", "https://example.com"),
            },
            id="the page's origin is not the address asked",
        ),
        pytest.param(
            "Uvicorn running on http://0.0.0.0:8001",
            {
                ("claimed_address", "http://0.0.0.0:8001"),
                ("url", "http://0.0.0.0:8001"),
                ("port", "8001"),
            },
            id="a bind address is no host to ask",
        ),
        pytest.param(
            "docker logs --tail 200 backend", {("container", "backend")}, id="docker logs"
        ),
        pytest.param(
            '3f2a9c1b7d10   app:latest   "uvicorn"   5 minutes ago   Exited (1) 2 minutes ago'
            "             backend",
            {("container", "backend"), ("container_state", "exited (1)")},
            id="docker ps",
        ),
        pytest.param("xhr @ axios.js?v=075ed7fa:1648, App.tsx:53", set(), id="stack frames"),
        pytest.param("8001번 포트", {("port", "8001")}, id="Korean port"),
        pytest.param(
            "can't open file 'D:\\\\app\\\\main.py': [Errno 2]",
            {("path", "D:\\\\app\\\\main.py"), ("errno", "2")},
            id="windows path",
        ),
        pytest.param("12:30:45 job 99999 done", set(), id="a time is no port"),
    ],
)
def test_facts_are_read(text: str, expected: set[tuple[str, str]]) -> None:
    assert facts(text) == expected


def test_every_span_holds_its_value_in_mixed_scripts() -> None:
    text = "접속 오류 😀 http://localhost:8001/ 에서 502 (Bad Gateway)"

    analysis = analyse(text)

    spelled = {f.value for f in analysis.facts if text[slice(*f.span)] == f.value}
    assert spelled == {"http://localhost:8001/", "localhost", "8001", "502"}


def test_decomposed_korean_is_read_like_composed() -> None:
    composed = "서버 접속 불가"
    decomposed = unicodedata.normalize("NFD", composed)
    assert decomposed != composed

    assert analyse(decomposed).fingerprint == analyse(composed).fingerprint
    assert analyse(decomposed).text == composed
