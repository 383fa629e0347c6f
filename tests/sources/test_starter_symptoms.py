"""What tools print and people say leads to the right cause; other products' errors lead to none."""

import re
from pathlib import Path

import pytest

from kb import ingest
from kb.ingest import GuideDraft, SymptomDraft
from kb.matching.phrases import find_pattern, find_phrase

STARTER = Path(__file__).parents[2] / "kb" / "starter"
SLUGS = ("connection", "cors-502", "ai-api")
HANGUL = re.compile("[가-힣]")
# The AI API's guide has the words for a missing module; here only a traceback tells it.
TOLD_BY_OTHERS = {"connection/missing-module"}


def guide(slug: str) -> GuideDraft:
    draft = ingest.parse((STARTER / f"{slug}.ko.md").read_text(encoding="utf-8"))
    assert isinstance(draft, GuideDraft)
    return draft


def said(slug: str) -> dict[str, list[SymptomDraft]]:
    """Cause -> the symptoms of people's words that speak strongly for it."""
    causes: dict[str, list[SymptomDraft]] = {}
    for symptom in guide(slug).symptoms:
        strongly = [cause for cause, word in symptom.suggests.items() if word == "strong"]
        if symptom.slug.startswith("said-"):
            for cause in strongly:
                causes.setdefault(cause, []).append(symptom)
    return causes


def seen(text: str, *words: str) -> set[str]:
    """The causes for which a symptom that stands in the text speaks in one of the words."""
    return {
        f"{slug}/{cause}"
        for slug in SLUGS
        for symptom in guide(slug).symptoms
        if stands(symptom, text)
        for cause, word in symptom.suggests.items()
        if word in words
    }


def stands(symptom: SymptomDraft, text: str) -> bool:
    by_phrase = any(find_phrase(phrase, text) for phrase in symptom.phrases)
    return by_phrase or bool(symptom.pattern and find_pattern(symptom.pattern, text))


@pytest.mark.parametrize("slug", SLUGS)
def test_every_cause_is_told_in_both_languages(slug: str) -> None:
    told = said(slug)
    untold = {f"{slug}/{cause.slug}" for cause in guide(slug).causes if cause.slug not in told}

    assert untold - TOLD_BY_OTHERS == set()
    for symptoms in told.values():
        phrases = [phrase for symptom in symptoms for phrase in symptom.phrases]
        assert {bool(HANGUL.search(phrase)) for phrase in phrases} == {True, False}


@pytest.mark.parametrize("slug", SLUGS)
def test_what_people_say_is_short_and_written_once(slug: str) -> None:
    phrases = [p for symptoms in said(slug).values() for s in symptoms for p in s.phrases]

    assert [p for p in phrases if not 2 <= len(p.split()) <= 12] == []
    assert len(set(phrases)) == len(phrases)


@pytest.mark.parametrize(
    ("output", "cause"),
    [
        ("curl: (7) Failed to connect to localhost port 8000", "connection/not-running"),
        ("dial tcp 127.0.0.1:8000: connect: connection refused", "connection/not-running"),
        ("Get http://10.1.2.3:8000/: dial tcp 10.1.2.3:8000: i/o timeout", "connection/filtered"),
        ("java.net.SocketTimeoutException: Connect timed out", "connection/filtered"),
        ("requests.exceptions.ReadTimeout: Read timed out. (read timeout=5)", "connection/hung"),
        ("AxiosError: timeout of 5000ms exceeded", "connection/hung"),
        ("Bind for 0.0.0.0:8000 failed: port is already allocated", "connection/port-held"),
        ("[ERROR] Connection in use: ('0.0.0.0', 8000)", "connection/port-held"),
        ("web-1 exited with code 1", "connection/crashed"),
        ("SyntaxError: '(' was never closed", "connection/code-error"),
        ("IndentationError: unexpected indent", "connection/code-error"),
        ("KeyError: 'PAYMENT_KEY'", "connection/config-error"),
        ("  TCP    127.0.0.1:8000   0.0.0.0:0   LISTENING   4120", "connection/loopback"),
        ("LISTEN 0 2048 127.0.0.1:8000 0.0.0.0:*", "connection/loopback"),
        ("-A INPUT -p tcp --dport 8000 -j REJECT --reject-with tcp-reset", "connection/rejected"),
        ("curl: (6) Could not resolve host: localhost", "connection/name-resolution"),
        ("iptables: No chain/target/match by that name.", "connection/docker-network"),
        ('connect() failed (111: Connection refused) while connecting to upstream', "cors-502/backend-down"),
        ('upstream timed out (110: Connection timed out) while reading response header from upstream', "cors-502/timeout"),
        ("[CRITICAL] WORKER TIMEOUT (pid:41)", "cors-502/gunicorn-down"),
        ("[ERROR] Worker (pid:41) was sent SIGKILL! Perhaps out of memory?", "cors-502/gunicorn-down"),
        ("Failed to find application object 'app' in 'main'", "cors-502/gunicorn-down"),
        ("Health checks failed with these codes: [404]", "cors-502/health-check-wrong"),
        ("Target is in the stopped state", "cors-502/instance-down"),
        ('"State": {"Code": 80, "Name": "stopped"}', "cors-502/instance-down"),
        ("Disallowed CORS origin", "cors-502/origin-not-allowed"),
        ("Origin checking failed - https://a.example does not match any trusted origins.", "cors-502/origin-not-allowed"),
        ("ModuleNotFoundError: No module named 'sqlalchemy'", "ai-api/missing-module"),
        ("[Errno 13] error while attempting to bind on address", "ai-api/bind-permission"),
        ("AttributeError: module 'jwt' has no attribute 'encode'", "ai-api/dependency-conflict"),
        ('FATAL:  role "lifebit_user" does not exist', "ai-api/database"),
        ("openai.error.AuthenticationError: Incorrect API key provided", "ai-api/openai"),
        ("No Python at 'C:\\Python311\\python.exe'", "ai-api/venv-path"),
    ],
)  # fmt: skip
def test_what_a_tool_prints_speaks_strongly_for_its_cause(output: str, cause: str) -> None:
    assert cause in seen(output, "strong")


@pytest.mark.parametrize(
    "output",
    [
        "Uncaught SyntaxError: Unexpected token '<', \"<!DOCTYPE\" is not valid JSON",
        "SyntaxError: JSON.parse: unexpected character at line 1 column 1 of the JSON data",
        "ModuleNotFoundError: No module named 'pandas'",
        "django.db.utils.ProgrammingError: column lecture.room does not exist",
        "psycopg2.errors.DeadlockDetected: deadlock detected",
        "CSRF verification failed. CSRF cookie not set.",
        "413 Request Entity Too Large",
        "npm ERR! code ERESOLVE",
        "Cannot connect to the Docker daemon at unix:///var/run/docker.sock",
        "openai.RateLimitError: Error code: 429",
        "NET::ERR_CERT_DATE_INVALID",
        '10.0.3.9 - - [02/Mar/2026:03:44:56 +0900] "GET /orders HTTP/1.1" 200 76967',
        '10.0.3.9 - - "GET /static/app.js HTTP/1.1" 304 0 "-" "ELB-HealthChecker/2.0"',
        "[INFO] Worker exiting (pid: 41)",
        "container web Up 2 hours (unhealthy)",
    ],
)
def test_what_is_another_matter_or_no_matter_speaks_for_nothing(output: str) -> None:
    assert seen(output, "strong", "moderate") == set()
