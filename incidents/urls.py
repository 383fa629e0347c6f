"""Addresses of the first page and of incidents."""

from django.urls import path

from incidents import views

urlpatterns = [
    path("", views.find, name="find"),
    path("incidents/", views.incident_list, name="incidents"),
    path("incidents/new/", views.incident_new, name="incident_new"),
    path("incidents/<str:public_id>/", views.incident_detail, name="incident"),
    path("incidents/<str:public_id>/note/", views.incident_note, name="incident_note"),
    path("incidents/<str:public_id>/status/", views.incident_status, name="incident_status"),
    path("incidents/<str:public_id>/close/", views.incident_close, name="incident_close"),
]
