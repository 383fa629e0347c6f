"""The kinds as Markdown documents, made from their schemas."""

from collections.abc import Iterator
from pathlib import Path

from probes import kind_pages
from probes.engine.registry import KINDS
from probes.engine.schema import Kind, Param

_INDEX = """# Probe kinds

What Knownfix can look at. Each page is made from the kind's schema, the same that makes the admin
form and checks the API and imports: `python3 manage.py document_kinds` writes them anew.

A run ends OK, WARNING or CRITICAL when something was seen, and UNKNOWN when nothing could be seen;
UNKNOWN is never evidence. A definition's expectation may give another status to any reason that was
seen. Every kind can also answer these, all UNKNOWN: {shared}.

| kind | looks at |
|---|---|
{rows}
"""


def documents() -> dict[str, str]:
    """File name and text of every document."""
    pages = {f"{kind.name}.md": "\n".join(_page(kind)) + "\n" for kind in KINDS.values()}
    return {"README.md": _index()} | pages


def write_documents(folder: Path) -> list[Path]:
    """Write what differs, remove what no kind has any more; the paths that changed."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = documents()
    stale = [path for path in folder.glob("*.md") if path.name not in wanted]
    for path in stale:
        path.unlink()
    changed = [name for name, text in wanted.items() if _differs(folder / name, text)]
    for name in changed:
        (folder / name).write_text(wanted[name], encoding="utf-8")
    return [*stale, *(folder / name for name in changed)]


def _differs(path: Path, text: str) -> bool:
    return not path.exists() or path.read_text(encoding="utf-8") != text


def _index() -> str:
    rows = [
        f"| [`{kind.name}`]({kind.name}.md) | {kind.title}. {_cell(kind.help)} |"
        for kind in KINDS.values()
    ]
    anyone = next(iter(KINDS.values()))
    shared = [f"`{each.code}`" for each in kind_pages.reasons_of(anyone) if each.is_shared]
    return _INDEX.format(rows="\n".join(rows), shared=", ".join(shared))


def _page(kind: Kind) -> Iterator[str]:
    yield from (f"# {kind.name}: {kind.title}", "", kind.help, "")
    yield from ("| parameter | type | without a value | |", "|---|---|---|---|")
    yield from (_param_row(param) for param in kind.params)
    yield from ("", "| reason | status | |", "|---|---|---|")
    for reason in kind_pages.reasons_of(kind):
        if not reason.is_shared:
            yield f"| `{reason.code}` | {reason.status} | {_cell(reason.label)} |"
    yield from ("", "| fact | |", "|---|---|")
    yield from (f"| `{name}` | {_cell(words)} |" for name, words in kind.facts.items())
    yield from ("", "```yaml", kind_pages.example_yaml(kind), "```")


def _param_row(param: Param) -> str:
    unset = "must be given" if param.required else _shown(param.default)
    return f"| `{param.name}` | {_cell(kind_pages.param_words(param))} | {unset} | {_cell(param.help)} |"


def _shown(default: object) -> str:
    if default in (None, (), []):
        return ""
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
