"""What a kind asks for and answers, as a page, an API answer or a document says it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from probes import reasons
from probes.engine.schema import Kind, Param
from probes.engine.spec import UNKNOWN_CODES
from probes.engine_texts import translated


@dataclass(frozen=True, kw_only=True)
class Reason:
    """One way a look can end: its code, its words, and the status it usually means."""

    code: str
    label: str
    status: str
    is_shared: bool


def title(kind: Kind) -> str:
    return translated(kind.title)


def help_text(kind: Kind) -> str:
    return translated(kind.help)


def reasons_of(kind: Kind) -> Iterator[Reason]:
    """Its own reasons first, then the ways of not having looked that all kinds share."""
    for code, status in kind.reasons.items():
        yield Reason(
            code=code,
            label=str(reasons.label(code)),
            status=status.value,
            is_shared=code in UNKNOWN_CODES,
        )


def param_words(param: Param) -> str:
    """The type as a person says it: `port`, `one of tcp, udp`, `list of integer from 100 to 599`."""
    words = " | ".join(param.choices) if param.type == "choice" else param.type
    if param.minimum is not None:
        words += f" ≥ {param.minimum:g}"
    if param.maximum is not None:
        words += f" ≤ {param.maximum:g}"
    return f"[{words}]" if param.multiple else words


def example_yaml(kind: Kind) -> str:
    """A definition as `manage.py load_probes` reads it."""
    entry = {"name": kind.title, "kind": kind.name, "params": dict(kind.example)}
    slug = f"my-{kind.name.replace('_', '-')}"
    return yaml.safe_dump({slug: entry}, sort_keys=False, allow_unicode=True).rstrip()


def described(kind: Kind) -> dict[str, Any]:
    """For programs: names and codes are stable, titles and help in the reader's language."""
    return {
        "name": kind.name,
        "title": title(kind),
        "help": help_text(kind),
        "params": [_described_param(param) for param in kind.params],
        "reasons": {reason.code: reason.status for reason in reasons_of(kind)},
        "facts": {name: translated(words) for name, words in kind.facts.items()},
        "example": dict(kind.example),
        "cost_s": kind.cost_s,
    }


def _described_param(param: Param) -> dict[str, Any]:
    return {
        "name": param.name,
        "type": param.type,
        "required": param.required,
        "default": param.default,
        "choices": list(param.choices),
        "minimum": param.minimum,
        "maximum": param.maximum,
        "multiple": param.multiple,
        "help": translated(param.help),
    }
