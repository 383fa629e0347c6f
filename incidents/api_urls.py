"""The incidents' addresses under /api/v1/."""

from django.urls import path

from incidents import api

urlpatterns = [
    path("incidents", api.IncidentsView.as_view(), name="api_incidents"),
    path("incidents/<str:public_id>", api.IncidentView.as_view()),
    path("incidents/<str:public_id>/notes", api.NotesView.as_view()),
]
