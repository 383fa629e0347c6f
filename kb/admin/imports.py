"""The import page: files or pasted text, a preview with every complaint, then all or nothing."""

import base64
import binascii
import hashlib
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kb.admin.people import person
from kb.admin.replays import replay_page, replays_of
from kb.ingest import dump
from kb.models import GuideRevision
from kb.services.guides.complaints import sentence
from kb.services.guides.guides import (
    FileComplaint,
    ImportPlan,
    ImportRefused,
    apply_import,
    plan_import,
)

PASTED = "pasted.md"
# Previewed files come back with the form that applies them, within what one request may hold.
MAX_TOTAL_BYTES = 600_000

Files = list[tuple[str, bytes]]


class _ManyFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class ImportForm(forms.Form):
    documents = forms.FileField(
        label=gettext_lazy("Markdown files"),
        required=False,
        widget=_ManyFiles(attrs={"multiple": True, "accept": ".md,text/markdown"}),
    )
    pasted = forms.CharField(
        label=gettext_lazy("or the text of one guide"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 14, "cols": 100, "class": "code vLargeTextField"}),
    )


def import_view(request: HttpRequest) -> HttpResponse:
    """`admin/kb/guide/import/`"""
    if not request.user.has_perm("kb.import_guide"):
        raise PermissionDenied
    if request.method != "POST":
        return _page(request)
    try:
        files = _sent(request)
    except ValueError as problem:
        return _page(request, error=str(problem))
    plan = plan_import(files, may_publish=request.user.has_perm("kb.publish_guide"))
    if "replay" in request.POST and not plan.complaints:
        return replay_page(request, replays_of(plan))
    if "apply" in request.POST and not plan.complaints:
        return _apply(request, files, plan)
    return _preview(request, files, plan)


def _sent(request: HttpRequest) -> Files:
    """The files of the request. Raises ValueError with a sentence for the person."""
    is_previewed = "apply" in request.POST or "replay" in request.POST
    files = _carried(request) if is_previewed else _chosen(request)
    if not files:
        raise ValueError(_("Choose files, or paste the text of a guide."))
    if sum(len(content) for _name, content in files) > MAX_TOTAL_BYTES:
        raise ValueError(
            _(
                "These files are too large for one import on this page. Import them in smaller "
                "sets, or with manage.py import_guides."
            )
        )
    return files


def _chosen(request: HttpRequest) -> Files:
    files = [
        (str(file.name), file.read(MAX_TOTAL_BYTES + 1))
        for file in request.FILES.getlist("documents")
    ]
    if pasted := request.POST.get("pasted", "").strip("\r\n"):
        # A browser sends every line end as CRLF, whatever the text had.
        files.append((PASTED, f"{pasted}\n".replace("\r\n", "\n").encode(errors="replace")))
    return files


def _carried(request: HttpRequest) -> Files:
    """What was previewed, coded so that a browser does not change its line ends."""
    names, contents = request.POST.getlist("name"), request.POST.getlist("content")
    try:
        decoded = [base64.b64decode(content, validate=True) for content in contents]
    except (binascii.Error, ValueError) as exc:
        raise ValueError(_("The preview was damaged. Choose the files again.")) from exc
    return list(zip(names, decoded, strict=False))


def _apply(request: HttpRequest, files: Files, plan: ImportPlan) -> HttpResponse:
    if request.POST.get("seen") != _digest(plan):
        said = _("A guide was changed since you looked. This is what the import would change now.")
        return _preview(request, files, plan, error=said)
    try:
        saved = apply_import(plan, by=person(request), source=GuideRevision.Source.IMPORT)
    except ImportRefused as refused:
        return _preview(request, files, plan, complaints=refused.complaints)
    count = sum(one.changed for one in saved)
    messages.success(request, _("Imported %(count)s files.") % {"count": count})
    return redirect("admin:kb_guide_changelist")


def _preview(
    request: HttpRequest,
    files: Files,
    plan: ImportPlan,
    *,
    complaints: tuple[FileComplaint, ...] = (),
    error: str = "",
) -> HttpResponse:
    found = plan.complaints or complaints
    carried = [(name, base64.b64encode(content).decode()) for name, content in files]
    return _page(
        request,
        plan=plan,
        complaints=[_line(complaint) for complaint in found],
        warnings=[_line(warning) for warning in plan.warnings],
        carried=carried if plan.changes and not found else [],
        seen=_digest(plan),
        error=error,
        status=422 if found else 200,
    )


def _line(complaint: FileComplaint) -> dict[str, Any]:
    return {"file": complaint.file, "line": complaint.line, "said": sentence(complaint)}


def _digest(plan: ImportPlan) -> str:
    """What the person was shown: each guide as it is stored and as it would become."""
    digest = hashlib.sha256()
    for item in plan.items:
        digest.update((dump(item.before) if item.before else "").encode() + b"\0")
        digest.update(dump(item.draft).encode() + b"\0")
    return digest.hexdigest()


def _page(
    request: HttpRequest, *, status: int = 200, error: str = "", **found: Any
) -> HttpResponse:
    form = ImportForm({"pasted": request.POST.get("pasted", "")} if request.POST else None)
    context = {
        **admin.site.each_context(request),
        "title": _("Import guides"),
        "form": form,
        "error": error
        or (_("Nothing can be imported until this is right.") if status > 400 else ""),
        **found,
    }
    return render(
        request,
        "admin/kb/guide/import.html",
        context,
        status=400 if error and not found else status,
    )
