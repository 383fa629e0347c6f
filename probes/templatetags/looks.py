"""What a run saw, in the reader's language.

The engine writes its summary in English. For readers of another language the same is said from
the run's reason code and facts; what has no facts to tell keeps the engine's words beside it.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from django import template
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from probes.models import Run
from probes.reasons import LABELS, label

register = template.Library()

_LONGEST = 160
_MOST_NAMES = 5
# What names a record: a package, a process, a pattern, an address.
_NAMES = ("name", "package", "process", "pattern", "address")
# What a look was at: the first of these that the facts hold.
_SUBJECTS = (
    *("url", "path", "plugin", "target", "container", "name", "target_group", "instance", "group"),
    *("dsn_ref", "whose", "interpreter"),
)
# What it saw there, with the words around it; only what tells more than the reason's own words.
_SEEN: Mapping[str, str | Promise] = {
    "origin": gettext_lazy("origin %(value)s"),
    "setting": gettext_lazy("setting %(value)s"),
    "status": gettext_lazy("HTTP %(value)s"),
    "preflight_status": gettext_lazy("preflight HTTP %(value)s"),
    "missing": gettext_lazy("missing: %(value)s"),
    "empty": gettext_lazy("empty: %(value)s"),
    "missing_module": gettext_lazy("module %(value)s"),
    "mismatched": gettext_lazy("other version: %(value)s"),
    "conflicts": gettext_lazy("conflict: %(value)s"),
    "exception": gettext_lazy("%(value)s"),
    "p95_ms": gettext_lazy("p95 %(value)s ms"),
    "days_left": gettext_lazy("days left: %(value)s"),
    "state": gettext_lazy("state: %(value)s"),
    "health": gettext_lazy("health: %(value)s"),
    "exit_code": gettext_lazy("exit code %(value)s"),
    "matched": gettext_lazy("found: %(value)s"),
    "count": gettext_lazy("number: %(value)s"),
    "listeners": gettext_lazy("held by %(value)s"),
    "addresses": gettext_lazy("addresses: %(value)s"),
    "sqlstate": gettext_lazy("SQLSTATE %(value)s"),
    "text": gettext_lazy("%(value)s"),
    "note": gettext_lazy("“%(value)s”"),
}
# Every attempt at every address would only repeat what the one that decided said.
_NOT_SAID = {"refused": ("addresses",), "connected": ("addresses",)}


@register.inclusion_tag("parts/look.html")
def look(run: Run) -> dict[str, str]:
    """What the run saw, where its state does not stand beside it."""
    return {"said": look_words(run), "engine": _engine_words(run)}


@register.inclusion_tag("parts/look.html")
def look_beside(run: Run) -> dict[str, str]:
    """The same beside a chip that says the reason already: what was looked at, what was there."""
    said = run.summary if _reads_english(run) else _joined(told(run.facts, run.reason_code))
    return {"said": said, "engine": _engine_words(run)}


@register.filter
def look_words(run: Run) -> str:
    """`Refused · localhost:8000`, as text; for readers of English the engine's own sentence."""
    if _reads_english(run):
        return run.summary
    return _joined((label(run.reason_code), *told(run.facts, run.reason_code)))


def _reads_english(run: Run) -> bool:
    """A code that nobody translated is told best by the sentence that came with it."""
    return (get_language() or "en").startswith("en") or run.reason_code not in LABELS


def _engine_words(run: Run) -> str:
    """The engine's sentence, where nothing else says what it says."""
    has_told = _reads_english(run) or any(told(run.facts, run.reason_code))
    return "" if has_told else run.summary


def told(facts: Mapping[str, Any], reason_code: str) -> tuple[str, ...]:
    """What the look was at and what it saw there, in words of the reader's language."""
    subject = _subject(facts)
    return (subject, *_seen(facts, reason_code)) if subject else tuple(_seen(facts, reason_code))


def _subject(facts: Mapping[str, Any]) -> str:
    if host := facts.get("host"):
        return f"{host}:{facts['port']}" if facts.get("port") else str(host)
    named = next((str(facts[name]) for name in _SUBJECTS if facts.get(name)), "")
    if not named and facts.get("port"):
        return _("port %(port)s") % {"port": facts["port"]}
    return named


def _seen(facts: Mapping[str, Any], reason_code: str) -> Iterator[str]:
    left_out = _NOT_SAID.get(reason_code, ())
    for name, words in _SEEN.items():
        value = _plain(facts.get(name))
        if value and name not in left_out:
            yield str(words) % {"value": value}


def _plain(value: Any) -> str:
    """A number or text as it is, names in a row, a record by its name; nothing for nothing."""
    if isinstance(value, Mapping):
        value = next((value[key] for key in _NAMES if value.get(key)), "")
    if isinstance(value, (list, tuple)):
        names = [name for name in map(_plain, value[:_MOST_NAMES]) if name]
        return ", ".join([*names, "…"] if len(value) > _MOST_NAMES else names)
    if value is None or isinstance(value, bool):
        return ""
    return str(value)


def _joined(parts: tuple[str, ...]) -> str:
    text = " · ".join(parts)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
