"""The values that checks are filled in with, as a page asks for them."""

from collections.abc import Mapping
from dataclasses import dataclass

from kb.services.diagnosing.answers import Diagnosis, ParameterValue
from kb.services.diagnosing.parameters import names_used, scoped
from probes.requests import PageRequest

# Before a value's name in the forms that send it.
VALUE_PREFIX = "p-"


@dataclass(frozen=True, kw_only=True)
class Field:
    """One value to look at and change. `key` is `guide/name`."""

    key: str
    value: ParameterValue
    error: str


@dataclass(frozen=True, kw_only=True)
class Fields:
    """What the next check looks at stands first; the rest is folded away.

    `is_open`: something is missing or was refused, so a person has to fill it in. What was read
    from the paste stands beside the button as it is: `has_read` says that some of it was.
    """

    for_next: tuple[Field, ...]
    others: tuple[Field, ...]
    is_open: bool
    has_read: bool


def asked_for(diagnosis: Diagnosis, errors: Mapping[str, str]) -> Fields:
    used = _used_next(diagnosis)
    fields = [
        Field(key=scoped(value), value=value, error=errors.get(scoped(value), ""))
        for value in diagnosis.parameters
    ]
    for_next = tuple(field for field in fields if field.key in used)
    others = tuple(field for field in fields if field.key not in used)
    sources = {field.value.source for field in for_next}
    return Fields(
        for_next=for_next,
        others=others,
        is_open="" in sources or bool(errors),
        has_read="paste" in sources,
    )


def _used_next(diagnosis: Diagnosis) -> frozenset[str]:
    checks = [state.check for state in diagnosis.next.checks] if diagnosis.next else []
    return frozenset(
        f"{check.guide.slug}/{name}" for check in checks for name in names_used(check, check.guide)
    )


def sent_in(request: PageRequest) -> dict[str, str]:
    """The values that stood beside the button that was pressed, by `guide/name`."""
    return {
        name.removeprefix(VALUE_PREFIX): value
        for name, value in request.POST.items()
        if name.startswith(VALUE_PREFIX) and isinstance(value, str)
    }


def typed_over(diagnosis: Diagnosis, values: Mapping[str, str]) -> dict[str, str]:
    """What the person changed; what was left as it stood keeps its source."""
    stood = {scoped(one): one.value for one in diagnosis.parameters}
    return {
        name: value
        for name, value in values.items()
        if value != ("" if stood.get(name) is None else str(stood[name]))
    }
