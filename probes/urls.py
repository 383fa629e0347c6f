"""Addresses of probes and their runs."""

from django.urls import path

from probes import views

urlpatterns = [
    path("probes/", views.probe_list, name="probes"),
    path("runs/<str:public_id>/", views.run_detail, name="run"),
]
