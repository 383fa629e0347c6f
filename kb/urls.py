"""Addresses of guides, results, gaps, and of what reads guides and probes together."""

from django.urls import path

from kb.views import gaps, guides, probes

urlpatterns = [
    path("guides/", guides.guide_list, name="guides"),
    path("probes/<slug:slug>/", probes.probe_detail, name="probe"),
    path("gaps/", gaps.gap_list, name="gaps"),
]
