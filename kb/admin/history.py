"""What was saved, asked and tried: for reading only."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from kb.models import Attempt, GuideRevision, Investigation, SearchGap
from kb.services.file_items import difference


class ReadOnly(admin.ModelAdmin):
    """History: nobody adds to it or changes it by hand."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(GuideRevision)
class GuideRevisionAdmin(ReadOnly):
    list_display = ["guide", "number", "author", "source", "note", "created_at"]
    list_filter = ["source", "guide"]
    list_select_related = ["guide", "author"]
    search_fields = ["guide__title", "guide__slug", "note", "author__username"]
    date_hierarchy = "created_at"
    fields = [
        "guide",
        "number",
        "author",
        "source",
        "note",
        "created_at",
        "shown_change",
        "shown_file",
        "sha256",
    ]
    readonly_fields = ["shown_change", "shown_file"]

    @admin.display(description=_("what changed"))
    def shown_change(self, revision: GuideRevision) -> str:
        before = revision.guide.revisions.filter(number__lt=revision.number).first()
        if before is None:
            return "–"
        return _as_written(difference(before.file, revision.file))

    @admin.display(description=GuideRevision._meta.get_field("file").verbose_name)
    def shown_file(self, revision: GuideRevision) -> str:
        return _as_written(revision.file)


def _as_written(text: str) -> SafeString:
    # Spaces have a meaning in a guide's file.
    return format_html("<pre class='difference' tabindex='0'>{}</pre>", text)


@admin.register(Investigation)
class InvestigationAdmin(ReadOnly):
    list_display = ["shown_title", "public_id", "started_by", "created_at", "concluded_cause"]
    list_filter = [("concluded_at", admin.EmptyFieldListFilter), "created_at"]
    list_select_related = ["started_by", "concluded_cause"]
    search_fields = ["public_id", "text", "fingerprint"]
    date_hierarchy = "created_at"
    fields = [
        ("public_id", "created_at", "started_by"),
        "text",
        ("truncated", "redactions"),
        ("services", "environment", "guide"),
        "typed",
        ("concluded_at", "concluded_by"),
        ("concluded_cause", "confirmation", "concluded_resolution"),
    ]

    @admin.display(description=_("title"))
    def shown_title(self, investigation: Investigation) -> str:
        return investigation.title


@admin.register(Attempt)
class AttemptAdmin(ReadOnly):
    list_display = ["what", "outcome", "resolution", "investigation", "by", "at"]
    list_filter = ["outcome", "at"]
    list_select_related = ["resolution", "investigation", "by"]
    search_fields = ["what", "note", "investigation__public_id"]


@admin.register(SearchGap)
class SearchGapAdmin(ReadOnly):
    """The authoring queue, and what answered the rest."""

    list_display = ["sample_line", "count", "first_seen", "last_seen", "answered_by"]
    list_filter = [("answered_at", admin.EmptyFieldListFilter)]
    list_select_related = ["answered_by"]
    search_fields = ["sample", "fingerprint"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("kb.delete_searchgap")

    @admin.display(description=SearchGap._meta.get_field("sample").verbose_name)
    def sample_line(self, gap: SearchGap) -> str:
        return str(gap)
