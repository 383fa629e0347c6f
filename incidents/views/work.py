"""What was tried in an incident, and the work that remains after it."""

from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from incidents import services
from incidents.forms import ActionItemForm, AttemptForm
from incidents.models import ActionItem
from incidents.views.detail import page
from incidents.views.opened import incident_of, opened
from probes.requests import PageRequest


@login_required
@permission_required("kb.add_attempt", raise_exception=True)
@require_POST
def incident_attempt(request: PageRequest, public_id: str) -> HttpResponse:
    this = opened(public_id)
    form = AttemptForm(request.POST, fixes=this.fixes, causes=this.causes, auto_id="attempt_%s")
    if not form.is_valid():
        return page(request, this, refused={"attempt_form": form})
    said = form.cleaned_data
    services.add_attempt(this.incident, said.pop("what"), by=request.user, **said)
    return redirect(f"{this.incident.get_absolute_url()}#attempts-title")


@login_required
@permission_required("incidents.add_actionitem", raise_exception=True)
@require_POST
def incident_action(request: PageRequest, public_id: str) -> HttpResponse:
    form = ActionItemForm(request.POST, auto_id="action_%s")
    if not form.is_valid():
        return page(request, opened(public_id), refused={"action_form": form})
    incident = incident_of(public_id)
    said = form.cleaned_data
    services.add_action_item(incident, said.pop("what"), **said)
    return redirect(f"{incident.get_absolute_url()}#actions-title")


@login_required
@permission_required("incidents.change_actionitem", raise_exception=True)
def action_edit(request: PageRequest, number: int) -> HttpResponse:
    item = _item(number)
    names = ("what", "owner", "due", "horizon", "detail")
    known = {name: getattr(item, name) for name in names}
    form = ActionItemForm(request.POST or None, initial=known)
    if request.method == "POST" and form.is_valid():
        services.change_action_item(item, **form.cleaned_data)
        return redirect(f"{item.incident.get_absolute_url()}#actions-title")
    context = {"form": form, "item": item}
    status = 400 if form.is_bound else 200
    return render(request, "incidents/action_edit.html", context, status=status)


@login_required
@permission_required("incidents.change_actionitem", raise_exception=True)
@require_POST
def action_done(request: PageRequest, number: int) -> HttpResponse:
    """One press: done, or not done after all."""
    item = _item(number)
    services.set_done(item, is_done=request.POST.get("done") == "1", by=request.user)
    back = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return redirect(back if is_ours else f"{item.incident.get_absolute_url()}#actions-title")


def _item(number: int) -> ActionItem:
    return get_object_or_404(ActionItem.objects.select_related("incident", "owner"), pk=number)
