"""The first page, and incidents from opened to closed."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.core.paginator import Paginator
from django.db.models import Case, IntegerField, Q, Value, When
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from incidents import services, timeline
from incidents.forms import IncidentForm, NoteForm
from incidents.models import Incident
from kb.forms import PasteForm
from kb.models import Guide
from probes.requests import PageRequest

INCIDENTS_PER_PAGE = 30
ON_FIRST_PAGE = 5

OPEN = ~Q(status__in=(Incident.Status.RESOLVED, Incident.Status.CLOSED))


@login_required
def find(request: PageRequest) -> HttpResponse:
    context = {"form": PasteForm(), **_first_page_cards(request)}
    return render(request, "incidents/find.html", context)


def _first_page_cards(request: PageRequest) -> dict[str, object]:
    cards: dict[str, object] = {}
    if request.user.has_perm("incidents.view_incident"):
        is_mine = Case(
            When(reporter_id=request.user.pk, then=Value(0)),
            default=Value(1),
            output_field=IntegerField(),
        )
        cards["incidents"] = Incident.objects.filter(OPEN).order_by(is_mine, "-started_at")[
            :ON_FIRST_PAGE
        ]
    if request.user.has_perm("kb.view_guide"):
        guides = Guide.objects.published().prefetch_related("translations", "services")
        cards["guides"] = guides.order_by("-updated_at", "slug")[:ON_FIRST_PAGE]
    return cards


@login_required
@permission_required("incidents.view_incident", raise_exception=True)
def incident_list(request: PageRequest) -> HttpResponse:
    wanted = request.GET.get("show", "open")
    incidents = Incident.objects.prefetch_related("services")
    if wanted == "open":
        incidents = incidents.filter(OPEN)
    if query := request.GET.get("q", "").strip():
        incidents = incidents.filter(Q(title__icontains=query) | Q(report__icontains=query))
    page = Paginator(incidents, INCIDENTS_PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "show": wanted, "query": query}
    return render(request, "incidents/list.html", context)


@login_required
@permission_required("incidents.add_incident", raise_exception=True)
def incident_new(request: PageRequest) -> HttpResponse:
    form = IncidentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        incident = services.open_incident(
            form.cleaned_data["title"],
            by=request.user,
            severity=form.cleaned_data["severity"],
            services=form.cleaned_data["services"],
        )
        return redirect(incident)
    return render(request, "incidents/new.html", {"form": form})


@login_required
@permission_required("incidents.view_incident", raise_exception=True)
def incident_detail(request: PageRequest, public_id: str) -> HttpResponse:
    return _detail(request, _incident(public_id), note_form=NoteForm())


def _incident(public_id: str) -> Incident:
    incidents = Incident.objects.select_related("investigation", "reporter")
    return get_object_or_404(incidents, public_id=public_id)


def _detail(request: PageRequest, incident: Incident, *, note_form: NoteForm) -> HttpResponse:
    status = 400 if note_form.errors else 200
    labels = dict(Incident.Status.choices)
    context = {
        "incident": incident,
        "timeline": timeline.of(incident),
        "note_form": note_form,
        "next_statuses": [(value, labels[value]) for value in services.next_statuses(incident)],
    }
    return render(request, "incidents/detail.html", context, status=status)


@login_required
@permission_required("incidents.add_note", raise_exception=True)
@require_POST
def incident_note(request: PageRequest, public_id: str) -> HttpResponse:
    incident = _incident(public_id)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _detail(request, incident, note_form=form)
    services.add_note(incident, text=form.cleaned_data["text"], by=request.user)
    return redirect(f"{incident.get_absolute_url()}#timeline-end")


@login_required
@permission_required("incidents.change_incident", raise_exception=True)
@require_POST
def incident_status(request: PageRequest, public_id: str) -> HttpResponse:
    incident = _incident(public_id)
    try:
        services.change_status(incident, to=request.POST.get("status", ""), by=request.user)
    except services.IllegalMove:
        messages.error(request, _("The incident has moved on meanwhile; nothing was changed."))
    return redirect(incident)
