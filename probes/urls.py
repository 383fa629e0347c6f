"""Addresses of probes and their runs."""

from django.urls import path

from probes import views

urlpatterns = [
    path("agent.pyz", views.agent_pyz, name="agent_pyz"),
    path("probes/", views.probe_list, name="probes"),
    path("kinds/", views.kind_list, name="kinds"),
    path("kinds/<str:name>/", views.kind_detail, name="kind"),
    path("runs/<str:public_id>/", views.run_detail, name="run"),
]
