"""Services in the admin: what guides, checks and incidents are about."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from kb import services
from kb.admin.fields import YamlField
from kb.ingest import snippets
from kb.models import Service
from probes.admin.lists import FirstStep, ListAdmin


class ServiceForm(forms.ModelForm):
    bindings = YamlField(
        parse=snippets.parse_values,
        dump=snippets.dump_mapping,
        label=capfirst(_("bindings")),
        required=False,
        help_text=_("Values for guide parameters, one per line: port: 8001"),
    )


@admin.register(Service)
class ServiceAdmin(ListAdmin):
    form = ServiceForm
    about = _("What guides, checks and incidents are about: an application, a database, a queue.")
    first_step = FirstStep(
        words=_("Name what people call it; its ports and hosts then fill the checks of guides."),
        link=_("Add a service"),
        address="admin:kb_service_add",
    )
    list_display = ["name", "slug", "shown_bindings"]
    search_fields = ["name", "slug"]
    autocomplete_fields = ["depends_on"]

    @admin.display(description=_("bindings"))
    def shown_bindings(self, service: Service) -> str:
        return ", ".join(f"{name}: {value}" for name, value in service.bindings.items())

    def save_model(self, request: HttpRequest, obj: Service, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        for problem in services.schedule_service(obj):
            self.message_user(request, problem, messages.WARNING)
