"""Guides in the admin: the text, what the machine acts on, translations, publishing, importing."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet, prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from kb import services
from kb.admin.deeds import GuideDeeds
from kb.admin.editor import Editor, fit_editor, picture_view, preview_view, sample
from kb.admin.fields import MarkdownField, YamlField
from kb.admin.filled import sent_by, sent_in
from kb.admin.guide_evidence import evidence_of
from kb.admin.guide_lists import DueFilter, review_chip, state_chip
from kb.admin.guide_parts import CauseRows, CheckRows, SymptomRows, TranslationRows
from kb.admin.imports import import_view
from kb.admin.of_guide import OfService
from kb.admin.people import person
from kb.admin.recording import GuidePartForm, RecordsEdits
from kb.admin.replays import replay_page
from kb.admin.trials import recent_pastes, trial_view
from kb.ingest import BadGuide, snippets
from kb.models import Guide
from kb.services.guides.complaints import sentences
from kb.services.upkeep.contradictions import contradictions_of_guide
from kb.services.upkeep.replay import replay_publishing
from probes.admin.lists import FirstStep, ListAdmin

_NEEDS_PUBLISHING = (Guide.State.PUBLISHED, Guide.State.ARCHIVED)


class GuideForm(GuidePartForm):
    body = MarkdownField(
        kind=Editor,
        label=capfirst(_("body")),
        required=False,
        help_text=_(
            "Markdown. A heading may end in the name by which causes and checks point at it: "
            "## Start the broker {#start}"
        ),
    )
    parameters = YamlField(
        parse=snippets.parse_parameter_entries,
        dump=snippets.dump_parameter_entries,
        rows=6,
        label=capfirst(_("parameters")),
        required=False,
        help_text=_("One per line, as in a guide's file: port: {type: port, default: 8000}"),
    )
    # Set on the class made for one request.
    user: Any = None

    class Meta:
        help_texts = {"state": _("Only published guides answer a pasted error.")}

    def clean_state(self) -> str:
        state = str(self.cleaned_data["state"])
        is_new = state in _NEEDS_PUBLISHING and state != self.initial.get("state")
        if is_new and not self.user.has_perm("kb.publish_guide"):
            raise ValidationError(
                _("You may not publish or archive guides. Choose “In review” instead.")
            )
        return state


@admin.register(Guide)
class GuideAdmin(ListAdmin, GuideDeeds, RecordsEdits):
    form = GuideForm
    about = _("What people read when something breaks: how to tell it, check it and mend it.")
    first_step = FirstStep(
        words=_("Write the first guide, or bring the Markdown files you have."),
        link=_("Import guides"),
        address="admin:kb_guide_import",
    )
    list_display = ["title", "slug", "shown_state", "language", "owner", "shown_review"]
    list_filter = ["state", DueFilter, "language", OfService]
    list_select_related = ["owner"]
    search_fields = ["title", "slug", "summary", "symptoms__phrases"]
    autocomplete_fields = ["owner", "services"]
    readonly_fields = ["history_link"]
    inlines = [SymptomRows, CauseRows, CheckRows, TranslationRows]
    actions = [
        "publish",
        "try_publishing",
        "confirm",
        "set_owner",
        "set_review_day",
        "archive_selected",
    ]
    change_list_template = "admin/kb/guide/change_list.html"
    fieldsets = [
        (_("Text"), {"fields": [("title", "slug"), "summary", "body", "revision", "began"]}),
        (
            _("About the guide"),
            {
                "fields": [
                    ("language", "state"),
                    ("owner", "review_after"),
                    "services",
                    "parameters",
                    "history_link",
                ]
            },
        ),
    ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        # Addresses, translations and imports name a guide by its slug.
        return [*self.readonly_fields, "slug"] if obj else list(self.readonly_fields)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """People write in the language they read the page in, as a rule."""
        asked: dict[str, Any] = super().get_changeform_initial_data(request)
        return {"language": get_language(), **asked}

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return {} if obj else {"slug": ["title"]}

    @admin.display(description=_("revisions"))
    def history_link(self, guide: Guide) -> str | SafeString:
        if guide.pk is None:
            return "-"
        address = reverse("admin:kb_guiderevision_changelist")
        label = _("revision %(number)s") % {"number": guide.revision_number}
        return format_html('<a href="{}?guide__id__exact={}">{}</a>', address, guide.pk, label)

    def get_urls(self) -> list[URLPattern]:
        inside = self.admin_site.admin_view
        return [
            path("import/", inside(import_view), name="kb_guide_import"),
            path("preview/", inside(preview_view), name="kb_guide_preview"),
            path("picture/", inside(picture_view), name="kb_guide_picture"),
            path("try/", inside(trial_view), name="kb_guide_try"),
            *super().get_urls(),
        ]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        may_import = request.user.has_perm("kb.import_guide")
        return super().changelist_view(request, {**(extra_context or {}), "may_import": may_import})

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        guide = context.get("original")
        may_change = self.has_change_permission(request, guide)
        if guide is not None:
            prefetch_related_objects([guide], "translations")
        if guide is not None and may_change:
            context["contradictions"] = contradictions_of_guide(guide)
        if guide is not None:
            context["guide_evidence"] = evidence_of(guide, may_change=may_change)
        else:
            context["is_first_guide"] = not Guide.objects.exists()
            context["sample_guide"] = sample()
            context["may_import"] = request.user.has_perm("kb.import_guide")
        self._fit_editor(request, context)
        context["recent_pastes"] = recent_pastes(request)
        context["trial_text"] = request.POST.get("_trial_text", "")
        return super().render_change_form(request, context, *args, **kwargs)

    @admin.display(description=_("state"), ordering="state")
    def shown_state(self, guide: Guide) -> str:
        return state_chip(guide)

    @admin.display(description=_("review after"), ordering="review_after")
    def shown_review(self, guide: Guide) -> str:
        return review_chip(guide)

    def _fit_editor(self, request: HttpRequest, context: dict[str, Any]) -> None:
        form = context["adminform"].form
        formsets = [inline.formset for inline in context["inline_admin_formsets"]]
        sent = sent_in(request.POST) if form.is_bound else sent_by(form, formsets)
        fit_editor(form, sent, context.get("original"))
        if isinstance(editor := form.fields.get("body"), MarkdownField):
            editor.widget.may_upload = request.user.has_perm("kb.change_guide")

    @admin.action(description=_("Publish selected guides"), permissions=["publish"])
    def publish(self, request: HttpRequest, guides: QuerySet[Guide]) -> None:
        for guide in guides:
            try:
                services.publish_guide(guide, by=person(request))
            except BadGuide as refused:
                for problem in sentences(refused.complaints):
                    said = format_html("{}: {}", guide.title, problem)
                    self.message_user(request, said, messages.ERROR)
            else:
                published = _("Published “%(title)s”.") % {"title": guide.title}
                self.message_user(request, published, messages.SUCCESS)

    @admin.action(description=_("Show what publishing would change"), permissions=["publish"])
    def try_publishing(self, request: HttpRequest, guides: QuerySet[Guide]) -> HttpResponse:
        waiting = guides.exclude(state=Guide.State.PUBLISHED)
        found = [replay_publishing(guide) for guide in waiting]
        return replay_page(request, found, is_publishing=True)
