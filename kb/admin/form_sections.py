"""The sections of a long form, as links with how many rows and how many errors each has."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.text import capfirst


@dataclass(frozen=True, kw_only=True)
class FormSection:
    """`count` is None where the section has no rows."""

    anchor: str
    name: str
    count: int | None
    errors: int


def sections_of(context: dict[str, Any]) -> list[FormSection]:
    return [
        *_fieldsets(context["adminform"]),
        *_lists(context["inline_admin_formsets"], context["complaints"]),
    ]


def _fieldsets(adminform: Any) -> Iterator[FormSection]:
    for number, fieldset in enumerate(adminform):
        names = [field.field.get("name") if field.is_readonly else field.field.name
                 for line in fieldset for field in line]  # fmt: skip
        yield FormSection(
            anchor=f"fieldset-0-{number}-heading",
            name=str(fieldset.name),
            count=None,
            errors=sum(name in adminform.form.errors for name in names),
        )


def _lists(inlines: Any, complaints: Any) -> Iterator[FormSection]:
    for inline in inlines:
        formset = inline.formset
        errors = formset.total_error_count() if formset.is_bound else 0
        errors += sum(one.field.startswith(f"{formset.prefix}.") for one in complaints)
        yield FormSection(
            anchor=f"{formset.prefix}-group",
            name=capfirst(str(formset.model._meta.verbose_name_plural)),
            count=len(formset.forms),
            errors=errors,
        )
