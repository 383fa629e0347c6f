"""Addresses of the first page and of incidents."""

from django.urls import path

from incidents.views import detail, find, importing, lists, opening

urlpatterns = [
    path("", find.find, name="find"),
    path("import/", importing.import_document, name="import"),
    path("incidents/", lists.incident_list, name="incidents"),
    path("incidents/new/", opening.incident_new, name="incident_new"),
    path("incidents/<str:public_id>/", detail.incident_detail, name="incident"),
    path("incidents/<str:public_id>/note/", detail.incident_note, name="incident_note"),
    path("incidents/<str:public_id>/status/", detail.incident_status, name="incident_status"),
    path("incidents/<str:public_id>/close/", detail.incident_close, name="incident_close"),
]
