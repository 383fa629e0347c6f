"""Logs of 24 kB written from the line shapes of real programs, each from its own seed.

No text is written twice, but a program's next log repeats its words and forms, as real ones do.
"""

import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Any

CHARACTERS = 24_000
_WELL = 0.5

_STAMP = "2026-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}"
PROGRAMS: Mapping[str, tuple[str, ...]] = {
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
_SYLLABLES = (
    "ba", "cor", "del", "fin", "gra", "hu", "jit", "kel", "lor", "mon", "nep", "ost", "pra", "quil",
    "rem", "sol", "tun", "ul", "ver", "wix", "yar", "zet",
)  # fmt: skip
_KOREAN = (
    "서버가", "응답을", "로그를", "연결이", "거부되었다는", "메시지가", "데이터베이스", "설정을", "환경변수가",
    "누락되어", "재시작을", "정상으로", "컨테이너", "상태를", "점검한", "결과", "메모리", "부족이", "담당자에게",
)  # fmt: skip


# What most of a pasted log says: all is well.
_HEALTHY = (
    '{ip} - - [{day:02}/Jun/2026:{hour:02}:{minute:02}:{second:02} +0900] "GET /{word} HTTP/1.1" 200 {n} "-" "kube-probe"',
    'INFO:     {ip}:{port} - "POST /{word} HTTP/1.1" 204 No Content',
    _STAMP + " alb: target i-{hash} health check passed in {small} ms",
    _STAMP + " gunicorn: worker {small} handled {n} requests",
    "{hour:02}:{minute:02}:{second:02} netstat: TCP 0.0.0.0:8080 LISTENING {n}",
    _STAMP + ",{n} DEBUG db: pool size={small} checked out={small}",
    _STAMP + " ec2: instance i-{hash} running, status checks 2/2",
    _STAMP + " cache: {word} hit ratio 0.{small}, {n} keys",
    _STAMP + " scheduler: job {word}-{small} finished in {n} ms",
)
# What stands between them in a mixture: programs that say a thing once, words nobody met.
_SINGLE = (
    "Warning  FailedScheduling  {small}s  default-scheduler  0/{small} nodes are available: {new} {new}",
    _STAMP + " ERROR {new}.{new}: could not {new} {new} for {new}-{small}: {new} exceeded",
    "npm ERR! {new} {new}@{small}.{small}.0 needs a peer of {new}@^{small}.0.0",
    'psycopg.errors.UndefinedColumn: column "{new}" of relation "{new}_{new}" does not exist',
    "Error: Cannot find module './{new}/{new}' required by /srv/{new}/{new}.js",
    "[{new}] {new} {new} took {n} ms, limit is {small} ms ({new}={new})",
    "{korean} {new} {korean} {korean} {port} 포트 {korean}",
)


def log(program: str, seed: int) -> str:
    """One program's log."""
    return _written(_endless(PROGRAMS[program], random.Random(seed)))  # noqa: S311 - repeatable


def mixture(seed: int) -> str:
    """Some dozen lines of one program after the other, and between them lines of words never met.

    Half of the programs say that all is well, as in what people paste.
    """
    return _written(_mixed(random.Random(seed)))  # noqa: S311 - repeatable


def _written(lines: Iterator[str]) -> str:
    kept: list[str] = []
    length = 0
    while length < CHARACTERS:
        kept.append(next(lines))
        length += len(kept[-1]) + 1
    return "\n".join(kept)[:CHARACTERS]


def _endless(shapes: Sequence[str], drawn: random.Random) -> Iterator[str]:
    while True:
        yield _filled(drawn.choice(shapes), drawn)


def _mixed(drawn: random.Random) -> Iterator[str]:
    programs = [shapes for name, shapes in PROGRAMS.items() if name != "korean"]
    while True:
        is_well = drawn.random() < _WELL
        program = _endless(_HEALTHY if is_well else drawn.choice(programs), drawn)
        single = _endless(_SINGLE, drawn)
        yield from chain(islice(program, drawn.randint(10, 30)), islice(single, 2))


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
    # Syllables put together: a word that no text has said before.
    "new": lambda drawn: "".join(drawn.choice(_SYLLABLES) for _ in range(drawn.randint(2, 4))),
    "korean": lambda drawn: drawn.choice(_KOREAN),
    "month": lambda drawn: drawn.randint(1, 12),
    "day": lambda drawn: drawn.randint(1, 28),
    "hour": lambda drawn: drawn.randint(0, 23),
    "minute": lambda drawn: drawn.randint(0, 59),
    "second": lambda drawn: drawn.randint(0, 59),
}
