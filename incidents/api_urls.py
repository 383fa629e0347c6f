"""The incidents' addresses under /api/v1/."""

from django.urls import path

from incidents.api import imports, incidents

urlpatterns = [
    path("import/plain", imports.PlainImportView.as_view(), name="api_import_plain"),
    path("incidents", incidents.IncidentsView.as_view(), name="api_incidents"),
    path("incidents/<str:public_id>", incidents.IncidentView.as_view()),
    path("incidents/<str:public_id>/notes", incidents.NotesView.as_view()),
]
