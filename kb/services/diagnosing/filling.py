"""What a guide's commands are filled with: values that a reader typed, or those of a case.

A command is run by a person who trusts it. So a value is taken only where its type allows it
and no shell could read it as anything but one word.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.utils.translation import gettext as _

from kb.models import Guide, Investigation, Service
from kb.rendering.code import code_in
from kb.rendering.literals import GAP, KINDS, PID, Fillable, gaps_in, literals_in, pids_in
from kb.services.cases.reading import read_text
from kb.services.diagnosing.answers import ParameterValue
from kb.services.diagnosing.parameters import parameters_of
from probes.engine.schema import Param
from probes.engine.values import read_value

_MOST_GAPS = 8
_MOST_CHARS = 200
_MAX_PID = 4_194_304  # Linux: /proc/sys/kernel/pid_max; Windows stays below.
# One word to sh, PowerShell and cmd alike, whether it stands in quotes or not.
_ONE_WORD = re.compile(r"[\w./:@+,=-]+")


@dataclass(frozen=True, kw_only=True)
class Field:
    """A value above the article. `error` says why what was typed fills nothing.

    `example` is what the commands show as long as nothing is typed. `is_known`: the value is
    the case's.
    """

    name: str
    label: str
    kind: str
    typed: str
    example: str
    is_known: bool = False
    error: str = ""


@dataclass(frozen=True, kw_only=True)
class Filling:
    """The fields in their order, and the values that fill the commands, by parameter."""

    fields: tuple[Field, ...]
    values: Mapping[str, str]


def fillables_of(guide: Guide, body: str) -> tuple[Fillable, ...]:
    """The guide's parameters, the example of a process id, and what `<name>` asks for."""
    examples = _examples(body)
    gaps = {one.name: one.literal for one in examples if one.kind == GAP}
    own = tuple(
        Fillable(
            name=name,
            kind=spec["type"],
            literal=_literal(spec.get("default")),
            gap=gaps.pop(_gap_asking_for(guide, name, gaps), ""),
        )
        for name, spec in guide.parameters.items()
        if spec.get("type") in KINDS
    )
    rest = (one for one in examples if one.kind != GAP or one.name in gaps)
    return own + tuple(one for one in rest if one.name not in guide.parameters)


def _gap_asking_for(guide: Guide, name: str, gaps: Mapping[str, str]) -> str:
    """The gap that is called like the parameter, or like the beginning of its label alone."""
    label = _plain(_spec_label(guide, name))
    for gap, literal in gaps.items():
        words = _plain(literal.strip("<>"))
        others = [
            one for one in guide.parameters if _plain(_spec_label(guide, one)).startswith(words)
        ]
        if words == _plain(name) or (label.startswith(words) and len(others) == 1):
            return gap
    return ""


def _plain(words: str) -> str:
    return words.replace("_", " ").replace("-", " ").lower().strip()


def _spec_label(guide: Guide, name: str) -> str:
    spec = guide.parameters[name]
    return guide.localized_name("parameters", name, spec.get("label") or name)


def fill(
    guide: Guide, fillables: Sequence[Fillable], typed: Mapping[str, str], known: Mapping[str, str]
) -> Filling:
    """`typed` are a person's values, `known` those of the case; the nearer one is used."""
    read = [_field(guide, one, typed, known) for one in fillables]
    values = {
        field.name: field.typed
        for field, one in zip(read, fillables, strict=True)
        if field.typed and not field.error and field.typed != one.literal
    }
    return Filling(fields=tuple(read), values=values)


def values_of_case(guide: Guide, case: Investigation) -> dict[str, str]:
    """What the guide's parameters stand at in a case, defaults left out."""
    found = Service.objects.in_bulk(case.services, field_name="slug")
    values = parameters_of(
        guide,
        investigation=case,
        analysis=read_text(case.text),
        services=[found[slug] for slug in case.services if slug in found],
    )
    return known_of(values.values())


def known_of(values: Iterable[ParameterValue]) -> dict[str, str]:
    """Those that somebody or something said of this case."""
    known = (one for one in values if one.source not in ("", "default"))
    return {one.name: str(one.value) for one in known if one.value is not None}


def filled_command(text: str, guide: Guide, known: Mapping[str, str]) -> str:
    """A command of the guide, with the values of a case where its examples stood."""
    fillables = fillables_of(guide, guide.localized("body"))
    values = fill(guide, fillables, {}, known).values
    for place in reversed(literals_in(text, fillables)):
        if place.name in values:
            text = text[: place.start] + values[place.name] + text[place.end :]
    return text


def read_filling(kind: str, value: str) -> str:
    """The value as commands take it. Raises ValueError with a sentence."""
    text = value.strip()
    if len(text) > _MOST_CHARS:
        raise ValueError(_("is longer than %(most)s characters") % {"most": _MOST_CHARS})
    if text.startswith("-"):
        raise ValueError(_("must not start with a dash"))
    if not _ONE_WORD.fullmatch(text):
        odd = next(char for char in text if not _ONE_WORD.fullmatch(char))
        said = _("holds “%(odd)s”, which could change what a command does; nothing is filled in")
        raise ValueError(said % {"odd": odd})
    return _of_kind(kind, text)


def _of_kind(kind: str, text: str) -> str:
    if kind == GAP:
        return text
    if kind == PID:
        if not text.isascii() or not text.isdecimal() or not 1 <= int(text) <= _MAX_PID:
            raise ValueError(_("must be a process id, such as 1234"))
        return str(int(text))
    return str(read_value(Param(name="value", type=kind), text))


def _literal(default: object) -> str:
    text = "" if default is None else str(default)
    return text if _ONE_WORD.fullmatch(text) else ""


@lru_cache(maxsize=512)
def _examples(body: str) -> tuple[Fillable, ...]:
    code = code_in(body)
    pids = pids_in(code)
    # Two different ids are two different things, and nothing says which is asked for.
    found = [Fillable(name=PID, kind=PID, literal=pids[0])] if len(pids) == 1 else []
    gaps = gaps_in(code)[:_MOST_GAPS]
    return (*found, *(Fillable(name=_gap_name(g), kind=GAP, literal=f"<{g}>") for g in gaps))


def _gap_name(words: str) -> str:
    """One that can stand in an address, in whatever language the words are."""
    return f"gap{hashlib.sha256(words.encode()).hexdigest()[:6]}"


def _field(
    guide: Guide, one: Fillable, typed: Mapping[str, str], known: Mapping[str, str]
) -> Field:
    is_typed = one.name in typed
    value = typed[one.name].strip() if is_typed else known.get(one.name, "")
    error = ""
    try:
        value = read_filling(one.kind, value) if value else ""
    except ValueError as refused:
        # What a case knows may be no word for a command; then the example stays.
        value, error = (value, _(str(refused))) if is_typed else ("", "")
    return Field(
        name=one.name,
        label=_label(guide, one),
        kind=one.kind,
        typed=value,
        example=one.example,
        is_known=not is_typed and bool(value),
        error=error,
    )


def _label(guide: Guide, one: Fillable) -> str:
    if one.kind == PID:
        return _("Process id (PID)")
    if one.kind == GAP:
        return one.literal.strip("<>")
    return _spec_label(guide, one.name)
