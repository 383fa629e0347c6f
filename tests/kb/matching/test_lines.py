"""Which lines of a log are heard: what failed and what a person wrote, over the healthy rest."""

import pytest

from kb.matching.lines import LOUD, heard_lines

BROWSER = '"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)"'
HEALTHY = (
    f'10.0.0.7 - - [03/Feb/2026:08:09:10 +0900] "GET /metrics HTTP/1.1" 200 502 "-" {BROWSER}',
    'INFO:     10.0.0.8:41800 - "POST /health HTTP/1.1" 204 No Content',
    "2026-02-03T08:09:10Z alb: target i-1042a090c0d1e4fb1 health check passed in 9 ms",
    "2026-02-03T08:10:11Z gunicorn: worker 30 handled 594 requests",
    "12:55:43 netstat: TCP 0.0.0.0:8080 LISTENING 28744",
    "2026-02-03 08:09:47,277 DEBUG db: pool size=5 checked out=4",
    "2026-02-03T08:09:52Z ec2: instance i-b2d8d6bc11e38dab7 running, status checks 2/2",
)


def loud(*lines: str) -> list[str]:
    text = "\n".join([*HEALTHY, *lines])
    return [line.text.strip() for line in heard_lines(text) if line.weight == LOUD]


def test_no_healthy_line_is_loud() -> None:
    assert loud() == []


@pytest.mark.parametrize(
    "line",
    [
        "Error: connect ECONNREFUSED 127.0.0.1:8000",
        'INFO:     127.0.0.1:51774 - "GET / HTTP/1.1" 404 Not Found',
        "2026-02-03T08:10:14Z web: upstream answered status=503",
        "api-1 exited with code 137",
        "The request was canceled after 100 seconds",
    ],
)
def test_what_failed_is_loud(line: str) -> None:
    assert loud(line) == [line]


@pytest.mark.parametrize(
    "line",
    ["본사에서 지점 서버로 붙을 때만 이래요.", "why does my api say nothing to anybody"],
)
def test_what_a_person_wrote_is_loud(line: str) -> None:
    assert loud(line) == [line]
