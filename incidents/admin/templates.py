"""Templates of reports in the admin: one row for each kind and language."""

from django.contrib import admin

from incidents.models import IncidentTemplate


@admin.register(IncidentTemplate)
class IncidentTemplateAdmin(admin.ModelAdmin):
    list_display = ["title", "slug", "language", "severity", "position"]
    list_filter = ["language"]
    search_fields = ["title", "slug", "report"]
    fields = ["title", ("slug", "language"), ("severity", "position"), "report"]
