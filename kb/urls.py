"""Addresses of guides, investigations, gaps, reviews, and of what reads guides and probes together."""

from django.urls import path

from kb.views import (
    gaps,
    guide,
    guide_case,
    guide_said,
    guides,
    investigate,
    probes,
    replay,
    results,
    review,
    words,
)

urlpatterns = [
    path("i/<str:public_id>/", results.results, name="results"),
    path("i/<str:public_id>/live/", results.live, name="investigation_live"),
    path("i/<str:public_id>/parameters/", investigate.parameters, name="investigation_parameters"),
    path("i/<str:public_id>/checks/", investigate.checks, name="investigation_checks"),
    path("i/<str:public_id>/answer/", investigate.answer, name="investigation_answer"),
    path("i/<str:public_id>/cancel/", investigate.cancel, name="investigation_cancel"),
    path("i/<str:public_id>/outcome/", investigate.outcome, name="investigation_outcome"),
    path("guides/", guides.guide_list, name="guides"),
    path("g/<slug:slug>/", guide.guide_detail, name="guide"),
    path("g/<slug:slug>.md", guide.guide_file, name="guide_file"),
    path("g/<slug:slug>/live/", guide_case.guide_live, name="guide_live"),
    path("g/<slug:slug>/checks/", guide_case.guide_checks, name="guide_checks"),
    path("g/<slug:slug>/answer/", guide_case.guide_answer, name="guide_answer"),
    path("g/<slug:slug>/stop/", guide_case.guide_stop, name="guide_stop"),
    path("g/<slug:slug>/outcome/", guide_said.guide_outcome, name="guide_outcome"),
    path("g/<slug:slug>/remark/", guide_said.guide_remark, name="guide_remark"),
    path("g/<slug:slug>/undo/", guide_said.guide_undo, name="guide_undo"),
    path("g/<slug:slug>/words/", words.of_guide, name="guide_words"),
    path("g/<slug:slug>/replay/", replay.of_guide, name="guide_replay"),
    path("words/", words.of_all, name="words"),
    path("probes/<slug:slug>/", probes.probe_detail, name="probe"),
    path("review/", review.review, name="review"),
    path("gaps/", gaps.gap_list, name="gaps"),
    path("gaps/<str:fingerprint>/draft/", gaps.draft, name="gap_draft"),
    path("gaps/<int:number>/again/", gaps.look_up, name="gap_look_up"),
]
