"""The first page, and incidents from opened to closed."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from incidents import samples, services, timeline
from incidents.forms import CloseForm, IncidentForm, NoteForm, fixes_of
from incidents.models import Incident
from kb.forms import PasteForm
from kb.models import Guide, Investigation, Resolution, Service
from kb.services.answers import Diagnosis
from kb.services.errors import CannotConclude
from kb.services.find import find_fixes
from kb.services.ranking import diagnose
from probes.requests import PageRequest

INCIDENTS_PER_PAGE = 30
ON_FIRST_PAGE = 5

OPEN = ~Q(status__in=(Incident.Status.RESOLVED, Incident.Status.CLOSED))


@login_required
def find(request: PageRequest) -> HttpResponse:
    if request.method == "POST":
        return _look_up(request)
    return _first_page(request, PasteForm())


def _look_up(request: PageRequest) -> HttpResponse:
    if not request.user.has_perm("kb.match_text"):
        raise PermissionDenied
    form = PasteForm(request.POST)
    if not form.is_valid():
        return _first_page(request, form)
    text = form.cleaned_data["text"]
    return redirect(find_fixes(text, by=request.user, services=form.services))


def _first_page(request: PageRequest, form: PasteForm) -> HttpResponse:
    context = {
        "form": form,
        "samples": samples.of_published_guides(),
        "curl": samples.curl_line(request.build_absolute_uri("/api/v1/match.txt")),
        **_first_page_cards(request),
    }
    status = 400 if form.is_bound else 200
    return render(request, "incidents/find.html", context, status=status)


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
    if request.method != "POST":
        return _new(request, _prefilled(request.GET.get("from", "")))
    form = IncidentForm(request.POST)
    if not form.is_valid():
        return _new(request, form)
    said = form.cleaned_data
    incident = services.open_incident(
        said["title"],
        by=request.user,
        text=said["text"],
        investigation=Investigation.objects.filter(public_id=said["investigation"]).first(),
        severity=said["severity"],
        services=said["services"],
    )
    return redirect(incident)


def _new(request: PageRequest, form: IncidentForm) -> HttpResponse:
    status = 400 if form.is_bound else 200
    return render(request, "incidents/new.html", {"form": form}, status=status)


def _prefilled(public_id: str) -> IncidentForm:
    """The form with what an investigation already knows; the text is stored there, masked."""
    investigation = Investigation.objects.filter(public_id=public_id).first()
    if investigation is None:
        return IncidentForm()
    return IncidentForm(
        initial={
            "title": investigation.title,
            "text": investigation.text,
            "investigation": investigation.public_id,
            "services": Service.objects.filter(slug__in=investigation.services),
        }
    )


@login_required
@permission_required("incidents.view_incident", raise_exception=True)
def incident_detail(request: PageRequest, public_id: str) -> HttpResponse:
    return _detail(request, _incident(public_id))


def _incident(public_id: str) -> Incident:
    incidents = Incident.objects.select_related(
        "investigation__concluded_cause__guide",
        "investigation__concluded_resolution__cause__guide",
        "reporter",
    )
    return get_object_or_404(incidents, public_id=public_id)


def _detail(
    request: PageRequest,
    incident: Incident,
    *,
    note_form: NoteForm | None = None,
    close_form: CloseForm | None = None,
) -> HttpResponse:
    forms = [form for form in (note_form, close_form) if form is not None and form.is_bound]
    labels = dict(Incident.Status.choices)
    diagnosis = diagnose(incident.investigation) if incident.investigation else None
    context = {
        "incident": incident,
        "diagnosis": diagnosis,
        "likeliest": diagnosis.causes[:3] if diagnosis else (),
        "timeline": timeline.of(incident),
        "note_form": note_form or NoteForm(),
        "close_form": close_form or CloseForm(fixes=_fixes(diagnosis)),
        "next_statuses": [(value, labels[value]) for value in services.next_statuses(incident)],
    }
    return render(request, "incidents/detail.html", context, status=400 if forms else 200)


def _fixes(diagnosis: Diagnosis | None) -> QuerySet[Resolution]:
    """The fixes of the guides that answered; without an answer, of all."""
    return fixes_of({cause.guide for cause in diagnosis.causes} if diagnosis else ())


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
    except services.IllegalMove as refused:
        messages.error(request, str(refused))
    return redirect(incident)


@login_required
@permission_required("incidents.change_incident", raise_exception=True)
@require_POST
def incident_close(request: PageRequest, public_id: str) -> HttpResponse:
    incident = _incident(public_id)
    diagnosis = diagnose(incident.investigation) if incident.investigation else None
    form = CloseForm(request.POST, fixes=_fixes(diagnosis))
    if not form.is_valid():
        return _detail(request, incident, close_form=form)
    try:
        services.close_incident(incident, by=request.user, **form.cleaned_data)
    except (services.IllegalMove, CannotConclude) as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Closed. What fixed it counts for the next one."))
    return redirect(incident)
