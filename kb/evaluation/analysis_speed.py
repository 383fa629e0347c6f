"""How long analysing a pasted log takes, beside the cheapest pass over it that finds its words.

Logs of 24 kB are written here from the line shapes of real programs, each with its own seed: no
text is seen twice, but a program's next log repeats its words and forms, as real ones do.
"""

import random
import re
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kb.matching import analyse

CHARACTERS = 24_000
_WORD = re.compile(r"\w+")

_STAMP = "2026-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}"
_SHAPES: Mapping[str, tuple[str, ...]] = {
    "uvicorn": (
        'INFO:     {ip}:{port} - "GET /api/items/{n} HTTP/1.1" 200 OK',
        'INFO:     {ip}:{port} - "POST /api/orders HTTP/1.1" {status} Internal Server Error',
        _STAMP + ",{n} DEBUG app.db: pool size={small} checked out={small}",
        _STAMP + ",{n} WARNING app.{word}: query took {n} ms",
        '  File "/srv/app/lib/python3.11/site-packages/starlette/{word}.py", line {n}, in __call__',
        "sqlalchemy.exc.OperationalError: connection to server at \"127.0.0.1\", port 5432 failed",
    ),
    "nginx": (
        '{ip} - - [{day:02}/Jun/2026:{hour:02}:{minute:02}:{second:02} +0900] "GET /{word}/{n}?q={small}'
        ' HTTP/1.1" 200 {n} "https://shop.example.com/{word}" "Mozilla/5.0 (X11; Linux x86_64)"',
        '{ip} - - [{day:02}/Jun/2026:{hour:02}:{minute:02}:{second:02} +0900] "POST /api/{word} HTTP/1.1"'
        ' {status} {n} "-" "kube-probe/1.29"',
        "2026/06/{day:02} {hour:02}:{minute:02}:{second:02} [error] {small}#{small}: *{n} connect() failed"
        " (111: Connection refused) while connecting to upstream, client: {ip}, server: shop.example.com,"
        ' upstream: "http://127.0.0.1:8000/{word}"',
    ),
    "journald": (
        "Jun {day:2} {hour:02}:{minute:02}:{second:02} web1 sshd[{n}]: Accepted publickey for deploy from"
        " {ip} port {port} ssh2: RSA SHA256:{hash}",
        "Jun {day:2} {hour:02}:{minute:02}:{second:02} web1 systemd[1]: {word}.service: Main process exited,"
        " code=exited, status={small}/FAILURE",
        "Jun {day:2} {hour:02}:{minute:02}:{second:02} web1 kernel: [UFW BLOCK] IN=eth0 OUT= SRC={ip} DST={ip}"
        " LEN={n} TTL={small} PROTO=TCP SPT={port} DPT=8000",
        "Jun {day:2} {hour:02}:{minute:02}:{second:02} web1 dockerd[{n}]: level=info msg=\"ignoring event\""
        " container={hash}",
    ),
    "java": (
        _STAMP + ",{n} ERROR [http-nio-8080-exec-{small}] c.e.shop.OrderController -"
        " java.net.ConnectException: Connection refused",
        "\tat com.example.shop.{word}.OrderService.{word}(OrderService.java:{n})",
        "\tat org.springframework.web.{word}.DispatcherServlet.doDispatch(DispatcherServlet.java:{n})",
        "Caused by: org.postgresql.util.PSQLException: Connection to {ip}:5432 refused.",
        "\t... {small} more",
    ),
    "docker": (
        "web-1    | " + _STAMP + " [INFO] worker booted pid={n}",
        "db-1     | " + _STAMP + ".{n} UTC [{small}] LOG:  checkpoint complete: wrote {n} buffers",
        "worker-1 | " + _STAMP + " Task {word}.sync[{hash}] succeeded in 0.{n}s",
        "redis-1  | {small}:M * Background saving started by pid {n}",
        "db-1     | " + _STAMP + ".{n} UTC [{small}] FATAL:  password authentication failed",
    ),
    "hex ids": (
        "trace={hash} request {hash} served by pod checkout-{hash} in {n} ms",
        _STAMP + ",{n} INFO commit {hash} stored as object {hash}",
        _STAMP + ",{n} WARN cache miss key={hash} shard={small}",
    ),
    "korean": (
        "{korean} {korean} {korean} 이후 {korean} 확인했더니 {korean} {korean} 있었습니다.",
        "{korean} {korean} 다시 시작하면 잠깐 {korean} {korean} 돌아오지만 {n}분 뒤에 멈춥니다",
        "혹시 {korean} {korean} {korean} 방화벽이나 {port} 포트 때문일까요?",
    ),
}  # fmt: skip
_WORDS = ("routing", "orders", "users", "cart", "search", "login", "payments", "health", "sessions")
_KOREAN = (
    "서버가", "응답을", "로그를", "연결이", "거부되었다는", "메시지가", "데이터베이스", "설정을", "환경변수가",
    "누락되어", "재시작을", "정상으로", "컨테이너", "상태를", "점검한", "결과", "메모리", "부족이", "담당자에게",
)  # fmt: skip


