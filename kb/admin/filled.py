"""A form as it is filled in, as plain values: what a browser sends, by field and by row."""

import base64
import binascii
import json
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django import forms
from django.http import QueryDict

from kb.services.guides.three_way import Filled, Value

# The form's own fields that say where an edit began; nobody's words.
ABOUT_THE_EDIT = frozenset({"revision", "began"})
_MOST_BYTES = 4_000_000
_ROW = re.compile(r"(?P<rows>.+)-(?P<number>\d+)-(?P<field>\w+)")

Sent = dict[str, list[str]]


def sent_by(form: forms.BaseForm, formsets: Iterable[Any]) -> Sent:
    """What a browser would send for these forms if nothing was typed."""
    sent: Sent = {}
    for one in _forms(form, formsets):
        # A bound field that was asked for its value remembers it.
        for bound in (bound for bound in one if bound.name not in ABOUT_THE_EDIT):
            sent[bound.html_name] = list(_texts(bound.value()))
    return sent


def _forms(form: forms.BaseForm, formsets: Iterable[Any]) -> Iterator[Any]:
    yield form
    for formset in formsets:
        yield formset.management_form
        yield from formset.forms


def _texts(value: Any) -> Iterator[str]:
    if value is None or value is False:
        return
    for one in value if isinstance(value, list | tuple) else [value]:
        yield "on" if one is True else str(getattr(one, "pk", one)).replace("\r\n", "\n")


def sent_in(post: QueryDict) -> Sent:
    return {
        name: [one.replace("\r\n", "\n") for one in post.getlist(name)]
        for name in post
        if not name.startswith("_") and name != "csrfmiddlewaretoken"
    }


def filled(sent: Mapping[str, Iterable[str]], *, own: str, known: Filled | None = None) -> Filled:
    """Rows are named by their id. New ones are `+` and their slug or, without one, their number.

    `own` is the key that a row's form holds the edited object under. A new row that somebody
    else has stored meanwhile, as `known` shows, is that row.
    """
    prefixes = {name.removesuffix("-TOTAL_FORMS") for name in sent if name.endswith("-TOTAL_FORMS")}
    fields: dict[str, Value] = {}
    rows: dict[str, dict[str, dict[str, Value]]] = {prefix: {} for prefix in prefixes}
    numbered: dict[tuple[str, str], dict[str, Value]] = {}
    for name, values in sent.items():
        found = _ROW.fullmatch(name)
        if found and found["rows"] in prefixes:
            numbered.setdefault((found["rows"], found["number"]), {})[found["field"]] = _value(
                values
            )
        elif "-" not in name and name not in ABOUT_THE_EDIT:
            fields[name] = _value(values)
    for (prefix, number), row in sorted(numbered.items(), key=lambda one: int(one[0][1])):
        key = _key(prefix, number, row, known)
        rows[prefix][key] = {name: value for name, value in row.items() if name not in ("id", own)}
    return Filled(fields=fields, rows=rows)


def _value(values: Iterable[str]) -> Value:
    """Nothing chosen and nothing typed are the same."""
    kept = tuple(values)
    return () if kept == ("",) else kept


def _key(prefix: str, number: str, row: Mapping[str, Value], known: Filled | None) -> str:
    if row.get("id"):
        return row["id"][0]
    slug = "".join(row.get("slug", ()))
    for key, stored in (known.rows.get(prefix, {}) if known else {}).items():
        if slug and stored.get("slug") == (slug,):
            return key
    return f"+{slug or number}"


def packed(sent: Sent) -> str:
    """The values as one short text, to travel with the form."""
    return base64.b64encode(zlib.compress(json.dumps(sent).encode(), 6)).decode()


def unpacked(text: str) -> Sent | None:
    """None where the text is not what `packed` made."""
    try:
        unzip = zlib.decompressobj()
        plain = unzip.decompress(base64.b64decode(text, validate=True), _MOST_BYTES)
        found = json.loads(plain) if unzip.eof else None
    except (binascii.Error, zlib.error, ValueError):
        return None
    return found if _is_sent(found) else None


def _is_sent(found: Any) -> bool:
    return isinstance(found, dict) and all(
        isinstance(values, list) and all(isinstance(one, str) for one in values)
        for values in found.values()
    )
