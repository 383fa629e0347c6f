"""Other search engines over the same documents. Their packages are imported only when asked for."""

import logging
import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from kb.evaluation.judged import Document
from kb.evaluation.statistics import DEPTH

Hits = list[tuple[str, float]]
Peer = Callable[[str], Hits]
"""Asks for a text: document ids with their scores, best first, one more than are counted."""

# Leaving a document out must still leave ten.
_WANTED = DEPTH * 2


def peers(documents: Sequence[Document], *, postgres: str = "") -> dict[str, Peer]:
    """By name, each with the documents in it. PostgreSQL only where its URL is given."""
    built: dict[str, Peer] = {
        "FTS5 unicode61": _fts5(documents, "unicode61", shortest=1),
        "FTS5 trigram": _fts5(documents, "trigram", shortest=3),
        "tantivy": _tantivy(documents),
        "bm25s": _bm25s(documents),
        "Whoosh BM25F": _whoosh(documents),
    }
    if postgres:
        built["ts_rank_cd"] = _postgres(documents, postgres)
    return built


def speed_peers(
    documents: Sequence[Document], folder: Path, *, postgres: str = ""
) -> Iterator[tuple[str, Callable[[], Peer]]]:
    """The peers whose speed is measured, by name, in files of the folder; each to be built."""
    yield "FTS5", lambda: _fts5(documents, "unicode61", shortest=1, file=str(folder / "fts5"))
    yield "tantivy", lambda: _tantivy(documents, folder=folder / "tantivy")
    if postgres:
        yield "ts_rank_cd", lambda: _postgres(documents, postgres)


def _words(text: str) -> list[str]:
    """Each word once: a peer takes any of them, and repeating one must not be an error to it."""
    return list(dict.fromkeys(re.findall(r"\w+", text.lower())))


def _fts5(
    documents: Sequence[Document], tokenizer: str, *, shortest: int, file: str = ":memory:"
) -> Peer:
    base = sqlite3.connect(file)
    base.execute(
        f"CREATE VIRTUAL TABLE d USING fts5(id UNINDEXED, title, body, tokenize='{tokenizer}')"
    )
    rows = [(document.id, document.title, document.text) for document in documents]
    base.executemany("INSERT INTO d VALUES (?, ?, ?)", rows)
    base.commit()

    def ask(text: str) -> Hits:
        words = [f'"{word}"' for word in _words(text) if len(word) >= shortest]
        if not words:
            return []
        found = base.execute(
            "SELECT id, -bm25(d) FROM d WHERE d MATCH ? ORDER BY bm25(d), rowid LIMIT ?",
            (" OR ".join(words), _WANTED),
        )
        return [(str(name), float(score)) for name, score in found]

    return ask


def _tantivy(documents: Sequence[Document], folder: Path | None = None) -> Peer:
    """BM25 over title and body, English stemming; in memory where no folder is given."""
    tantivy: Any = import_module("tantivy")
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw")
    for field in ("title", "body"):
        builder.add_text_field(field, tokenizer_name="en_stem")
    if folder:
        folder.mkdir()
    base = tantivy.Index(builder.build(), path=str(folder) if folder else None)
    writer = base.writer(heap_size=50_000_000, num_threads=1)
    for one in documents:
        writer.add_document(tantivy.Document(id=one.id, title=one.title, body=one.text))
    writer.commit()
    base.reload()
    searcher = base.searcher()

    def ask(text: str) -> Hits:
        query, _errors = base.parse_query_lenient(" ".join(_words(text)), ["title", "body"])
        hits = searcher.search(query, _WANTED).hits
        return [(str(searcher.doc(place)["id"][0]), float(score)) for score, place in hits]

    return ask


def _bm25s(documents: Sequence[Document]) -> Peer:
    """Lucene's BM25, English stop words and stemming."""
    bm25s: Any = import_module("bm25s")
    logging.getLogger("bm25s").setLevel(logging.WARNING)
    stemmer: Any = import_module("Stemmer").Stemmer("english")

    def tokens(texts: list[str], **options: Any) -> Any:
        return bm25s.tokenize(
            texts, stopwords="en", stemmer=stemmer, show_progress=False, **options
        )

    base = bm25s.BM25(method="lucene")
    base.index(tokens([f"{one.title}\n{one.text}" for one in documents]), show_progress=False)
    wanted = min(_WANTED, len(documents))

    def ask(text: str) -> Hits:
        asked = tokens([text], return_ids=False)
        if not asked[0]:
            return []
        places, scores = base.retrieve(asked, k=wanted, show_progress=False)
        pairs = zip(places[0], scores[0], strict=True)
        return [(documents[int(place)].id, float(score)) for place, score in pairs if score > 0]

    return ask


def _whoosh(documents: Sequence[Document]) -> Peer:
    """BM25F over title and body, English stemming, any word."""
    analysis, fields, filedb, query = (
        import_module(f"whoosh.{part}")
        for part in ("analysis", "fields", "filedb.filestore", "query")
    )
    analyzer: Any = analysis.StemmingAnalyzer()
    text_field: Any = fields.TEXT(analyzer=analyzer)
    schema: Any = fields.Schema(
        id=fields.ID(stored=True),
        title=text_field,
        body=text_field,
    )
    base: Any = filedb.RamStorage().create_index(schema)
    writer = base.writer()
    for one in documents:
        writer.add_document(id=one.id, title=one.title, body=one.text)
    writer.commit()
    searcher = base.searcher()

    def ask(text: str) -> Hits:
        stems = dict.fromkeys(token.text for token in analyzer(text))
        terms = [query.Term(field, stem) for stem in stems for field in ("title", "body")]
        found = searcher.search(query.Or(terms), limit=_WANTED)
        return [(hit["id"], float(hit.score)) for hit in found]

    return ask


def _postgres(documents: Sequence[Document], url: str) -> Peer:
    """ts_rank_cd, any word, in a table of this session.

    English vectors, the title's words weighing more, divided by the length: of the settings
    tried, the one that finds most in the open set.
    """
    psycopg: Any = import_module("psycopg")
    base = psycopg.connect(url, autocommit=True)
    base.execute("CREATE TEMP TABLE evaluated (id text, vector tsvector)")
    with base.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO evaluated VALUES (%s, setweight(to_tsvector('english', %s), 'A')"
            " || setweight(to_tsvector('english', %s), 'D'))",
            [(one.id, one.title, one.text.replace("\0", "")) for one in documents],
        )
    base.execute("CREATE INDEX ON evaluated USING gin (vector)")

    def ask(text: str) -> Hits:
        found = base.execute(
            "WITH q AS (SELECT replace(plainto_tsquery('english', %s)::text, '&', '|')::tsquery q)"
            " SELECT id, ts_rank_cd(vector, q, 2) FROM evaluated, q WHERE vector @@ q"
            " ORDER BY 2 DESC, id LIMIT %s",
            (" ".join(_words(text)), _WANTED),
        )
        return [(name, float(score)) for name, score in found]

    return ask
