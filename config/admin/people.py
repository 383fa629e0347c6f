"""People and roles in the admin: who may sign in, and what each role may do."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.forms import AdminPasswordChangeForm, SetUnusablePasswordMixin
from django.contrib.auth.models import Group, Permission, User
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.urls import URLPattern
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from config.admin.permissions import NO_ROLE, permission_words
from config.models import PasswordDue
from probes.admin.chips import chip
from probes.admin.lists import ListAdmin

admin.site.unregister(User)
admin.site.unregister(Group)


def name_permissions(field: Any) -> Any:
    """The chosen ones are read with their models and told in words."""
    if isinstance(field, forms.ModelMultipleChoiceField) and field.queryset is not None:
        field.queryset = field.queryset.select_related("content_type")
        setattr(field, "label_from_instance", permission_words)  # noqa: B010 - a method of its own
    return field


@admin.register(Permission)
class PermissionAdmin(admin.ModelAdmin):
    """For searching alone: permissions are the program's own."""

    search_fields = ["codename"]
    ordering = ["content_type__app_label", "content_type__model", "codename"]
    list_select_related = ["content_type"]

    def get_urls(self) -> list[URLPattern]:
        """None: the search fields ask the site's own address."""
        return []

    def get_queryset(self, request: HttpRequest) -> QuerySet[Permission]:
        return super().get_queryset(request).select_related("content_type")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        # There are few, and their words are in the reader's language only.
        words = search_term.casefold().split()
        found = [one.pk for one in queryset if _has(one, words)]
        return queryset.filter(pk__in=found), False

    def has_module_permission(self, request: HttpRequest) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        gives = ("auth.change_user", "auth.change_group", "config.add_apikey")
        return any(request.user.has_perm(name) for name in gives)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    has_change_permission = has_delete_permission = has_add_permission


def _has(permission: Permission, words: list[str]) -> bool:
    text = f"{permission_words(permission)} {permission.codename}".casefold()
    return all(word in text for word in words)


class WhoFilter(admin.SimpleListFilter):
    title = gettext_lazy("access")
    parameter_name = "access"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("active", gettext_lazy("may sign in")),
            ("off", gettext_lazy("switched off")),
            ("never", gettext_lazy("never signed in")),
            ("no-role", NO_ROLE),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        match self.value():
            case "active" | "off":
                return queryset.filter(is_active=self.value() == "active")
            case "never":
                return queryset.filter(last_login=None)
            case "no-role":
                return queryset.filter(groups=None, is_superuser=False)
            case _other:
                return queryset


class NewPassword(AdminPasswordChangeForm):
    """Django's own, whose help was put together in one language for all when it was loaded."""

    usable_password_help_text = format_lazy(  # type: ignore[assignment]
        '{}<ul id="id_unusable_warning" class="messagelist"><li class="warning">{}</li></ul>',
        SetUnusablePasswordMixin.usable_password_help_text,
        gettext_lazy("If disabled, the current password for this user will be lost."),
    )


@admin.register(User)
class PeopleAdmin(ListAdmin, UserAdmin):
    about = gettext_lazy("Who may sign in. A role says what they may do there.")
    change_password_form = NewPassword
    list_display = ["username", "shown_name", "shown_roles", "shown_access", "last_login"]
    list_filter = [WhoFilter, "groups", "is_superuser"]
    filter_horizontal = ()
    autocomplete_fields = ["user_permissions"]
    readonly_fields = ["last_login", "date_joined"]
    actions = ["switch_off", "switch_on", "ask_for_password"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("groups")

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "groups":
            # Few enough to see all, and ticked without a script.
            kwargs["widget"] = forms.CheckboxSelectMultiple
        field = super().formfield_for_manytomany(db_field, request, **kwargs)
        return name_permissions(field) if db_field.name == "user_permissions" else field

    @admin.display(description=gettext_lazy("name"), ordering="last_name")
    def shown_name(self, user: User) -> str:
        return user.get_full_name() or user.email or "–"

    @admin.display(description=gettext_lazy("roles"))
    def shown_roles(self, user: User) -> str:
        everything = [_("everything (superuser)")] if user.is_superuser else []
        return ", ".join([*everything, *(group.name for group in user.groups.all())]) or "–"

    @admin.display(description=gettext_lazy("access"), ordering="is_active")
    def shown_access(self, user: User) -> str:
        if not user.is_active:
            return chip("unknown", "○", _("switched off"))
        if not user.is_superuser and not user.groups.all():
            return chip("warning", "!", NO_ROLE)
        return chip("ok", "✓", _("may sign in"))

    @admin.action(
        description=gettext_lazy("Switch off: may not sign in any more"), permissions=["change"]
    )
    def switch_off(self, request: HttpRequest, users: QuerySet[User]) -> None:
        if users.filter(username=request.user.get_username()).exists():
            text = _("Your own account stays on: nobody locks themselves out here.")
            self.message_user(request, text, messages.WARNING)
        count = (
            users.filter(is_active=True)
            .exclude(username=request.user.get_username())
            .update(is_active=False)
        )
        text = ngettext("Switched off %(count)d user.", "Switched off %(count)d users.", count)
        self.message_user(request, text % {"count": count}, messages.SUCCESS)

    @admin.action(description=gettext_lazy("Let sign in again"), permissions=["change"])
    def switch_on(self, request: HttpRequest, users: QuerySet[User]) -> None:
        count = users.filter(is_active=False).update(is_active=True)
        text = ngettext(
            "%(count)d user may sign in again.", "%(count)d users may sign in again.", count
        )
        self.message_user(request, text % {"count": count}, messages.SUCCESS)

    @admin.action(
        description=gettext_lazy("Ask for a new password at the next page"), permissions=["change"]
    )
    def ask_for_password(self, request: HttpRequest, users: QuerySet[User]) -> None:
        for user in users:
            PasswordDue.objects.get_or_create(user=user)
        count = len(users)
        text = ngettext(
            "%(count)d user has to choose a new password.",
            "%(count)d users have to choose a new password.",
            count,
        )
        self.message_user(request, text % {"count": count}, messages.SUCCESS)


@admin.register(Group)
class RolesAdmin(ListAdmin, GroupAdmin):
    about = gettext_lazy("Roles: what a person who has one may do.")
    list_display = ["name", "shown_people", "shown_permissions"]
    filter_horizontal = ()
    autocomplete_fields = ["permissions"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Group]:
        groups: QuerySet[Group] = super().get_queryset(request)
        people = Count("user", distinct=True)
        return groups.annotate(people=people, rights=Count("permissions", distinct=True))

    def formfield_for_manytomany(
        self, db_field: Any, request: HttpRequest | None = None, **kwargs: Any
    ) -> Any:
        field = super().formfield_for_manytomany(db_field, request, **kwargs)
        return name_permissions(field) if db_field.name == "permissions" else field

    @admin.display(description=gettext_lazy("people"), ordering="people")
    def shown_people(self, group: Group) -> int:
        return int(group.people)  # type: ignore[attr-defined]

    @admin.display(description=gettext_lazy("permissions"), ordering="rights")
    def shown_permissions(self, group: Group) -> int:
        return int(group.rights)  # type: ignore[attr-defined]
