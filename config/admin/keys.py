"""API keys in the admin: the secret is shown once, when the key is made."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.models import Permission
from django.db.models import Model, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from config.admin.people import name_permissions
from config.models import ApiKey
from probes.admin.chips import chip
from probes.admin.lists import FirstStep, ListAdmin


class KeyFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("active", _("valid")), ("unused", _("never used")), ("revoked", _("revoked"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        match self.value():
            case "active":
                return queryset.filter(revoked_at=None)
            case "unused":
                return queryset.filter(revoked_at=None, last_used_at=None)
            case "revoked":
                return queryset.exclude(revoked_at=None)
            case _other:
                return queryset


@admin.register(ApiKey)
class ApiKeyAdmin(ListAdmin):
    about = _("Keys for programs. Each can do at most what its user may do.")
    first_step = FirstStep(
        words=_("A key lets a script or an alert hook ask for fixes. Its secret is shown once."),
        link=_("Make a key"),
        address="admin:config_apikey_add",
    )
    list_display = ["name", "user", "shown_state", "created_at", "last_used_at"]
    list_filter = [KeyFilter]
    list_select_related = ["user"]
    search_fields = ["name", "user__username"]
    autocomplete_fields = ["user", "scopes"]
    actions = ["revoke"]

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        # A key keeps its user: another user needs another key.
        return ["user", "created_at", "last_used_at", "revoked_at"] if obj else []

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> list[Any]:
        shown = ["created_at", "last_used_at", "revoked_at"] if obj else []
        return ["name", "user", "scopes", *shown]

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "scopes":
            apps = ("incidents", "kb", "probes")
            kwargs["queryset"] = Permission.objects.filter(content_type__app_label__in=apps)
        return name_permissions(super().formfield_for_manytomany(db_field, request, **kwargs))

    def save_model(self, request: HttpRequest, obj: ApiKey, form: ModelForm, change: bool) -> None:
        if not change:
            # Kept on this request only, for the page that follows; the database has the digest.
            secret = ApiKey.new_secret()
            obj.digest = ApiKey.digest_of(secret)
            request.new_secret = secret  # type: ignore[attr-defined]
        super().save_model(request, obj, form, change)

    def response_add(
        self, request: HttpRequest, obj: ApiKey, post_url_continue: str | None = None
    ) -> HttpResponse:
        # No redirect with a message: messages travel in a cookie, where a secret has no place.
        context = {
            **self.admin_site.each_context(request),
            "title": _("API key"),
            "opts": self.opts,
            "key": obj,
            "secret": request.new_secret,  # type: ignore[attr-defined]
        }
        response = TemplateResponse(request, "admin/config/apikey/secret.html", context)
        response["Cache-Control"] = "no-store"
        return response

    @admin.display(description=_("state"))
    def shown_state(self, key: ApiKey) -> str:
        if key.revoked_at:
            return chip("unknown", "✕", _("revoked"))
        if key.last_used_at is None:
            return chip("never", "○", _("never used"))
        return chip("ok", "✓", _("valid"))

    @admin.action(description=_("Revoke the selected keys"), permissions=["change"])
    def revoke(self, request: HttpRequest, keys: QuerySet) -> None:
        before = keys.exclude(revoked_at=None).count()
        revoked = keys.filter(revoked_at=None).update(revoked_at=timezone.now())
        self.message_user(request, _("Keys revoked: %(count)d.") % {"count": revoked})
        if before:
            text = ngettext(
                "%(count)d key had been revoked before.",
                "%(count)d keys had been revoked before.",
                before,
            )
            self.message_user(request, text % {"count": before}, messages.WARNING)
