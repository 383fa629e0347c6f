"""How fast a text finds its guides in a large base, beside other search engines, in one run."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from kb.evaluation.invented import Questions, invent_documents, invent_questions
from kb.evaluation.judged import JudgedSet
from kb.evaluation.peers import Peer, speed_peers

# For each log, so many short texts and guides to update; one text more of each kind goes before,
# unmeasured.
LOGS = 10
_SHORT_PER_LOG, _UPDATES_PER_LOG = 20, 5
# ts_rank_cd needs minutes for one log, seconds for a short text: it is asked only some of these.
_SLOW, _SLOW_SHARE = "ts_rank_cd", 10
SQLITE, POSTGRES = "knownfix on SQLite", "knownfix on PostgreSQL"


class Served:
    """A base in a process of its own (`kb.evaluation.serving`)."""

    def __init__(self, path: Path | None, database_url: str) -> None:
        argv = [sys.executable, str(settings.BASE_DIR / "manage.py"), "measure_speed", "--serve"]
        self.process = subprocess.Popen(  # noqa: S603 - our own program, no shell
            [*argv, *([str(path)] if path else [])],
            env={**os.environ, "DATABASE_URL": database_url, "KNOWNFIX_NO_VENV": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def send(self, do: str, **values: Any) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"do": do, **values}) + "\n")
        self.process.stdin.flush()

    def receive(self) -> Any:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("A measured base ended early; its words are above.")
        return json.loads(line)

    def call(self, do: str, **values: Any) -> Any:
        self.send(do, **values)
        return self.receive()

    def close(self) -> None:
        self.process.communicate()


@dataclass(kw_only=True)
class Measured:
    """Milliseconds by kind of question; `hits` in the order of the questions."""

    took: dict[str, list[float]] = field(default_factory=lambda: {"short": [], "logs": []})
    analysing: dict[str, list[float]] = field(default_factory=lambda: {"short": [], "logs": []})
    updates: list[float] = field(default_factory=list)
    hits: list[Any] = field(default_factory=list)
    facts: dict[str, float] = field(default_factory=dict)

    def add(self, kind: str, answer: Mapping[str, Any], *, is_counted: bool) -> None:
        if is_counted:
            self.took[kind].append(answer["ms"])
            self.analysing[kind].append(answer.get("analyse_ms", 0))
            self.hits.append(answer["hits"])

    def figures(self) -> dict[str, Any]:
        figures: dict[str, Any] = {
            kind: _spread(took) for kind, took in self.took.items() if len(took) > 1
        }
        if self.updates:
            figures["update"] = _spread(self.updates)
            figures["analysing"] = {kind: _spread(t) for kind, t in self.analysing.items()}
        return figures | self.facts


def measure(
    judged: JudgedSet,
    path: Path | None,
    count: int,
    *,
    logs: int,
    postgres: str,
    say: Callable[[str], None],
) -> dict[str, Any]:
    """The figures of one size; `path` is where `judged` was read from."""
    questions = invent_questions(judged, logs * _SHORT_PER_LOG, documents=count)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="knownfix-speed-")))
        bases = {SQLITE: Served(path, f"sqlite:///{folder / 'base.sqlite3'}")}
        if postgres:
            url = stack.enter_context(_scratch_database(postgres))
            bases[POSTGRES] = Served(path, url)
        for base in bases.values():
            stack.callback(base.close)
        measured = {name: Measured(facts=facts) for name, facts in _built(bases, count).items()}
        say("bases built")
        peers = _peers(judged, folder, count, postgres, measured)
        say("peers built")
        _ask_all(questions, logs, bases, peers, measured)
        _update_all(questions.short[: logs * _UPDATES_PER_LOG], bases, count, measured)
        for name, base in bases.items():
            measured[name].facts |= base.call("report")
    return _report(count, measured)


def _built(bases: Mapping[str, Served], count: int) -> dict[str, dict[str, float]]:
    """All at once: they do not disturb what is measured later."""
    for base in bases.values():
        base.send("build", count=count)
    return {name: base.receive() for name, base in bases.items()}


def _peers(
    judged: JudgedSet, folder: Path, count: int, postgres: str, measured: dict[str, Measured]
) -> dict[str, Peer]:
    documents = list(invent_documents(judged, count))
    peers = {}
    for name, build in speed_peers(documents, folder, postgres=postgres):
        started = time.perf_counter()
        peers[name] = build()
        facts = {"build_s": time.perf_counter() - started}
        measured[name] = Measured(facts=facts)
    return peers


def _ask_all(
    questions: Questions,
    logs: int,
    bases: Mapping[str, Served],
    peers: Mapping[str, Peer],
    measured: Mapping[str, Measured],
) -> None:
    """Every text of every system in turn, so that a busy moment disturbs all of them."""
    for kind, texts in (("short", questions.short), ("logs", questions.logs[:logs])):
        for number, text in enumerate([texts[0], *texts]):
            for name, base in bases.items():
                answer = base.call("ask", text=text)
                measured[name].add(kind, answer, is_counted=number > 0)
            for name, peer in peers.items():
                if name != _SLOW or (kind == "short" and number % _SLOW_SHARE == 0):
                    answer = _timed(peer, text)
                    measured[name].add(kind, answer, is_counted=number > 0)


def _timed(peer: Peer, text: str) -> dict[str, Any]:
    started = time.perf_counter()
    hits = peer(text)
    return {"ms": 1000 * (time.perf_counter() - started), "hits": hits}


def _update_all(
    sentences: Sequence[str],
    bases: Mapping[str, Served],
    count: int,
    measured: Mapping[str, Measured],
) -> None:
    for number, sentence in enumerate(sentences):
        guide = 1 + number * count // len(sentences)
        for name, base in bases.items():
            measured[name].updates.append(base.call("update", guide=guide, sentence=sentence)["ms"])


def _report(count: int, measured: Mapping[str, Measured]) -> dict[str, Any]:
    ours = [name for name in (SQLITE, POSTGRES) if name in measured]
    systems = {name: one.figures() for name, one in measured.items()}
    return {
        "documents": count,
        "systems": systems,
        "p95_ratios": {
            name: {
                peer: {
                    kind: _ratio(systems[name][kind], one[kind])
                    for kind in ("short", "logs")
                    if kind in one
                }
                for peer, one in systems.items()
                if peer not in ours
            }
            for name in ours
        },
        "different_answers": _different([measured[name].hits for name in ours]),
    }


def _different(hits: Sequence[Sequence[Any]]) -> int | None:
    """Questions whose ids, scores or order differ between the databases; None with one of them."""
    if len(hits) < 2:
        return None
    one, other = hits
    return sum(1 for mine, theirs in zip(one, other, strict=True) if mine != theirs)


def _spread(took: Sequence[float]) -> dict[str, float]:
    return {"median": median(took), "p95": quantiles(took, n=20, method="inclusive")[-1]}


def _ratio(ours: Mapping[str, float], theirs: Mapping[str, float]) -> float:
    return ours["p95"] / theirs["p95"]


@contextmanager
def _scratch_database(server: str) -> Iterator[str]:
    """A database of its own on the server, gone afterwards."""
    psycopg: Any = import_module("psycopg")
    name = f"knownfix_speed_{os.getpid()}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    try:
        yield urlsplit(server)._replace(path=f"/{name}").geturl()
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
