"""How fast a text finds its guides in a large base, beside other search engines, in one run."""

import json
import os
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings

from kb.evaluation.invented import Questions, invent_documents, invent_questions
from kb.evaluation.judged import JudgedSet
from kb.evaluation.peers import Peer, speed_peers
from probes.evaluation.scratch import scratch_database

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
    """Milliseconds by kind of question, `short` or `logs`, and of `update`; of a process's own
    time in `busy`. `hits` in the order of the questions.
    """

    took: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    busy: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    analysing: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    hits: list[Any] = field(default_factory=list)
    facts: dict[str, float] = field(default_factory=dict)

    def add(self, kind: str, answer: Mapping[str, Any]) -> None:
        self.took[kind].append(answer["ms"])
        if "cpu_ms" in answer:
            self.busy[kind].append(answer["cpu_ms"])
        if "analyse_ms" in answer:
            self.analysing[kind].append(answer["analyse_ms"])
        if "hits" in answer:
            self.hits.append(answer["hits"])

    def figures(self) -> dict[str, Any]:
        return {
            **_spreads(self.took),
            "cpu": _spreads(self.busy),
            "analysing": _spreads(self.analysing),
            **self.facts,
        }


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
        file = folder / "base.sqlite3"
        bases = {SQLITE: Served(path, f"sqlite:///{file}")}
        if postgres:
            url = stack.enter_context(scratch_database(postgres, prefix="knownfix_speed"))
            bases[POSTGRES] = Served(path, url)
        for base in bases.values():
            stack.callback(base.close)
        built = _built(bases, count, file)
        measured = {name: Measured(facts=facts) for name, facts in built.items()}
        say("bases built")
        peers = _peers(judged, folder, count, postgres, measured)
        say("peers built")
        _ask_all(questions, logs, bases, peers, measured)
        _update_all(questions.short[: logs * _UPDATES_PER_LOG], bases, count, measured)
        for name, base in bases.items():
            measured[name].facts |= base.call("report")
    return _report(count, measured)


def _built(bases: Mapping[str, Served], count: int, file: Path) -> dict[str, dict[str, float]]:
    """One base is indexed, in `file`; another gets a copy of its index's rows."""
    built = {SQLITE: bases[SQLITE].call("build", count=count)}
    if POSTGRES in bases:
        built[POSTGRES] = bases[POSTGRES].call("build", count=count, index_of=str(file))
    return built


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
            answers = {name: base.call("ask", text=text) for name, base in bases.items()}
            for name, peer in peers.items():
                if name != _SLOW or (kind == "short" and number % _SLOW_SHARE == 0):
                    answers[name] = _timed(name, peer, text)
            if number > 0:
                for name, answer in answers.items():
                    measured[name].add(kind, answer)


def _timed(name: str, peer: Peer, text: str) -> dict[str, float]:
    """ts_rank_cd works in the server, the others in this process."""
    started, began = time.perf_counter(), time.process_time()
    peer(text)
    spent, busy = time.perf_counter() - started, time.process_time() - began
    took = {"ms": 1000 * spent}
    return took if name == _SLOW else {**took, "cpu_ms": 1000 * busy}


def _update_all(
    sentences: Sequence[str],
    bases: Mapping[str, Served],
    count: int,
    measured: Mapping[str, Measured],
) -> None:
    for number, sentence in enumerate(sentences):
        guide = 1 + number * count // len(sentences)
        for name, base in bases.items():
            measured[name].add("update", base.call("update", guide=guide, sentence=sentence))


def _report(count: int, measured: Mapping[str, Measured]) -> dict[str, Any]:
    ours = [name for name in (SQLITE, POSTGRES) if name in measured]
    systems = {name: one.figures() for name, one in measured.items()}
    return {
        "documents": count,
        "systems": systems,
        "p95_ratios": _ratios(systems, ours),
        "cpu_p95_ratios": _ratios({name: one["cpu"] for name, one in systems.items()}, [SQLITE]),
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


def _spreads(took: Mapping[str, Sequence[float]]) -> dict[str, dict[str, float]]:
    return {kind: _spread(one) for kind, one in took.items() if len(one) > 1}


def _ratios(systems: Mapping[str, Any], ours: Sequence[str]) -> dict[str, Any]:
    """By each of ours, by peer, by kind of question."""
    peers = {name: one for name, one in systems.items() if name not in (SQLITE, POSTGRES)}
    return {
        name: {
            peer: {
                kind: systems[name][kind]["p95"] / one[kind]["p95"]
                for kind in ("short", "logs")
                if kind in one
            }
            for peer, one in peers.items()
        }
        for name in ours
    }
