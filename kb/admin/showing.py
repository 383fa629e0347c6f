"""Showing a form again as it was typed, saved nowhere: with its preview, or with one more row."""

from collections.abc import Iterable
from typing import Any

from django.forms.utils import ErrorDict
from django.http import HttpRequest, QueryDict

# Buttons that work without JavaScript: the preview, and `_row_PREFIX`, a further row.
PREVIEW = "_preview"
_ROW = "_row_"
# Stands in for an error so that the form is not saved; nobody sees it.
ONLY_SHOWN = "only_shown"


def is_only_shown(request: HttpRequest) -> bool:
    return PREVIEW in request.POST or any(name.startswith(_ROW) for name in request.POST)


def with_asked_row(post: QueryDict) -> QueryDict:
    data = post.copy()
    for name in post:
        total = f"{name.removeprefix(_ROW)}-TOTAL_FORMS"
        count = post.get(total, "")
        if name.startswith(_ROW) and count.isdecimal():
            data[total] = str(int(count) + 1)
    return data


def show_without_errors(context: dict[str, Any], form: Any, formsets: Iterable[Any]) -> None:
    """What is not finished is not wrong yet."""
    for one in [form, *(row for formset in formsets for row in formset.forms)]:
        one._errors = ErrorDict()
    context["errors"] = None
