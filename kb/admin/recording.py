"""Saving through the admin: rows, revision and index together, and never over someone's work."""

from http import HTTPStatus
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.forms.models import ModelFormMetaclass
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from kb import index, services
from kb.admin.comparing import EditConflict, chosen, compare_page, is_compared
from kb.admin.filled import packed, sent_by
from kb.admin.form_sections import sections_of
from kb.admin.people import person
from kb.admin.replays import replay_page
from kb.admin.showing import ONLY_SHOWN, is_only_shown, show_without_errors, with_asked_row
from kb.ingest import BadGuide
from kb.models import Guide, GuideTranslation
from kb.services.guides.complaints import sentences
from kb.services.guides.files import draft_of
from kb.services.upkeep.replay import replay

# The button that shows what a save would change, in place of saving.
_TRIED = "_replay"


class GuidePartForm(forms.ModelForm):
    """A form over a guide, or a part of one, that knows which revision the person began from."""

    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)
    # Everything the person began from, to be compared with what others saved meanwhile.
    began = forms.CharField(widget=forms.HiddenInput, required=False)
    # Set on the class made for one request, by `RecordsEdits`.
    complaints: tuple[Any, ...] = ()
    is_only_shown = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        guide = self.guide
        self.fields["revision"].initial = guide.revision_number if guide else 0

    @property
    def guide(self) -> Guide | None:
        """The guide that is edited; None while it is being made."""
        instance = self.instance
        if isinstance(instance, Guide):
            return instance if instance.pk else None
        return instance.guide if instance.guide_id else None

    def clean(self) -> dict[str, Any]:
        # Held until the form's rows and the index are stored.
        index.lock()
        cleaned = super().clean() or {}
        if self.complaints:
            raise ValidationError(sentences(self.complaints))
        if self.is_only_shown:
            raise ValidationError("", code=ONLY_SHOWN)
        if self.instance.pk and self._is_overtaken(cleaned.get("revision")):
            raise EditConflict
        return cleaned

    def _is_overtaken(self, began_from: int | None) -> bool:
        return self.guide is not None and began_from != self.guide.revision_number


class RecordsEdits(admin.ModelAdmin):
    """Records every save as a revision; what the guide's rules refuse comes back as form errors."""

    form = GuidePartForm

    def guide_of(self, obj: Any) -> Guide:
        return obj if isinstance(obj, Guide) else obj.guide

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if is_compared(request.POST):
            request.POST = chosen(request.POST)  # type: ignore[assignment]
        if is_only_shown(request):
            request.POST = with_asked_row(request.POST)  # type: ignore[assignment]
        try:
            if _TRIED in request.POST and object_id:
                return self._tried(request, object_id, form_url, extra_context)
            return super().changeform_view(request, object_id, form_url, extra_context)
        except EditConflict:
            return self._compared(request, self.get_object(request, str(object_id)))
        except BadGuide as refused:
            # The transaction was rolled back. The same form again, now with the complaints as
            # its errors: it does not save, and shows what the person typed.
            request.guide_complaints = refused.complaints  # type: ignore[attr-defined]
            return super().changeform_view(request, object_id, form_url, extra_context)

    def _tried(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str,
        extra_context: dict[str, Any] | None,
    ) -> HttpResponse:
        """What past cases would conclude once this form was saved; it is saved, read and undone."""
        with transaction.atomic():
            response = super().changeform_view(request, object_id, form_url, extra_context)
            if response.status_code != HTTPStatus.FOUND:
                return response
            guide = self.guide_of(self.get_object(request, object_id))
            draft = draft_of(guide)
            transaction.set_rollback(True)
        # What was saved was also said.
        list(messages.get_messages(request))
        return replay_page(request, [replay(draft, Guide.objects.get(pk=guide.pk))])

    def _compared(self, request: HttpRequest, obj: Any) -> HttpResponse:
        form = self.get_form(request, obj, change=True)(instance=obj)
        formsets = [
            formset(
                instance=obj,
                prefix=formset.get_default_prefix(),
                queryset=inline.get_queryset(request),
            )
            for formset, inline in self.get_formsets_with_inlines(request, obj)
        ]
        return compare_page(request, self, obj, form, formsets)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        form = context["adminform"].form
        formsets = [inline.formset for inline in context["inline_admin_formsets"]]
        if is_only_shown(request):
            show_without_errors(context, form, formsets)
        if not form.is_bound and "began" in form.fields:
            form.initial["began"] = packed(sent_by(form, formsets))
        # Where a row may have to be looked for, all are open.
        context["complaints"] = getattr(request, "guide_complaints", ())
        context["form_sections"] = sections_of(context)
        return super().render_change_form(request, context, *args, **kwargs)

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        found = getattr(request, "guide_complaints", ())
        made = {
            "complaints": found,
            "is_only_shown": is_only_shown(request),
            "user": person(request),
            "__module__": __name__,
        }
        return ModelFormMetaclass(form.__name__, (form,), made)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        guide = self.guide_of(form.instance)
        translated = _changed_translations(formsets)
        services.record_edit(guide, by=person(request), translated=bool(translated))
        guide.translations.filter(pk__in=translated).update(of_revision=guide.revision_number)

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        try:
            return super().delete_view(request, object_id, extra_context)
        except BadGuide as refused:
            self._say(request, refused)
            return redirect(request.path)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        index.lock()
        guide = self.guide_of(obj)
        super().delete_model(request, obj)
        if obj is not guide:
            services.record_edit(guide, by=person(request))

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        guides = {self.guide_of(obj) for obj in queryset}
        try:
            with transaction.atomic():
                index.lock()
                super().delete_queryset(request, queryset)
                for guide in Guide.objects.filter(pk__in=[guide.pk for guide in guides]):
                    services.record_edit(guide, by=person(request))
        except BadGuide as refused:
            self._say(request, refused)

    def _say(self, request: HttpRequest, refused: BadGuide) -> None:
        for problem in sentences(refused.complaints):
            self.message_user(request, problem, messages.ERROR)


def _changed_translations(formsets: Any) -> list[int]:
    """The translations that were saved just now, by id."""
    return [
        translation.pk
        for formset in formsets
        if formset.model is GuideTranslation
        for translation in [*formset.new_objects, *(obj for obj, _names in formset.changed_objects)]
    ]
