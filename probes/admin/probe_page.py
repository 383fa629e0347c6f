"""What stands around the form of a probe: approval, trying it, limits, and what each answer means."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.forms import BoundField
from django.http import HttpRequest

from probes import kind_pages
from probes.admin.trying import last_look, value_form
from probes.engine.schema import Kind
from probes.forms import JUDGE
from probes.limits_here import limits_of
from probes.models import Probe

_MOST_NAMES = 5


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A row of the table: a way the look can end, and the choice of what that stands for here.

    `usual` is the status these parameters give it: with `expect: free` a free port is fine.
    """

    code: str
    label: str
    usual: str
    field: BoundField


def page_context(
    request: HttpRequest,
    probe: Probe | None,
    kind: Kind | None,
    *,
    may_approve: bool,
    may_run: bool,
) -> dict[str, Any]:
    """`kind` is None where the probe's is gone."""
    is_own = probe is not None and probe.author_id == request.user.pk
    context: dict[str, Any] = {
        "self_approval": settings.KNOWNFIX_SELF_APPROVAL,
        "may_approve": may_approve and (not is_own or settings.KNOWNFIX_SELF_APPROVAL),
        "is_own": is_own,
        "may_run": may_run,
        "probe": probe,
        "approvers": _approvers(request, probe),
        "most_approvers": _MOST_NAMES,
    }
    if kind is not None:
        context |= {"kind": kind_pages.described(kind), "limits": limits_of(kind)}
        context["example"] = kind_pages.example_yaml(kind)
    if probe is not None and probe.pk:
        context |= last_look(probe)
        context["values"] = value_form(probe)
    return context


def judged_rows(form: Any, kind: Kind, probe: Probe | None) -> Iterator[Judged]:
    """The kind's own reasons; what was not seen stays UNKNOWN and has no choice."""
    params = {one.name: [] if one.multiple else one.default for one in kind.params}
    params |= probe.params if probe else {}
    usual = {**kind.reasons, **kind.judging(params)}
    for reason in kind_pages.reasons_of(kind):
        if JUDGE + reason.code in form.fields:
            yield Judged(
                code=reason.code,
                label=reason.label,
                usual=usual[reason.code].value,
                field=form[JUDGE + reason.code],
            )


def _approvers(request: HttpRequest, probe: Probe | None) -> list[str]:
    """Names of people who may approve this definition, one more than the page tells at most."""
    author = probe.author_id if probe else request.user.pk
    people = get_user_model().objects.with_perm("probes.approve_probe")
    if author and not settings.KNOWNFIX_SELF_APPROVAL:
        people = people.exclude(pk=int(author))
    return [person.get_username() for person in people.order_by("username")[: _MOST_NAMES + 1]]
