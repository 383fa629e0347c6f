"""A judged set as its folder holds it: queries.jsonl, and corpus.jsonl or the starter guides."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kb import ingest
from kb.ingest import GuideDraft


class BadSet(Exception):
    """The folder does not hold a judged set, said in one sentence."""


@dataclass(frozen=True, kw_only=True)
class Document:
    id: str
    title: str
    text: str
    language: str = ""


@dataclass(frozen=True, kw_only=True, eq=False)
class Query:
    """`relevant` is document id: grade, empty where nothing answers; `cause` is `guide/cause`."""

    id: str
    variant: str
    text: str
    relevant: Mapping[str, int]
    cause: str = ""
    half: str = ""


@dataclass(frozen=True, kw_only=True)
class JudgedSet:
    """`documents` of a set without a corpus are the starter guides, all languages of one as one."""

    documents: tuple[Document, ...]
    queries: tuple[Query, ...]
    is_starter: bool

    @property
    def answerable(self) -> tuple[Query, ...]:
        return tuple(query for query in self.queries if query.relevant)

    @property
    def unanswerable(self) -> tuple[Query, ...]:
        return tuple(query for query in self.queries if not query.relevant)


def read_set(folder: Path, *, starter: Path, half: str = "", variant: str = "") -> JudgedSet:
    """Raises BadSet for a missing or broken file, or when nothing is left to ask."""
    corpus = folder / "corpus.jsonl"
    documents = _documents(corpus) if corpus.exists() else _guides(starter)
    queries = [
        query
        for query in map(_query, _rows(folder / "queries.jsonl"))
        if half in ("", query.half) and variant in ("", query.variant)
    ]
    _check(documents, queries)
    return JudgedSet(
        documents=tuple(documents), queries=tuple(queries), is_starter=not corpus.exists()
    )


def _check(documents: Sequence[Document], queries: Sequence[Query]) -> None:
    if not any(query.relevant for query in queries):
        raise BadSet("No query of this half and variant has an answer.")
    known = {document.id for document in documents}
    for query in queries:
        if missing := query.relevant.keys() - known:
            raise BadSet(f"{query.id} names {min(missing)}, which is not in the corpus.")


def _documents(path: Path) -> list[Document]:
    return [
        Document(
            id=row.text("id"),
            title=row.text("title").strip() or row.text("id"),
            text=row.text("text"),
            language=row.text("language", ""),
        )
        for row in _rows(path)
    ]


def _query(row: "_Row") -> Query:
    return Query(
        id=row.text("id"),
        variant=row.text("variant"),
        text=row.text("text"),
        relevant={name: grade for name, grade in row.grades("rel").items() if grade > 0},
        cause=row.text("cause", ""),
        half=row.text("half", ""),
    )


def _rows(path: Path) -> Iterator["_Row"]:
    """A file's objects, one a line."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except OSError as exc:
        raise BadSet(f"{path} cannot be read: {exc.strerror}.") from exc
    except UnicodeDecodeError as exc:
        raise BadSet(f"{path} is not UTF-8: {exc.reason} at byte {exc.start}.") from exc
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield _Row(_object(line, f"{path.name}:{number}"), f"{path.name}:{number}")


def _object(line: str, place: str) -> dict[str, Any]:
    try:
        values = json.loads(line)
    except ValueError as exc:
        raise BadSet(f"{place}: {exc}.") from exc
    if not isinstance(values, dict):
        raise BadSet(f"{place} is not an object.")
    return values


@dataclass(frozen=True)
class _Row:
    """One line's object. What is missing or of another type is told with its place."""

    values: Mapping[str, Any]
    place: str

    def text(self, name: str, default: str | None = None) -> str:
        value = self._get(name, default)
        if not isinstance(value, str):
            raise BadSet(f"{self.place}: {name} is not a text.")
        return value

    def grades(self, name: str) -> dict[str, int]:
        value = self._get(name, None)
        if not isinstance(value, dict) or not all(
            isinstance(grade, int | float) for grade in value.values()
        ):
            raise BadSet(f"{self.place}: {name} does not give each document a number.")
        return value

    def _get(self, name: str, default: str | None) -> Any:
        value = self.values.get(name)
        if value is None and default is None:
            raise BadSet(f"{self.place} has no {name}.")
        return default if value is None else value


def _guides(folder: Path) -> list[Document]:
    texts: dict[str, list[str]] = {}
    titles: dict[str, str] = {}
    for path in sorted(folder.glob("*.md")):
        text = path.read_text("utf-8")
        draft = ingest.parse(text, filename=path.name)
        slug = draft.slug if isinstance(draft, GuideDraft) else draft.translates
        titles.setdefault(slug, draft.title)
        texts.setdefault(slug, []).append(text)
    return [
        Document(id=slug, title=titles[slug], text="\n".join(parts))
        for slug, parts in texts.items()
    ]
