"""Opening an incident: from a template, a guide or a page of results, beside what is like it."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from incidents import services
from incidents.forms import IncidentForm, lead_to_first_error
from incidents.models import Incident, IncidentTemplate
from incidents.services.similar import Known
from kb.models import Guide, Investigation, Service
from kb.views.similar import earlier
from probes.requests import PageRequest

# What is added to another incident as a note is no longer than a note over the API may be.
MOST_ADDED = 20_000


@login_required
@permission_required("incidents.add_incident", raise_exception=True)
def incident_new(request: PageRequest) -> HttpResponse:
    if request.method != "POST":
        return _new(request, _prefilled(request))
    form = IncidentForm(request.POST)
    if "look" in request.POST:
        return _new(request, form, text=request.POST.get("text", ""))
    if not form.is_valid():
        return _new(request, form)
    said = form.cleaned_data
    incident = services.open_incident(
        said.pop("title"),
        by=request.user,
        **said
        | {
            "investigation": _investigation(said["investigation"]),
            "guide": Guide.objects.published().filter(slug=said["guide"]).first(),
            "language": (get_language() or "").split("-")[0],
        },
    )
    return redirect(incident)


@require_POST
def incident_similar(request: PageRequest) -> HttpResponse:
    """What is like the text that is being typed; nothing of it is stored.

    Under the field of somebody whose login ended stands a way back in, not the whole login page.
    """
    if not request.user.is_authenticated:
        return render(request, "incidents/logged_out.html")
    if not request.user.has_perm("incidents.add_incident"):
        raise PermissionDenied
    return render(request, "incidents/similar.html", _similar(request.POST.get("text", "")))


@login_required
@permission_required("incidents.add_note", raise_exception=True)
@require_POST
def incident_add_to(request: PageRequest, public_id: str) -> HttpResponse:
    """What was about to be logged joins an incident that is there already."""
    incident = get_object_or_404(Incident, public_id=public_id)
    parts = (request.POST.get(name, "").replace("\x00", "").strip() for name in ("title", "text"))
    text = "\n\n".join(part for part in parts if part)[:MOST_ADDED]
    if not text:
        messages.error(request, _("Write something first."))
        return redirect("incident_new")
    whole = services.root_of(incident)
    services.add_note(whole, text=text, by=request.user)
    messages.success(request, _("Added here as a note. No second incident was opened."))
    return redirect(f"{whole.get_absolute_url()}#timeline-end")


def _new(request: PageRequest, form: IncidentForm, *, text: str | None = None) -> HttpResponse:
    is_refused = form.is_bound and text is None
    if is_refused:
        lead_to_first_error(form)
    shown = text if text is not None else str(form["text"].value() or "")
    context = {
        "form": form,
        "is_looking": text is not None,
        "templates": services.templates_offered(),
        "template": request.GET.get("template", ""),
        **_similar(shown),
    }
    return render(request, "incidents/new.html", context, status=400 if is_refused else 200)


def _similar(text: str) -> dict[str, Any]:
    known = services.look_for_similar(text.replace("\x00", "")) if text.strip() else Known(text="")
    return {"known": known, "similar": earlier(known.cases, known.text), "text": text}


def _investigation(public_id: str) -> Investigation | None:
    return Investigation.objects.filter(public_id=public_id).first() if public_id else None


def _prefilled(request: PageRequest) -> IncidentForm:
    """The form with what is known already, from wherever it was opened."""
    initial: dict[str, Any] = {}
    if slug := request.GET.get("template"):
        initial |= _from_template(slug)
    if slug := request.GET.get("guide"):
        initial |= _from_guide(slug)
    if found := _investigation(request.GET.get("from", "")):
        initial |= _from_investigation(found)
    return IncidentForm(initial=initial)


def _from_template(slug: str) -> dict[str, Any]:
    offered = {template.slug: template for template in services.templates_offered()}
    template: IncidentTemplate | None = offered.get(slug)
    return {"report": template.report, "severity": template.severity} if template else {}


def _from_guide(slug: str) -> dict[str, Any]:
    guide = Guide.objects.published().filter(slug=slug).first()
    if guide is None:
        return {}
    return {
        "title": guide.localized("title"),
        "guide": guide.slug,
        "services": guide.services.all(),
    }


def _from_investigation(found: Investigation) -> dict[str, Any]:
    """The text is stored there, masked; a case that began at a guide has none to name it by."""
    said = {"title": found.title, "text": found.text} if found.text else {}
    return said | {
        "investigation": found.public_id,
        "environment": found.environment,
        "services": Service.objects.filter(slug__in=found.services),
    }
