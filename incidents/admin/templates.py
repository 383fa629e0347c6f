"""Templates of reports in the admin: one row for each kind and language."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from incidents.models import IncidentTemplate
from probes.admin.lists import FirstStep, ListAdmin


@admin.register(IncidentTemplate)
class IncidentTemplateAdmin(ListAdmin):
    about = _("Outlines of reports that a new incident may begin from, by language.")
    first_step = FirstStep(
        words=_("Write the headings that a good report of yours has."),
        link=_("Add a template"),
        address="admin:incidents_incidenttemplate_add",
    )
    list_display = ["title", "slug", "language", "severity", "position"]
    list_filter = ["language"]
    search_fields = ["title", "slug", "report"]
    fields = ["title", ("slug", "language"), ("severity", "position"), "report"]
