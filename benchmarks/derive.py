"""Judged sets of other kinds of text, made from the open set of alerts and runbooks.

    python benchmarks/derive.py SOURCE TARGET

writes one folder a kind into TARGET, each for `manage.py evaluate_matching TARGET/KIND`. The same
source gives the same sets: what is drawn is drawn from one seed. A query's `half` comes from its
document's title, so that no document has queries in both halves.
"""

import hashlib
import json
import random
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

Row = dict[str, Any]

SEED = 20261125
_TIMES_LARGER = 6
_NOISE_LINES = 60
_SHORTEST_SECTION, _LONGEST_SECTION = 6, 600  # words, characters
_MOST_PLACES = 3
_ASKED_SENTENCES = 1 / 6
_MEANING = re.compile(
    r"^## Meaning[ \t]*\n(.*?)(?=^#|\Z)", re.MULTILINE | re.DOTALL | re.IGNORECASE
)
_FENCED = re.compile(r"^[ \t]*```[^\n]*\n(.*?)^[ \t]*```", re.MULTILINE | re.DOTALL)
_COMMAND = re.compile(
    r"^\s*(?:[$#>]\s|(?:kubectl|oc|curl|grep|for|sudo|ceph|virtctl|etcdctl|export)\b)"
)
_ERROR = re.compile(r"error|fail|warn|refused|time[d ]?-?out|cannot|unable|invalid|denied|degraded"
                    r"|not found|unhealthy|BackOff", re.IGNORECASE)  # fmt: skip
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z`*\[])")
_LINK = re.compile(r"\[([^\]]+)\](?:\[[^\]]*\]|\([^)]*\))")
_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")

# One-line notifications as monitoring systems word them; `{}` is what happened.
_PREFIXES = {
    "health": "HEALTH_WARN: {}",
    "firing": "[FIRING:1] (warning) {}",
    "logfmt": 'ts=2026-03-02T10:11:12.345Z level=error component=main msg="{}"',
    "nagios": "CRITICAL - {}",
    "syslog": "Mar  2 10:11:12 node-3 monitor[4121]: ERROR: {}",
}


def main(source: Path, target: Path) -> None:
    documents = _read(source / "corpus.jsonl")
    alerts = _read(source / "queries.jsonl")
    titles = {document["id"]: document["title"] for document in documents}
    draw = random.Random(SEED)  # noqa: S311 (a drawing of texts, no secret)
    summaries = [alert for alert in alerts if alert["variant"] == "summary"]
    sets = {
        "sections": _sections(documents, spelled=False),
        "articles": _sections(documents, spelled=True),
        "errors": _errors(documents, draw),
        "remembered": _remembered(documents, draw),
        "prefixed": (_with_levels(documents, draw), list(_prefixed(summaries))),
        "larger": (_larger(documents, draw), alerts),
    }
    for name, (corpus, queries) in sets.items():
        _write(target / name / "corpus.jsonl", corpus)
        _write(target / name / "queries.jsonl", (_halved(query, titles) for query in queries))


def _sections(documents: Sequence[Row], *, spelled: bool) -> tuple[list[Row], list[Row]]:
    """What a runbook says its alert means is asked of the runbooks without it.

    `spelled`: the titles are words, as an article's are, and not an alert's name.
    """
    corpus = [_without_meaning(document, spelled=spelled) for document in documents]
    return corpus, [query for document in documents for query in _of_meaning(document, documents)]


def _without_meaning(document: Row, *, spelled: bool) -> Row:
    name = document["title"]
    title = " ".join(_PARTS.findall(name)) if spelled else name
    return {
        **document,
        "title": title,
        "text": _MEANING.sub("", document["text"], 1).replace(name, title),
    }


def _of_meaning(document: Row, documents: Sequence[Row]) -> Iterator[Row]:
    meaning = _MEANING.search(document["text"])
    said = _plain(meaning[1], document["title"]) if meaning else ""
    if len(said.split()) >= _SHORTEST_SECTION:
        answers = {one["id"]: 2 for one in documents if one["title"] == document["title"]}
        yield _query("section", document["id"], said[:_LONGEST_SECTION], answers)
        yield _query("sentence", document["id"], _SENTENCE.split(said)[0], answers)


def _plain_lines(text: str) -> str:
    """Prose of all sections, one paragraph after another."""
    kept = [line for line in text.splitlines() if not line.startswith(("#", "|", ">", "["))]
    return re.sub(r"[ \t]*\n[ \t]*", " ", _LINK.sub(r"\1", "\n".join(kept)))


def _plain(text: str, name: str) -> str:
    """Prose without markup, notes and the alert's name."""
    text = re.sub(r"<[^>]+>|^>.*$", "", _LINK.sub(r"\1", text), flags=re.MULTILINE)
    text = re.sub(rf"`?\b{re.escape(name)}\b`?", "", text)
    return re.sub(r"[ \t]*\n[ \t]*", " ", text.strip())


def _errors(documents: Sequence[Row], draw: random.Random) -> tuple[list[Row], list[Row]]:
    """Lines of output that runbooks show, with other numbers, alone and inside a log."""
    queries: list[Row] = []
    places = _places((document["id"], _outputs(document["text"])) for document in documents)
    for number, (line, answers) in enumerate(places):
        seen = re.sub(r"\d", lambda _: str(draw.randrange(10)), line)
        log = list(_noise(draw, _NOISE_LINES))
        log.insert(draw.randrange(len(log)), seen)
        queries.append(_query("line", number, seen, answers))
        queries.append(_query("in_log", number, "\n".join(log), answers))
    return list(documents), queries


def _places(said: Iterable[tuple[str, Iterable[str]]]) -> list[tuple[str, dict[str, int]]]:
    """Each text that at most three documents hold, with them."""
    places: dict[str, dict[str, int]] = {}
    for name, texts in said:
        for text in texts:
            places.setdefault(text, {})[name] = 2
    return [(text, found) for text, found in sorted(places.items()) if len(found) <= _MOST_PLACES]


def _outputs(text: str) -> Iterator[str]:
    for block in _FENCED.findall(text):
        for line in block.splitlines():
            words = re.findall(r"[A-Za-z]{3,}", line)
            if len(words) >= 4 and _ERROR.search(line) and not _COMMAND.match(line):
                yield line.strip()[:400]


def _remembered(documents: Sequence[Row], draw: random.Random) -> tuple[list[Row], list[Row]]:
    """A sentence somewhere in a runbook, of which only two words of three are remembered."""
    places = _places((document["id"], _sentences(document["text"])) for document in documents)
    queries = []
    for number, (sentence, answers) in enumerate(places):
        if draw.random() < _ASKED_SENTENCES:
            kept = [word for word in sentence.split() if draw.random() < 2 / 3]
            queries.append(_query("words", number, " ".join(kept), answers))
    return list(documents), queries


def _sentences(text: str) -> Iterator[str]:
    for sentence in _SENTENCE.split(_plain_lines(_FENCED.sub("", text))):
        if 9 <= len(sentence.split()) <= 40:
            yield sentence.strip()


def _noise(draw: random.Random, lines: int) -> Iterator[str]:
    """What an application says all day."""
    for number in range(lines):
        stamp = f"2026-03-02T10:{number // 60:02d}:{number % 60:02d}.{draw.randrange(1000):03d}Z"
        code = draw.choice((200, 200, 200, 201, 204, 304))
        path = draw.choice(("items", "orders", "users", "health", "cart", "search"))
        yield draw.choice(
            (
                f"{stamp} INFO [http-nio-{draw.randrange(9)}] GET /api/v1/{path}/{draw.randrange(9999)}"
                f" {code} {draw.randrange(300)}ms",
                f"{stamp} DEBUG cache lookup key={path}:{draw.getrandbits(32):08x} hit=true",
                f"{stamp} INFO worker {draw.randrange(16)} finished job {draw.getrandbits(24):06x}"
                f" of queue {path}",
                f"{stamp} INFO connection pool size={draw.randrange(20)} idle={draw.randrange(9)}",
                f"{stamp} WARN slow query on table {path} took {draw.randrange(4000)} ms",
                f"{stamp} INFO scheduled cleanup of {path} removed {draw.randrange(50)} rows",
            )
        )


def _with_levels(documents: Sequence[Row], draw: random.Random) -> list[Row]:
    """A few runbooks show a status as their tools print it, which makes its words rare."""
    shown = set(draw.sample(range(len(documents)), 12))
    examples = ("HEALTH_WARN", "CRITICAL - check failed", "level=error component=main msg=...",
                "monitor[812]: ERROR: see the log")  # fmt: skip
    return [
        {**one, "text": f"{one['text']}\n\n```\n{examples[at % len(examples)]}\n```\n"}
        if at in shown
        else one
        for at, one in enumerate(documents)
    ]


def _prefixed(summaries: Iterable[Row]) -> Iterator[Row]:
    for name, prefix in _PREFIXES.items():
        for alert in summaries:
            text = prefix.format(alert["text"])
            yield {**alert, "id": f"{name}-{alert['id']}", "variant": name, "text": text}


def _larger(documents: Sequence[Row], draw: random.Random) -> list[Row]:
    """The corpus among documents put together from its own titles' words and sentences."""
    sentences = [
        sentence
        for document in documents
        for paragraph in document["text"].split("\n\n")
        for sentence in _SENTENCE.split(paragraph)
    ]
    names = [_PARTS.findall(document["title"]) for document in documents]
    taken = {document["title"] for document in documents}
    made: list[Row] = []
    while len(made) < len(documents) * (_TIMES_LARGER - 1):
        title = _name(draw.choice(names), draw.choice(names), draw)
        if title not in taken:
            body = "\n\n".join(draw.choice(sentences) for _ in range(draw.randrange(8, 40)))
            made.append({"id": f"made/{len(made)}", "title": title, "text": f"# {title}\n\n{body}"})
    return [*documents, *made]


def _name(first: Sequence[str], second: Sequence[str], draw: random.Random) -> str:
    """The beginning of one name and the end of another."""
    cut = draw.randrange(1, max(2, len(first)))
    return "".join([*first[:cut], *second[draw.randrange(len(second)) :]])


def _query(variant: str, name: str | int, text: str, answers: Mapping[str, int]) -> Row:
    return {"id": f"{variant}-{name}", "variant": variant, "text": text, "rel": dict(answers)}


def _halved(query: Row, titles: Mapping[str, str]) -> Row:
    """The half of the answer with the highest grade, the same for all documents of a title."""
    best = max(query["rel"], key=lambda name: (query["rel"][name], name))
    return {**query, "half": "report" if _drawn(titles[best], 2) else "tune"}


def _drawn(name: str, of: int) -> int:
    return hashlib.sha256(name.encode()).digest()[0] % of


def _read(path: Path) -> list[Row]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def _write(path: Path, rows: Iterable[Row]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in rows]
    path.write_text("".join(lines), "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
