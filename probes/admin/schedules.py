"""What runs by itself, and when it rests."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from probes import reasons, services
from probes.admin.asking import say
from probes.admin.chips import status_chip
from probes.admin.fields import ChoiceWithWords
from probes.admin.lists import FirstStep, ListAdmin
from probes.forms import pairs_text
from probes.models import Maintenance, Schedule
from probes.schedule_form import ScheduleForm
from probes.templatetags.schedules import phase_words

_SEEN = ["shown_phase", "shown_state", "shown_seen", "next_at"]
_LOOKED_AT = [
    "name",
    "slug",
    "ref",
    "probe",
    "shown_values",
    "shown_times",
    "location",
    "jitter_s",
    "baseline",
    *_SEEN,
]


class RunsFilter(admin.SimpleListFilter):
    title = gettext_lazy("runs by itself")
    parameter_name = "runs"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("paused", gettext_lazy("Paused")),
            ("not_approved", gettext_lazy("Not approved")),
            ("blind", gettext_lazy("Could not look")),
            ("flapping", gettext_lazy("Flapping")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Schedule]) -> QuerySet[Schedule]:
        match self.value():
            case "paused":
                return queryset.filter(is_paused=True)
            case "not_approved":
                return queryset.filter(probe__approved_hash="")
            case "blind":
                return queryset.filter(blind_since__isnull=False)
            case "flapping":
                return queryset.filter(is_flapping=True)
            case _other:
                return queryset


@admin.register(Schedule)
class ScheduleAdmin(ListAdmin):
    form = ScheduleForm
    about = gettext_lazy("Probes that run by themselves, and how things stood each time.")
    first_step = FirstStep(
        words=gettext_lazy("Let an approved probe run by itself, say every five minutes."),
        link=gettext_lazy("Add a schedule"),
        address="admin:probes_schedule_add",
    )
    list_display = [
        "name",
        "shown_state",
        "shown_phase",
        "next_at",
        "shown_times",
        "probe",
    ]
    list_filter = ["state", RunsFilter, "location", "probe__kind"]
    list_select_related = ["probe", "location", "last_batch"]
    search_fields = ["name", "slug", "ref", "probe__slug", "probe__name"]
    autocomplete_fields = ["probe"]
    actions = ["pause", "resume", "run_now"]
    fields = [
        ("name", "slug"),
        "probe",
        "values",
        "times",
        ("location", "jitter_s"),
        "baseline",
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Schedule]:
        schedules: QuerySet[Schedule] = super().get_queryset(request)
        return schedules.annotate(is_resting=services.resting())

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "probe":
            words = _("Search for a probe")
            kwargs["widget"] = ChoiceWithWords(db_field, self.admin_site, words=words)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        if obj is None:
            return []
        return ["slug", *_SEEN] if self._is_written_here(request, obj) else _LOOKED_AT

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        if obj is None:
            return list(self.fields)
        return [*self.fields, *_SEEN] if self._is_written_here(request, obj) else _LOOKED_AT

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        if obj is not None and not self._is_written_here(request, obj):
            kwargs["form"] = forms.ModelForm
        return super().get_form(request, obj, change, **kwargs)

    def _is_written_here(self, request: HttpRequest, schedule: Schedule) -> bool:
        return self.has_change_permission(request, schedule)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # What a guide says is changed there, or its next save would undo it.
        is_kept = obj is not None and obj.is_kept_by_guide
        return not is_kept and super().has_change_permission(request, obj)

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return {} if obj else {"slug": ("name",)}

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        is_kept = obj is not None and obj.is_kept_by_guide
        return not is_kept and super().has_delete_permission(request, obj)

    def has_run_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("probes.run_probe")

    def save_model(self, request: HttpRequest, obj: Schedule, form: Any, change: bool) -> None:
        services.save_schedule(obj)

    # --- actions

    @admin.action(description=gettext_lazy("Pause the selected schedules"), permissions=["change"])
    def pause(self, request: HttpRequest, queryset: QuerySet[Schedule]) -> None:
        running = [schedule for schedule in queryset if not schedule.is_paused]
        count = self._for_each(running, services.pause_schedule)
        text = ngettext("Paused %(count)d schedule.", "Paused %(count)d schedules.", count)
        others = [
            _("%(schedule)s was paused already.") % {"schedule": one}
            for one in queryset
            if one not in running
        ]
        say(self, request, text % {"count": count} if count else "", others)

    @admin.action(description=gettext_lazy("Resume the selected schedules"), permissions=["change"])
    def resume(self, request: HttpRequest, queryset: QuerySet[Schedule]) -> None:
        paused = [schedule for schedule in queryset if schedule.is_paused]
        count = self._for_each(paused, services.resume_schedule)
        text = ngettext("Resumed %(count)d schedule.", "Resumed %(count)d schedules.", count)
        others = [
            _("%(schedule)s was not paused.") % {"schedule": one}
            for one in queryset
            if one not in paused
        ]
        say(self, request, text % {"count": count} if count else "", others)

    def _for_each(self, schedules: list[Schedule], deed: Callable[[Schedule], None]) -> int:
        for schedule in schedules:
            deed(schedule)
        return len(schedules)

    @admin.action(description=gettext_lazy("Run the selected schedules now"), permissions=["run"])
    def run_now(self, request: HttpRequest, queryset: QuerySet[Schedule]) -> None:
        for schedule in queryset:
            try:
                batch = services.run_schedule(schedule, by=request.user)  # type: ignore[arg-type]
            except services.RequestRefused as refused:
                self.message_user(request, f"{schedule.name}: {refused}", messages.ERROR)
                continue
            address = reverse("batch", args=[batch.public_id])
            link = format_html('{}: <a href="{}">{}</a>', schedule.name, address, batch.public_id)
            self.message_user(request, link, messages.SUCCESS)

    # --- what is shown

    @admin.display(description=gettext_lazy("times"), ordering="every_s")
    def shown_times(self, schedule: Schedule) -> str:
        return schedule.timetable.words

    @admin.display(description=gettext_lazy("values"))
    def shown_values(self, schedule: Schedule) -> str:
        return format_html("<pre>{}</pre>", pairs_text(schedule.values))

    @admin.display(description=gettext_lazy("state"), ordering="state")
    def shown_state(self, schedule: Schedule) -> str:
        words = [_("flapping")] if schedule.is_flapping else []
        words += [_("Could not look")] if schedule.blind_since else []
        return format_html("{} {}", status_chip(schedule.state), ", ".join(words))

    @admin.display(description=gettext_lazy("runs by itself"))
    def shown_phase(self, schedule: Schedule) -> str:
        is_resting = schedule.is_resting  # type: ignore[attr-defined]
        return phase_words(services.phase_of(schedule, is_resting=is_resting)) or _("yes")

    @admin.display(description=gettext_lazy("last seen"))
    def shown_seen(self, schedule: Schedule) -> str:
        run = schedule.last_run
        if run is None:
            return "—"
        address = reverse("admin:probes_run_change", args=[run.pk])
        seen = f"{run.get_status_display()}: {reasons.label(run.reason_code)}"
        return format_html('<a href="{}">{}</a>', address, seen)


class WhenFilter(admin.SimpleListFilter):
    title = gettext_lazy("when")
    parameter_name = "when"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("now", gettext_lazy("Under way")),
            ("planned", gettext_lazy("Planned")),
            ("over", gettext_lazy("Over")),
        ]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Maintenance]
    ) -> QuerySet[Maintenance]:
        now = timezone.now()
        match self.value():
            case "now":
                return queryset.filter(starts_at__lte=now, ends_at__gt=now)
            case "planned":
                return queryset.filter(starts_at__gt=now)
            case "over":
                return queryset.filter(ends_at__lte=now)
            case _other:
                return queryset


@admin.register(Maintenance)
class MaintenanceAdmin(ListAdmin):
    about = gettext_lazy("Planned work, during which nothing runs by itself.")
    first_step = FirstStep(
        words=gettext_lazy("Before planned work, say from when until when: no alarm is raised."),
        link=gettext_lazy("Add planned work"),
        address="admin:probes_maintenance_add",
    )
    list_display = ["reason", "starts_at", "ends_at", "location", "schedule", "created_by"]
    list_filter = [WhenFilter, "location"]
    list_select_related = ["location", "schedule", "created_by"]
    search_fields = ["reason", "schedule__name", "location__name"]
    autocomplete_fields = ["location", "schedule"]
    date_hierarchy = "starts_at"
    fields = ["reason", ("starts_at", "ends_at"), "location", "schedule"]
    actions = ["end_now"]

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs["widget"] = ChoiceWithWords(db_field, self.admin_site, words=_("all"))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Maintenance, form: Any, change: bool) -> None:
        if not change:
            obj.created_by = request.user  # type: ignore[assignment]
        super().save_model(request, obj, form, change)

    @admin.action(description=gettext_lazy("End the selected windows now"), permissions=["change"])
    def end_now(self, request: HttpRequest, queryset: QuerySet[Maintenance]) -> None:
        ended = queryset.under_way(timezone.now()).update(ends_at=timezone.now())  # type: ignore[attr-defined]
        text = ngettext("Ended %(count)d window.", "Ended %(count)d windows.", ended)
        self.message_user(request, text % {"count": ended}, messages.SUCCESS)
