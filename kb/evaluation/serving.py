"""One base of the product in a process of its own, asked over pipes.

A line of JSON comes in, `{"do": name, ...}`, and one goes out. So every database is measured in
the same run, each by a process whose memory is its own.
"""

import json
import sqlite3
import time
from collections.abc import Iterable, Sequence
from contextlib import closing
from itertools import islice
from typing import Any, TextIO

import psutil
from django.core.management import call_command
from django.db import connection, transaction

from kb import index
from kb.evaluation.invented import invent_documents, invent_phrases
from kb.evaluation.judged import Document, JudgedSet
from kb.index import tables
from kb.matching import analyse
from kb.models import Guide, IndexState, Symptom

_BATCH = 1000
# Every so many guides have an authored phrase.
_GUIDES_PER_PHRASE = 3


def serve(judged: JudgedSet, commands: Iterable[str], answers: TextIO) -> None:
    base = Base(judged)
    for line in commands:
        command = json.loads(line)
        answer = getattr(base, command.pop("do"))(**command)
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


class Base:
    """Durations are in milliseconds, of the clock (`ms`) and of this process (`cpu_ms`); sizes in bytes.

    On PostgreSQL the server's own work is no part of `cpu_ms`.
    """

    def __init__(self, judged: JudgedSet) -> None:
        self.judged = judged

    def build(self, count: int, index_of: str = "") -> dict[str, float]:
        """Fill an empty database with invented guides, the same ones on every database.

        `index_of`: an SQLite file with the index of the same guides; its rows are copied.
        """
        call_command("migrate", verbosity=0)
        _store_guides(invent_documents(self.judged, count))
        _store_phrases(invent_phrases(self.judged, count // _GUIDES_PER_PHRASE))
        started = time.perf_counter()
        if index_of:
            _copy_index(index_of)
        else:
            index.rebuild()
        built = time.perf_counter() - started
        _settle()
        return {"index_copied_s" if index_of else "reindex_s": built}

    def ask(self, text: str) -> dict[str, Any]:
        started, began = time.perf_counter(), time.process_time()
        analysis = analyse(text)
        analysed = time.process_time()
        found = index.find(analysis)
        spent, busy = time.perf_counter() - started, time.process_time() - began
        hits = [(one.guide_id, one.score, one.strength) for one in [*found.matches, *found.weak]]
        return {
            "ms": 1000 * spent,
            "cpu_ms": 1000 * busy,
            "analyse_ms": 1000 * (analysed - began),
            "hits": hits,
        }

    def update(self, guide: int, sentence: str) -> dict[str, float]:
        """What indexing adds to the transaction that saves a guide with one sentence more."""
        with transaction.atomic():
            row = Guide.objects.get(pk=guide)
            row.body += f"\n\n{sentence}"
            row.save()
            started, began = time.perf_counter(), time.process_time()
            index.update(row)
            spent, busy = time.perf_counter() - started, time.process_time() - began
            return {"ms": 1000 * spent, "cpu_ms": 1000 * busy}

    def report(self) -> dict[str, int]:
        return {"memory": psutil.Process().memory_info().rss, "disk": _size()}


def _store_guides(documents: Iterable[Document]) -> None:
    rest = iter(documents)
    with transaction.atomic():
        while batch := list(islice(rest, _BATCH)):
            Guide.objects.bulk_create(map(_guide, batch))


def _guide(document: Document) -> Guide:
    return Guide(
        id=int(document.id),
        slug=f"d{document.id}",
        language="en",
        title=document.title[:200],
        body=document.text,
        state=Guide.State.PUBLISHED,
    )


def _store_phrases(phrases: Sequence[str]) -> None:
    with transaction.atomic():
        Symptom.objects.bulk_create(
            (
                Symptom(guide_id=1 + number * _GUIDES_PER_PHRASE, slug="seen", phrases=[phrase])
                for number, phrase in enumerate(phrases)
            ),
            batch_size=_BATCH,
        )


@transaction.atomic
def _copy_index(file: str) -> None:
    """The same guides make the same bytes on every database: they are worked out once."""
    sqlite3.register_converter("bool", b"1".__eq__)
    with closing(sqlite3.connect(file, detect_types=sqlite3.PARSE_DECLTYPES)) as base:
        for table in tables.ALL:
            columns = ", ".join(table.columns)
            table.insert(base.execute(f"SELECT {columns} FROM {table.name}"))  # noqa: S608 - our own names
        state = base.execute("SELECT version, guides FROM kb_indexstate").fetchone()
    IndexState.objects.create(version=state[0], guides=state[1])


def _settle() -> None:
    """What a database does by itself in time."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("VACUUM ANALYZE")
        else:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _size() -> int:
    """The whole base: guides and index."""
    wanted = "SELECT pg_database_size(current_database())"
    if connection.vendor == "sqlite":
        wanted = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
    with connection.cursor() as cursor:
        cursor.execute(wanted)
        return int(cursor.fetchone()[0])
