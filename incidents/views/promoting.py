"""From an incident to a guide: what its record proposes, chosen on one page."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.core.exceptions import PermissionDenied
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
from kb.rendering import render as to_html
from kb.services.authoring.cause_search import causes_like, living_causes, offered_causes
from kb.services.authoring.drafting import Chosen, Proposed, Told
from kb.services.diagnosing.answers import RankedCause
from kb.services.diagnosing.ranking import diagnose
from kb.services.guides.complaints import sentences
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
        Incident.objects.select_related(
            "investigation__concluded_cause__guide", "known_error__guide"
        ),
        public_id=public_id,
    )
    told = promoting.told_by(incident)
    proposed = promoting.proposed(incident, told)
    ranked = _ranked(incident)
    covering = _covering(incident, ranked)
    choices = _choices(told, proposed)
    if request.method != "POST":
        form = PromoteForm(choices=choices, initial=_initial(incident, told, proposed, covering))
        form.offer(offered_causes([covering, *(one.cause for one in ranked)]))
        return _page(request, incident, told, proposed, form, covering)
    form = PromoteForm(request.POST, choices=choices)
    form.offer(_sought(form) or offered_causes([covering, *(one.cause for one in ranked)]))
    is_written = form.is_valid() and not form.seeks
    guide = _write(request, incident, told, form) if is_written else None
    if guide is None:
        return _page(request, incident, told, proposed, form, covering)
    messages.success(request, _said(guide, form))
    return redirect(_where(request, guide))


def _sought(form: PromoteForm) -> Sequence[Cause]:
    words = form.data.get("seek", "").strip()
    return causes_like(words) if words else ()


def _ranked(incident: Incident) -> Sequence[RankedCause]:
    found = incident.investigation
    return diagnose(found).causes if found and found.text.strip() else ()


def _choices(told: Told, proposed: Sequence[Proposed]) -> dict[str, Any]:
    checks = [(one.slug, one.name) for one in told.checks]
    return {
        "phrases": [(one.phrase, one.phrase) for one in proposed],
        "looks": checks,
        "verify": checks,
        "avoid": [(str(one.pk), one.what) for one in told.failed],
        "existing": living_causes(),
    }


def _initial(
    incident: Incident, told: Told, proposed: Sequence[Proposed], covering: Cause | None
) -> dict[str, Any]:
    """Taken over at first: what misleads nobody, what saw something wrong, all that failed."""
    found = incident.investigation
    known = found.concluded_cause if found else None
    worked = told.worked
    telling = [look.slug for look in told.looks if look.is_telling]
    return {
        "title": incident.title,
        "phrases": [one.phrase for one in proposed if not one.hits.wrong],
        "looks": telling,
        "verify": telling,
        "avoid": [str(one.pk) for one in told.failed],
        "fix": worked[-1].what if worked else "",
        "is_workaround": incident.resolution_kind == Incident.ResolutionKind.WORKAROUND,
        "cause": known.title if known else "",
        "existing": covering,
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
        verify=frozenset(said["verify"]),
        avoid=frozenset(map(int, said["avoid"])),
        fix=said["fix"].strip(),
        is_workaround=said["is_workaround"],
        state=state.value,
    )


def _covering(incident: Incident, ranked: Sequence[RankedCause]) -> Cause | None:
    """The cause of a guide that knows this already: how it ended, else what strongly matches."""
    found = incident.investigation
    ended = (found and found.concluded_cause) or incident.known_error
    return ended or next((one.cause for one in ranked if one.strength == "strong"), None)


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
    covering: Cause | None,
) -> HttpResponse:
    context = {
        "incident": incident,
        "told": told,
        "form": form,
        "phrases": list(zip(form["phrases"], proposed, strict=True)),
        "checks": list(zip(form["looks"], told.checks, strict=True)),
        "report": to_html(told.report).html if told.report.strip() else "",
        "covering": covering,
        "avoid": list(zip(form["avoid"], told.failed, strict=True)),
        "may_extend": request.user.has_perm("kb.change_guide"),
        "may_publish": request.user.has_perm("kb.publish_guide"),
    }
    return render(
        request,
        "incidents/promote.html",
        context,
        status=400 if form.is_bound and not form.seeks else 200,
    )
