"""What was saved, asked and tried: for reading only."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from kb.admin.of_guide import OfGuide
from kb.models import Attempt, GuideRevision, Investigation, SearchGap
from kb.services.guides.file_items import difference
from probes.admin.chips import chip
from probes.admin.lists import WHERE_SEARCH_LOOKS, FirstStep, HistoryAdmin


@admin.register(GuideRevision)
class GuideRevisionAdmin(HistoryAdmin):
    about = _("Every saved version of every guide: who saved it, when, and what changed.")
    first_step = FirstStep(words=_("The first save of a guide makes its first revision."))
    list_display = ["guide", "number", "author", "source", "note", "created_at"]
    list_filter = ["source", "created_at", OfGuide]
    list_select_related = ["guide", "author"]
    search_fields = ["guide__title", "guide__slug", "note", "author__username"]
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


class EndFilter(admin.SimpleListFilter):
    """`ended` names the moment that an open one lacks."""

    title = _("state")
    parameter_name = "state"
    ended = "concluded_at"
    words = (_("open"), _("concluded"))

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(zip(("open", "ended"), self.words, strict=True))

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() not in ("open", "ended"):
            return queryset
        return queryset.filter(**{f"{self.ended}__isnull": self.value() == "open"})


class AnsweredFilter(EndFilter):
    ended = "answered_at"
    words = (_("without an answer"), _("answered"))


@admin.register(Investigation)
class InvestigationAdmin(HistoryAdmin):
    about = _("Every pasted error and every check that was started, and how it ended.")
    first_step = FirstStep(
        words=_("Paste an error; its case appears here."), link=_("Paste an error"), address="find"
    )
    list_display = ["shown_title", "public_id", "started_by", "created_at", "shown_end"]
    search_help_text = WHERE_SEARCH_LOOKS
    list_filter = [EndFilter, "created_at", "confirmation"]
    list_select_related = ["started_by", "concluded_cause"]
    search_fields = ["public_id", "text", "fingerprint"]
    fields = [
        ("public_id", "created_at", "started_by"),
        "text",
        ("truncated", "redactions"),
        ("services", "environment", "guide"),
        "typed",
        ("concluded_at", "concluded_by"),
        ("concluded_cause", "confirmation", "concluded_resolution"),
    ]

    @admin.display(description=_("cause"))
    def shown_end(self, investigation: Investigation) -> str:
        if investigation.concluded_at is None:
            return chip("never", "○", _("open"))
        return str(investigation.concluded_cause or _("concluded"))

    @admin.display(description=_("title"))
    def shown_title(self, investigation: Investigation) -> str:
        return investigation.title


@admin.register(Attempt)
class AttemptAdmin(HistoryAdmin):
    about = _("What people tried against an error, and whether it helped.")
    first_step = FirstStep(
        words=_("On the page of a pasted error, say what you tried and what came of it."),
        link=_("Paste an error"),
        address="find",
    )
    list_display = ["what", "outcome", "resolution", "investigation", "by", "at"]
    list_filter = ["outcome", "at"]
    list_select_related = ["resolution", "investigation", "by"]
    search_fields = ["what", "note", "investigation__public_id"]


@admin.register(SearchGap)
class SearchGapAdmin(HistoryAdmin):
    """The authoring queue, and what answered the rest."""

    about = _("Errors that nothing was known about: guides worth writing.")
    first_step = FirstStep(words=_("Nothing to do: every pasted error found an answer so far."))

    list_display = ["sample_line", "count", "first_seen", "last_seen", "answered_by"]
    list_filter = [AnsweredFilter, "last_seen"]
    list_select_related = ["answered_by"]
    search_fields = ["sample", "fingerprint"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("kb.delete_searchgap")

    @admin.display(description=SearchGap._meta.get_field("sample").verbose_name)
    def sample_line(self, gap: SearchGap) -> str:
        return str(gap)
