"""The Markdown editor of a guide's form: the text, what readers will see, and what to look at."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.admin.utils import unquote
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kb.admin.filled import Sent, filled, sent_in
from kb.admin.people import person
from kb.models import Evidence, Guide, Resolution
from kb.rendering import render as to_html
from kb.services.guides.pictures import MAX_BYTES, BadPicture, picture_address, store_picture
from kb.services.guides.text_warnings import AboutText, linked_guides, linked_probes, warnings_of
from kb.services.guides.three_way import DELETED, Filled
from probes.models import Probe


class Editor(forms.Textarea):
    """A text area with its tools, and the preview of what is written in it beside it."""

    # Set for one request: what the text is read beside, and the language it is written in.
    about = AboutText()
    language = ""
    may_upload = False

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> Any:
        attrs = {**(attrs or {}), "lang": self.language, "spellcheck": "false"}
        context = {
            "textarea": super().render(name, value, attrs, renderer),
            "name": name,
            "language": self.language,
            "may_upload": self.may_upload,
            "template": template_in(self.language),
            **shown(str(value or ""), self.about),
        }
        return render_to_string("admin/kb/editor.html", context)


def shown(body: str, about: AboutText) -> dict[str, Any]:
    article = to_html(body, guide_slugs=frozenset(about.guides))
    return {"html": article.html, "warnings": warnings_of(body, about)}


def fit_editor(form: Any, sent: Sent, guide: Guide | None) -> None:
    """Give the form's editor what its text is read beside, as the form stands now."""
    if "body" not in form.fields or not isinstance(form.fields["body"].widget, Editor):
        return
    widget = form.fields["body"].widget
    widget.about = about_of(sent, guide)
    widget.language = _first(sent, "language") or translation.get_language() or ""


def about_of(sent: Sent, guide: Guide | None) -> AboutText:
    """Read from the form, so that parts that are not saved yet count."""
    values = filled(sent, own="guide")
    language = _first(sent, "language")
    translated = {one for row in values.rows.get("translations", {}).values()
                  for one in row.get("language", ())}  # fmt: skip
    # Before there is a text, nothing is missing.
    codes = [code for code, _name in settings.LANGUAGES] if _first(sent, "body").strip() else []
    missing = [code for code in codes if code not in {language, *translated}]
    wanted = linked_guides(_first(sent, "body"))
    found = Guide.objects.published().filter(slug__in=wanted) if wanted else Guide.objects.none()
    return AboutText(
        probes=_probes(_first(sent, "body")),
        sections=_sections(values, guide),
        guides=frozenset(found.values_list("slug", flat=True)),
        untranslated=[_language_name(code) for code in missing],
    )


def _sections(values: Filled, guide: Guide | None) -> Mapping[str, set[str]]:
    """The sections that parts point at, each with the names of those parts."""
    named: dict[str, set[str]] = defaultdict(set)
    for rows, title in (("checks", "name"), ("causes", "title")):
        for row in values.rows.get(rows, {}).values():
            if section := "".join(row.get("section", ())):
                named[section].update(row.get(title) or row.get("slug", ()))
    if guide is not None:
        fixes = Resolution.objects.filter(cause__guide=guide).exclude(section="")
        for section, title in fixes.values_list("section", "title"):
            named[section].add(title)
    return named


def _probes(body: str) -> frozenset[str]:
    wanted = linked_probes(body)
    found = Probe.objects.filter(slug__in=wanted) if wanted else Probe.objects.none()
    return frozenset(found.values_list("slug", flat=True))


def _lost_checks(sent: Sent, guide: Guide | None) -> Mapping[str, set[str]]:
    """Checks that stored evidence asks and the form no longer has, each with the causes' names."""
    values = filled(sent, own="guide")
    if guide is None or "checks" not in values.rows:
        return {}
    rows = [row for row in values.rows["checks"].values() if not row.get(DELETED)]
    kept = {"".join(row.get("slug", ())) for row in rows}
    lost: dict[str, set[str]] = defaultdict(set)
    evidence = Evidence.objects.filter(cause__guide=guide)
    for when, slug, title in evidence.values_list("when", "cause__slug", "cause__title"):
        for check in when.keys() - kept:
            lost[check].add(guide.localized_name("causes", slug, title))
    return lost


def _first(sent: Sent, name: str) -> str:
    return next(iter(sent.get(name, ())), "")


def _language_name(code: str) -> str:
    return str(_(dict(settings.LANGUAGES)[code]))


def template_in(language: str) -> str:
    """An empty guide's headings, in the language that the guide is written in."""
    with translation.override(language or None):
        parts = [
            (_("What you see"), "symptoms", _("What people see: the exact message, and when.")),
            (
                _("How to tell"),
                "diagnosis",
                _("What to look at first, and what each result means."),
            ),
            (_("How to fix it"), "fix", _("What to do, one command a step.")),
            (_("How to make sure"), "verify", _("How to see that it works again.")),
        ]
        return (
            "\n\n".join(f"## {title} {{#{name}}}\n\n{text}" for title, name, text in parts) + "\n"
        )


def sample() -> str:
    """A whole small guide as a file, for who writes their first, in the reader's language."""
    return _(
        """---
slug: disk-full
language: en
title: The disk is full
symptoms:
  no-space:
    phrases: [No space left on device]
    suggests: {logs-grew: moderate}
causes:
  logs-grew:
    title: Old logs fill the disk
    section: fix
---

## Symptoms {#symptoms}

Writing fails with "No space left on device".

## Fix {#fix}

```bash
du -xsh /var/log/*
```
"""
    )


@require_POST
def preview_view(request: HttpRequest) -> HttpResponse:
    """`admin/kb/guide/preview/`: the preview and the warnings of a form that is not saved."""
    if not request.user.has_perm("kb.view_guide"):
        return HttpResponse(status=403)
    pk = unquote(request.POST.get("_guide", ""))
    guide = Guide.objects.filter(pk=pk).first() if pk.isdecimal() else None
    sent = sent_in(request.POST)
    body = _first(sent, "body")
    # What is stored lacks no check, so only what is typed is looked through.
    about = replace(about_of(sent, guide), lost_checks=_lost_checks(sent, guide))
    return render(request, "admin/kb/preview.html", shown(body, about))


@require_POST
def picture_view(request: HttpRequest) -> HttpResponse:
    """`admin/kb/guide/picture/`: stores one picture; answers with its Markdown, or what is wrong."""
    if not request.user.has_perm("kb.change_guide"):
        return JsonResponse({"error": _("You may not add pictures to guides.")}, status=403)
    file = request.FILES.get("picture")
    if file is None:
        return JsonResponse({"error": _("No picture came with the request.")}, status=400)
    try:
        image = store_picture(file.read(MAX_BYTES + 1), person(request))
    except BadPicture as refused:
        return JsonResponse({"error": str(refused)}, status=422)
    return JsonResponse({"address": picture_address(image)})
