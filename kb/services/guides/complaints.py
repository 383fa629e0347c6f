"""Complaints about a guide as sentences of the reader's language."""

from collections.abc import Iterable, Mapping
from typing import Protocol

from django.utils.translation import gettext as _


class _Complaint(Protocol):
    @property
    def field(self) -> str: ...
    @property
    def template(self) -> str: ...
    @property
    def values(self) -> Mapping[str, object]: ...


def sentence(complaint: _Complaint) -> str:
    """`causes › loopback › weight: must be a number above 0`"""
    template = _(complaint.template)
    said = template % complaint.values if complaint.values else template
    place = complaint.field.replace(".", " › ")
    return f"{place}: {said}" if place else said


def sentences(complaints: Iterable[_Complaint]) -> list[str]:
    return [sentence(complaint) for complaint in complaints]
