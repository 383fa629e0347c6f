"""What the guides' parameters stand at: typed, read from the paste, bound by a service, default."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from kb.matching import Analysis
from kb.models import Check, Guide, Investigation, Service
from kb.services.cases.reading import Case
from kb.services.diagnosing.answers import ParameterValue
from kb.services.diagnosing.errors import BadParameters
from probes.engine.registry import placeholders
from probes.engine.schema import Param
from probes.engine.values import read_value

Values = Mapping[str, ParameterValue]


def parameters_of(
    guide: Guide,
    *,
    investigation: Investigation,
    analysis: Analysis,
    services: Sequence[Service] = (),
) -> dict[str, ParameterValue]:
    """Every parameter of the guide by name, with the first source that has a usable value."""
    needed = {name for check in guide.checks.all() for name in names_used(check, guide)}
    found = {}
    for name, spec in guide.parameters.items():
        typed = investigation.typed.get(f"{guide.slug}/{name}", investigation.typed.get(name))
        offers = _offers(name, spec, typed, analysis, services)
        value, source = _first_usable(spec["type"], offers)
        found[name] = ParameterValue(
            guide=guide,
            name=name,
            label=guide.localized_name("parameters", name, spec.get("label") or name),
            type=spec["type"],
            value=value,
            source=source,
            confirmed=source not in ("", "paste"),
            needed=value is None and (name in needed or bool(spec.get("required"))),
        )
    return found


def parameters_by_guide(
    case: Case, guides: Iterable[Guide]
) -> dict[str, dict[str, ParameterValue]]:
    """`parameters_of` each of these guides in the case, by the guide's slug."""
    return {
        guide.slug: parameters_of(
            guide,
            investigation=case.investigation,
            analysis=case.analysis,
            services=case.services,
        )
        for guide in guides
    }


def names_used(check: Check, guide: Guide) -> frozenset[str]:
    """The guide's parameters that a check is filled in with."""
    return frozenset(name for name in placeholders(check.parameters) if name in guide.parameters)


def scoped(value: ParameterValue) -> str:
    """`guide/name`: the key of a value that is meant for one guide only."""
    return f"{value.guide.slug}/{value.name}"


def read_typed(guides: Sequence[Guide], values: Mapping[str, Any]) -> dict[str, Any]:
    """Typed values by each parameter's type; None where a value was emptied.

    A key is a parameter's name, for every guide that asks for it, or `guide/name` for one.
    Raises BadParameters naming every value that no guide asks for or its type refuses.
    """
    types = {n: s["type"] for guide in guides for n, s in guide.parameters.items()}
    types |= {f"{g.slug}/{n}": s["type"] for g in guides for n, s in g.parameters.items()}
    read: dict[str, Any] = {}
    problems: dict[str, str] = {}
    for name, value in values.items():
        if name not in types:
            problems[name] = _("No guide asks for a parameter of this name.")
        elif value is None or value == "":
            read[name] = None
        else:
            try:
                read[name] = _read(types[name], value)
            except ValueError as error:
                problems[name] = str(error)
    if problems:
        raise BadParameters(problems)
    return read


def merged(typed: Mapping[str, Any], read: Mapping[str, Any]) -> dict[str, Any]:
    """What is typed after these values came; one for every guide replaces those for single ones."""
    kept = {key: v for key, v in typed.items() if key.rpartition("/")[2] not in read}
    return {key: v for key, v in {**kept, **read}.items() if v is not None}


def _offers(
    name: str,
    spec: Mapping[str, Any],
    typed: Any,
    analysis: Analysis,
    services: Sequence[Service],
) -> list[tuple[Any, str]]:
    """Every value there is for the parameter with its source, the nearest to the person first."""
    return [
        (typed, "typed"),
        *((value, "paste") for value in _pasted(analysis, spec.get("from") or "")),
        *((service.bindings.get(name), "service") for service in services),
        (spec.get("default"), "default"),
    ]


def _first_usable(type_name: str, offers: Iterable[tuple[Any, str]]) -> tuple[Any, str]:
    for value, source in offers:
        if value is not None and value != "":
            try:
                return _read(type_name, value), source
            except ValueError:
                # A fact that the type refuses is not the value; the next one may be.
                continue
    return None, ""


def _pasted(analysis: Analysis, fact_type: str) -> list[str]:
    """The facts of one type in the text's order: the first is what the message is about."""
    return [fact.value for fact in analysis.facts if fact_type and fact.type == fact_type]


def _read(type_name: str, value: Any) -> Any:
    return read_value(Param(name="value", type=type_name), value)
