"""The incidents' addresses under /api/v1/."""

from django.urls import path

from incidents.api import action_items, files, imports, incidents, promoting, steps

urlpatterns = [
    path("import/plain", imports.PlainImportView.as_view(), name="api_import_plain"),
    path("incidents", incidents.IncidentsView.as_view(), name="api_incidents"),
    path("incidents/statistics", incidents.StatisticsView.as_view()),
    path("export.zip", files.ExportView.as_view(), name="api_export"),
    path("incidents/<str:public_id>.md", files.IncidentFileView.as_view()),
    path("incidents/<str:public_id>/postmortem.md", files.PostmortemView.as_view()),
    path("incidents/<str:public_id>", incidents.IncidentView.as_view()),
    path("incidents/<str:public_id>/promote", promoting.PromoteView.as_view()),
    path("incidents/<str:public_id>/timeline", incidents.TimelineView.as_view()),
    path("incidents/<str:public_id>/notes", steps.NotesView.as_view()),
    path("incidents/<str:public_id>/status", steps.StatusView.as_view()),
    path("incidents/<str:public_id>/attempts", steps.AttemptsView.as_view()),
    path("incidents/<str:public_id>/merge", steps.MergeView.as_view()),
    path("incidents/<str:public_id>/action-items", action_items.IncidentActionItemsView.as_view()),
    path("action-items", action_items.ActionItemsView.as_view()),
    path("action-items/<int:number>", action_items.ActionItemView.as_view()),
]
