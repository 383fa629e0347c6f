"""Actions on several rows that ask something first: what to set, or whether this is meant."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.functional import Promise

# What the page's own button sends; without it the page is only shown.
APPLY = "apply"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """`named` are the rows as the page lists them, each with what else is to be seen of it."""

    title: str | Promise
    button: str | Promise
    named: Iterable[tuple[Any, str]] = ()
    told: str | Promise = ""


def is_answered(request: HttpRequest) -> bool:
    return APPLY in request.POST


def ask(
    model_admin: Any, request: HttpRequest, rows: QuerySet, asked: Asked, form: Form | None = None
) -> TemplateResponse:
    """The page; its form comes back to the same action, with the same rows."""
    context = {
        **model_admin.admin_site.each_context(request),
        "title": asked.title,
        "asked": asked,
        "named": list(asked.named) or [(row, "") for row in rows],
        "chosen": request.POST.getlist(ACTION_CHECKBOX_NAME),
        "checkbox": ACTION_CHECKBOX_NAME,
        "action": request.POST.get("action", ""),
        "opts": model_admin.opts,
        "form": form or Form(),
    }
    return TemplateResponse(request, "admin/ask.html", context)


def say(model_admin: Any, request: HttpRequest, done: str, refused: Iterable[str] = ()) -> None:
    """What was done, when anything was, then one line for each row that was left alone, and why."""
    if done:
        model_admin.message_user(request, done, messages.SUCCESS)
    for why in refused:
        model_admin.message_user(request, why, messages.WARNING)
