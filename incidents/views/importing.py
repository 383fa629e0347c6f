"""A plain document on one page: choose it, accept or reject each proposal, see what came of it.

Nothing is kept between the steps: the text travels in the form, so that what a person has not
decided on yet is stored nowhere.
"""

import base64
import binascii
import datetime
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from incidents.forms import ImportForm
from incidents.services.import_answers import reasons_of
from incidents.services.importing import (
    CannotImport,
    Decided,
    Decision,
    Problem,
    Rights,
    date_of,
    import_plain,
    known_before,
    slug_for,
)
from incidents.views.import_rows import groups_of, lines_of
from kb.ingest import BadGuide, decode
from kb.ingest.plain import KINDS, Document, read
from kb.models import GuideRevision
from kb.services.guides.complaints import sentences
from probes.requests import PageRequest

# The text comes back with the form, coded, within what one request may hold.
MAX_BYTES = 500_000


@login_required
@require_http_methods(["GET", "POST"])
def import_document(request: PageRequest) -> HttpResponse:
    rights = rights_of(request)
    if not (rights.may_import or rights.may_open):
        raise PermissionDenied
    if request.method == "GET":
        return render(request, "incidents/import.html", {"form": ImportForm()})
    try:
        name, content = _sent(request)
        document = read(decode(content), kind=_kind(request))
    except BadGuide as refused:
        return _refused(request, sentences(refused.complaints))
    except ValueError as problem:
        return _refused(request, [str(problem)])
    if request.POST.get("do") == "create":
        return _create(request, document, rights, name=name)
    return _proposals(request, document, name=name)


def rights_of(request: PageRequest) -> Rights:
    return Rights(
        may_import=request.user.has_perm("kb.import_guide"),
        may_open=request.user.has_perm("incidents.add_incident"),
        may_publish=request.user.has_perm("kb.publish_guide"),
    )


def _refused(request: PageRequest, problems: list[str]) -> HttpResponse:
    form = ImportForm(initial={"pasted": request.POST.get("pasted", "")})
    context = {"form": form, "problems": problems}
    return render(request, "incidents/import.html", context, status=400)


def _sent(request: PageRequest) -> tuple[str, bytes]:
    """The document's name and bytes. Raises ValueError with a sentence for the person."""
    if "content" in request.POST:
        name, content = request.POST.get("name", ""), _carried(request.POST["content"])
    elif (file := request.FILES.get("document")) is not None:
        name, content = str(file.name), file.read(MAX_BYTES + 1)
    else:
        # A browser sends every line end as CRLF, whatever the text had.
        name, content = "", request.POST.get("pasted", "").replace("\r\n", "\n").encode()
    if not content.strip():
        raise ValueError(_("Choose a file, or paste the text of a document."))
    if len(content) > MAX_BYTES:
        raise ValueError(
            _("This document is too large for the page. Use manage.py import_document.")
        )
    return name, content


def _carried(content: str) -> bytes:
    try:
        return base64.b64decode(content, validate=True)
    except (binascii.Error, ValueError) as exc:
        raise ValueError(_("The preview was damaged. Choose the file again.")) from exc


def _kind(request: PageRequest) -> str:
    """What the person switched to, else what it was; empty for the guess."""
    pressed = request.POST.get("do", "").removeprefix("kind:")
    kind = pressed if pressed in KINDS else request.POST.get("kind", "")
    return kind if kind in KINDS else ""


def _create(request: PageRequest, document: Document, rights: Rights, *, name: str) -> HttpResponse:
    decision = decision_of(request, document, name=name)
    try:
        if request.POST.get("date") and decision.date is None:
            raise CannotImport([Problem(line=0, message=_("Write the day as 2025-06-17."))])
        imported = import_plain(
            document, decision, by=request.user, rights=rights, source=GuideRevision.Source.IMPORT
        )
    except CannotImport as refused:
        return _proposals(request, document, name=name, problems=refused.problems)
    context = {"imported": imported, "document": document}
    return render(request, "incidents/import_done.html", context)


def decision_of(request: PageRequest, document: Document, *, name: str) -> Decision:
    """What the form says; before the first decision nothing is accepted."""
    sent = request.POST
    if "seen" not in sent:
        return Decision(
            title=document.title,
            slug=slug_for(document, name=name),
            language=document.language,
            date=date_of(document),
        )
    return Decision(
        accept=frozenset(sent.getlist("accept")) & {one.id for one in document.proposals},
        keep=frozenset(one.id for one in document.secrets if sent.get(one.id) == "keep"),
        titles=_by_id(sent, document, "title"),
        probes=_by_id(sent, document, "probe"),
        outcomes=_by_id(sent, document, "outcome"),
        title=sent.get("title", ""),
        slug=sent.get("slug", ""),
        language=sent.get("language", ""),
        date=_day(sent.get("date", "")),
    )


def _by_id(sent: Mapping[str, Any], document: Document, field: str) -> dict[str, str]:
    names = {one.id: f"{field}-{one.id}" for one in document.proposals}
    return {name: str(sent[key]) for name, key in names.items() if key in sent}


def _day(text: str) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(text.strip())
    except ValueError:
        return None


def _proposals(
    request: PageRequest, document: Document, *, name: str, problems: tuple[Problem, ...] = ()
) -> HttpResponse:
    decision = _pressed(request, document, decision_of(request, document, name=name))
    decided = Decided(document, decision, slug=slug_for(document, name=name))
    context = {
        "document": document,
        "decision": decision,
        "known": known_before(document, decision),
        "groups": groups_of(decided),
        "lines": lines_of(document),
        "reasons": reasons_of(document),
        "problems": problems,
        "languages": settings.LANGUAGES,
        "name": name,
        "content": base64.b64encode(document.body.encode()).decode(),
    }
    return render(request, "incidents/import_proposals.html", context, status=_status(problems))


def _status(problems: tuple[Problem, ...]) -> int:
    return 400 if problems else 200


def _pressed(request: PageRequest, document: Document, decision: Decision) -> Decision:
    """`all:check` and `none:check` accept or reject a whole group; `all:` every proposal."""
    deed, _colon, sort = request.POST.get("do", "").partition(":")
    if deed not in ("all", "none"):
        return decision
    group = {one.id for one in document.proposals if sort in ("", one.sort)}
    accept = decision.accept | group if deed == "all" else decision.accept - group
    return Decision(**{**vars(decision), "accept": frozenset(accept)})