def _log(shapes: Sequence[str], seed: int) -> str:
    drawn = random.Random(seed)  # noqa: S311 - the same log every time
    lines: list[str] = []
    length = 0
    while length < CHARACTERS:
        lines.append(_filled(drawn.choice(shapes), drawn))
        length += len(lines[-1]) + 1
    return "\n".join(lines)[:CHARACTERS]


_FIELD = re.compile(r"\{(\w+)(?::(\w+))?\}")


def _filled(shape: str, drawn: random.Random) -> str:
    """The shape with something else in each of its fields."""
    return _FIELD.sub(lambda f: format(_DRAWS[f[1]](drawn), f[2] or ""), shape)


_DRAWS: Mapping[str, Callable[[random.Random], Any]] = {
    "n": lambda drawn: drawn.randint(100, 99_999),
    "small": lambda drawn: drawn.randint(1, 99),
    "port": lambda drawn: drawn.randint(30_000, 60_000),
    "status": lambda drawn: drawn.choice((500, 502, 503)),
    "ip": lambda drawn: ".".join(["10", *(str(drawn.randint(1, 254)) for _ in range(3))]),
    "hash": lambda drawn: f"{drawn.getrandbits(96):024x}",
    "word": lambda drawn: drawn.choice(_WORDS),
    "korean": lambda drawn: drawn.choice(_KOREAN),
    "month": lambda drawn: drawn.randint(1, 12),
    "day": lambda drawn: drawn.randint(1, 28),
    "hour": lambda drawn: drawn.randint(0, 23),
    "minute": lambda drawn: drawn.randint(0, 59),
    "second": lambda drawn: drawn.randint(0, 59),
}


@dataclass(frozen=True, kw_only=True)
class Speed:
    """Of one kind of log. `median` and `p95`: how many times `re.finditer(r"\\w+")` over it."""

    kind: str
    median: float
    p95: float
    milliseconds: float


def measure(*, texts: int = 30) -> Iterator[Speed]:
    """Each kind by so many different logs, after two others that build the automatons."""
    for kind, shapes in _SHAPES.items():
        for seed in (-1, -2):
            analyse(_log(shapes, seed))
        taken = [_taken(_log(shapes, seed)) for seed in range(texts)]
        ratios = sorted(analysing / passing for analysing, passing in taken)
        yield Speed(
            kind=kind,
            median=statistics.median(ratios),
            p95=ratios[min(len(ratios) - 1, round(0.95 * len(ratios)))],
            milliseconds=1000 * statistics.median(analysing for analysing, _ in taken),
        )


def _taken(text: str) -> tuple[float, float]:
    """Seconds for the analysis, once, and for the pass over the words, the quickest of five."""
    passing = min(_seconds(_pass_over, text) for _ in range(5))
    return _seconds(analyse, text), passing


def _pass_over(text: str) -> None:
    for _ in _WORD.finditer(text):
        pass


def _seconds(work: Callable[[str], object], text: str) -> float:
    # The thread's own time: a busy machine then matters less.
    started = time.thread_time()
    work(text)
    return time.thread_time() - started
