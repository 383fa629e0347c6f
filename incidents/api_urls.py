"""The incidents' addresses under /api/v1/."""

from django.urls import path

from incidents.api import files, incidents, promoting

urlpatterns = [
    path("incidents", incidents.IncidentsView.as_view(), name="api_incidents"),
    path("export.zip", files.ExportView.as_view(), name="api_export"),
    path("incidents/<str:public_id>.md", files.IncidentFileView.as_view()),
    path("incidents/<str:public_id>/postmortem.md", files.PostmortemView.as_view()),
    path("incidents/<str:public_id>", incidents.IncidentView.as_view()),
    path("incidents/<str:public_id>/notes", incidents.NotesView.as_view()),
    path("incidents/<str:public_id>/promote", promoting.PromoteView.as_view()),
]
