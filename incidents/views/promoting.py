"""From an incident to a guide: what its record proposes, chosen on one page."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from incidents.forms import PromoteForm
from incidents.models import Incident
from incidents.services import promoting
from kb.ingest import BadGuide
from kb.models import Cause, Guide
from kb.services.complaints import sentences
from kb.services.drafting import Chosen, Proposed, Told
from probes.requests import PageRequest

_STATES = {
    "draft": Guide.State.DRAFT,
    "review": Guide.State.IN_REVIEW,
    "publish": Guide.State.PUBLISHED,
}


@login_required
@permission_required(["incidents.view_incident", "kb.add_guide"], raise_exception=True)
@require_http_methods(["GET", "POST"])
def promote(request: PageRequest, public_id: str) -> HttpResponse:
    incident = get_object_or_404(
        Incident.objects.select_related("investigation"), public_id=public_id
    )
    told = promoting.told_by(incident)
    proposed = promoting.proposed(incident, told)
    choices = _choices(told, proposed)
    if request.method != "POST":
        form = PromoteForm(choices=choices, initial=_initial(incident, told, proposed))
        return _page(request, incident, told, proposed, form)
    form = PromoteForm(request.POST, choices=choices)
    guide = _write(request, incident, told, form) if form.is_valid() else None
    if guide is None:
        return _page(request, incident, told, proposed, form)
    messages.success(request, _said(guide, form))
    return redirect(_where(request, guide))


def _choices(told: Told, proposed: Sequence[Proposed]) -> dict[str, Any]:
    return {
        "phrases": [(one.phrase, one.phrase) for one in proposed],
        "looks": [(look.slug, look.name) for look in told.looks],
        "avoid": [(str(one.pk), one.what) for one in told.failed],
        "existing": _causes(),
    }


def _causes() -> QuerySet[Cause]:
    causes = Cause.objects.exclude(guide__state=Guide.State.ARCHIVED).select_related("guide")
    return causes.prefetch_related("guide__translations").order_by("guide__slug", "position")


def _initial(incident: Incident, told: Told, proposed: Sequence[Proposed]) -> dict[str, Any]:
    """Taken over at first: what misleads nobody, what saw something wrong, all that failed."""
    found = incident.investigation
    known = found.concluded_cause if found else None
    worked = told.worked
    return {
        "title": incident.title,
        "phrases": [one.phrase for one in proposed if not one.hits.wrong],
        "looks": [look.slug for look in told.looks if look.is_telling],
        "avoid": [str(one.pk) for one in told.failed],
        "fix": worked[-1].what if worked else "",
        "is_workaround": incident.resolution_kind == Incident.ResolutionKind.WORKAROUND,
        "cause": known.title if known else "",
        "existing": known or incident.known_error,
    }


def _write(request: PageRequest, incident: Incident, told: Told, form: PromoteForm) -> Guide | None:
    try:
        if form.extends:
            return _extend(request, incident, told, form)
        return promoting.promote(incident, _chosen(request, form), told=told, by=request.user)
    except BadGuide as refused:
        for problem in sentences(refused.complaints):
            form.add_error(None, problem)
    except ValueError:
        form.add_error("own_phrase", _("These words cannot be a symptom."))
    return None


def _extend(request: PageRequest, incident: Incident, told: Told, form: PromoteForm) -> Guide:
    if not request.user.has_perm("kb.change_guide"):
        raise PermissionDenied
    cause, chosen = form.cleaned_data["existing"], _chosen(request, form)
    return promoting.add_to_guide(incident, cause, chosen, told=told, by=request.user)


def _chosen(request: PageRequest, form: PromoteForm) -> Chosen:
    said = form.cleaned_data
    own = [said["own_phrase"].strip()] if said["own_phrase"].strip() else []
    state = _STATES.get(request.POST.get("deed", ""), Guide.State.DRAFT)
    if state == Guide.State.PUBLISHED and not request.user.has_perm("kb.publish_guide"):
        raise PermissionDenied
    return Chosen(
        title=said["title"],
        cause=said["cause"],
        is_confirmed=said["is_confirmed"],
        phrases=(*said["phrases"], *own),
        looks=frozenset(said["looks"]),
        avoid=frozenset(map(int, said["avoid"])),
        fix=said["fix"].strip(),
        is_workaround=said["is_workaround"],
        state=state.value,
    )


def _said(guide: Guide, form: PromoteForm) -> str:
    words = _("Added to “%(title)s”.") if form.extends else _("The guide “%(title)s” was written.")
    return words % {"title": guide.localized("title")}


def _where(request: PageRequest, guide: Guide) -> str:
    """A draft goes on in the form where it is written; who may not change it sees its page."""
    if guide.state == Guide.State.PUBLISHED or not request.user.has_perm("kb.change_guide"):
        return guide.get_absolute_url()
    if not request.user.is_staff:
        return guide.get_absolute_url()
    return reverse("admin:kb_guide_change", args=[guide.pk])


def _page(
    request: PageRequest,
    incident: Incident,
    told: Told,
    proposed: Sequence[Proposed],
    form: PromoteForm,
) -> HttpResponse:
    context = {
        "incident": incident,
        "told": told,
        "form": form,
        "phrases": list(zip(form["phrases"], proposed, strict=True)),
        "looks": list(zip(form["looks"], told.looks, strict=True)),
        "avoid": list(zip(form["avoid"], told.failed, strict=True)),
        "may_extend": request.user.has_perm("kb.change_guide"),
        "may_publish": request.user.has_perm("kb.publish_guide"),
    }
    return render(request, "incidents/promote.html", context, status=400 if form.is_bound else 200)
