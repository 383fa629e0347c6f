"""A cause in the admin: what speaks for it, against it, and what to do about it."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from kb.admin.evidence import EvidenceRows
from kb.admin.inlines import Rows
from kb.admin.of_guide import OfGuide
from kb.admin.recording import GuidePartForm, RecordsEdits
from kb.models import Cause, Check, Resolution, Suggests, Symptom
from probes.admin.lists import FirstStep, ListAdmin


class ResolutionRows(Rows, admin.StackedInline):
    model = Resolution
    template = "admin/kb/rows.html"
    said = _("What to do about it. The steps stand in the guide's text, under the section.")
    fields = [
        ("title", "slug"),
        ("kind", "risk"),
        ("section", "provenance"),
        "position",
        "caution",
        "rollback",
        "verify",
    ]
    prefetched = ("verify",)
    choices_from = {"verify": lambda cause: Check.objects.filter(guide_id=cause.guide_id)}


class SuggestsRows(Rows, admin.TabularInline):
    model = Suggests
    fields = ["symptom", "strength"]
    related = ("symptom", "cause")
    choices_from = {"symptom": lambda cause: Symptom.objects.filter(guide_id=cause.guide_id)}


@admin.register(Cause)
class CauseAdmin(ListAdmin, RecordsEdits):
    form = GuidePartForm
    about = _("What can be behind an error, what speaks for it, and what mends it.")
    first_step = FirstStep(
        words=_("A cause belongs to a guide: write the guide, and name its causes there."),
        link=_("Go to the guides"),
        address="admin:kb_guide_changelist",
    )
    list_display = ["title", "slug", "guide", "standing", "weight"]
    list_filter = ["standing", "provenance", OfGuide]
    list_select_related = ["guide"]
    search_fields = ["title", "slug", "guide__title", "guide__slug"]
    autocomplete_fields = ["guide"]
    inlines = [EvidenceRows, SuggestsRows, ResolutionRows]
    fieldsets = [
        (
            _("Cause"),
            {
                "fields": [
                    "guide",
                    ("title", "slug"),
                    ("standing", "weight"),
                    ("section", "refines"),
                    ("provenance", "position"),
                    "revision",
                    "began",
                ]
            },
        )
    ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["guide"] if obj else []

    def get_inlines(self, request: HttpRequest, obj: Any) -> list[Any]:
        # Which symptoms and checks there are is known once the cause has its guide.
        return list(self.inlines) if obj else []

    def response_add(
        self, request: HttpRequest, obj: Cause, post_url_continue: str | None = None
    ) -> HttpResponse:
        """A new cause goes on to its own page, where its evidence and resolutions are written."""
        if "_addanother" not in request.POST:
            post = request.POST.copy()
            post["_continue"] = "1"
            request.POST = post  # type: ignore[assignment]
        return super().response_add(request, obj, post_url_continue)

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        if "refines" in form.base_fields:
            others = Cause.objects.filter(guide_id=obj.guide_id).exclude(pk=obj.pk) if obj else None
            form.base_fields["refines"].queryset = (
                Cause.objects.none() if others is None else others
            )
        return form
