"""A guide's translation, edited beside the original."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.decorators import login_required, permission_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from kb.difference import Fold, folded_lines, word_difference
from kb.ingest import BadGuide
from kb.models import Guide
from kb.rendering import render as to_html
from kb.services.authoring.translating import (
    SavedMeanwhile,
    Workbench,
    call_up_to_date,
    save_beside,
    workbench,
)
from kb.services.authoring.translation_pairs import Name, Pair
from kb.services.guides.complaints import sentences
from kb.translation_form import TranslationForm
from probes.requests import PageRequest

_ID = re.compile(r'(?<=[a-z0-9"]) id="[^"]*"')
_PARTS = {
    "causes": gettext_lazy("Causes"),
    "checks": gettext_lazy("Checks"),
    "parameters": gettext_lazy("Parameters"),
    "resolutions": gettext_lazy("Resolutions"),
    "cautions": gettext_lazy("Cautions"),
    "rollbacks": gettext_lazy("Ways back"),
}


@dataclass(frozen=True, kw_only=True)
class SectionRow:
    """`folds` is what changed in the original since the translation was made; `html` is the
    original as readers see it, beside its source.
    """

    pair: Pair
    field: forms.BoundField
    folds: list[Fold]
    html: SafeString


@dataclass(frozen=True, kw_only=True)
class NameRow:
    """`group` is set on the first row of each part."""

    name: Name
    field: forms.BoundField
    group: str
    folds: list[Fold]


@login_required
@permission_required("kb.change_guide", raise_exception=True)
@require_http_methods(["GET", "POST"])
def translation(request: PageRequest, slug: str, language: str) -> HttpResponse:
    guide = get_object_or_404(Guide.objects.prefetch_related("translations"), slug=slug)
    if language not in dict(settings.LANGUAGES) or language == guide.language:
        raise Http404
    bench = workbench(guide, language)
    if request.method == "POST":
        return _posted(request, bench)
    form = TranslationForm(bench, copies=request.GET.get("from") == "original")
    return _page(request, bench, form)


def _posted(request: PageRequest, bench: Workbench) -> HttpResponse:
    form = TranslationForm(bench, request.POST)
    if request.POST.get("deed") == "preview":
        return _page(request, bench, form, preview=to_html(form.typed_body).html)
    if request.POST.get("deed") == "current":
        return _called_current(request, bench)
    if not form.is_valid():
        return _page(request, bench, form)
    try:
        save_beside(bench.guide, form.draft, by=request.user, began_from=form.began_from)
    except SavedMeanwhile:
        return _overtaken(request, bench)
    except BadGuide as refused:
        for problem in sentences(refused.complaints):
            form.add_error(None, problem)
        return _page(request, bench, form)
    return _saved(request, bench)


def _saved(request: PageRequest, bench: Workbench) -> HttpResponse:
    said = _("Saved as revision %(number)s.") % {"number": bench.guide.revision_number}
    messages.success(request, said)
    # Where the admin's page tells of recent edits.
    note = f"{_('Translation')}: {_language_name(bench.language)}"
    LogEntry.objects.log_actions(
        request.user.pk, [bench.guide], CHANGE, change_message=note, single_object=True
    )
    return redirect("translation", bench.guide.slug, bench.language)


def _called_current(request: PageRequest, bench: Workbench) -> HttpResponse:
    """Nothing typed goes with this: the button stands beside what changed, not among the fields."""
    began = int(request.POST.get("revision") or 0), request.POST.get("mark", "")
    try:
        call_up_to_date(bench.guide, bench.language, began_from=began)
    except SavedMeanwhile:
        messages.error(request, _("Something was saved meanwhile. Look again first."))
    else:
        messages.success(request, _("The translation counts as up to date."))
    return redirect("translation", bench.guide.slug, bench.language)


def _overtaken(request: PageRequest, bench: Workbench) -> HttpResponse:
    """Nothing stored; what was typed stands in its fields, and may be saved after a look."""
    newest = request.POST.copy()
    newest["revision"], newest["mark"] = str(bench.revision), bench.mark
    form = TranslationForm(bench, newest)
    is_theirs = bench.mark != request.POST.get("mark", "")
    return _page(request, bench, form, is_overtaken=True, is_theirs=is_theirs)


def _page(
    request: PageRequest,
    bench: Workbench,
    form: TranslationForm,
    *,
    preview: SafeString | None = None,
    **more: Any,
) -> HttpResponse:
    context = {
        "bench": bench,
        "guide": bench.guide,
        "form": form,
        "heads": [
            NameRow(name=head, field=form[head.slug], group="", folds=_changed(head))
            for head in bench.heads
        ],
        "sections": [
            SectionRow(pair=pair, field=field, folds=_moved(pair), html=_as_read(pair))
            for pair, field in form.sections()
        ],
        "names": list(_name_rows(form)),
        "preview": preview,
        "original_name": _language_name(bench.guide.language),
        "language_name": _language_name(bench.language),
        "address": reverse("translation", args=[bench.guide.slug, bench.language]),
        "translated_sections": sum(1 for p in bench.pairs if p.original and p.translated.strip()),
        "all_sections": sum(1 for p in bench.pairs if p.original),
        **more,
    }
    return render(request, "kb/translation.html", context)


def _name_rows(form: TranslationForm) -> Iterator[NameRow]:
    last = ""
    for name, field in form.names():
        group = str(_PARTS[name.part]) if name.part != last else ""
        yield NameRow(name=name, field=field, group=group, folds=_changed(name))
        last = name.part


def _as_read(pair: Pair) -> SafeString:
    """Without its ids: the preview of the translation has the same ones."""
    html = to_html(pair.original).html if pair.original else ""
    return mark_safe(_ID.sub("", html))  # noqa: S308 - rendered and cleaned just above


def _moved(pair: Pair) -> list[Fold]:
    if not pair.is_changed or pair.before is None or pair.original is None:
        return []
    return folded_lines(word_difference(pair.before, pair.original))


def _changed(name: Name) -> list[Fold]:
    if not name.is_changed or not name.before:
        return []
    return folded_lines(word_difference(name.before, name.original))


def _language_name(language: str) -> str:
    return str(_(dict(settings.LANGUAGES)[language]))
