"""Addresses of guides, investigations, gaps, reviews, and of what reads guides and probes together."""

from django.urls import path

from kb.views import gaps, guides, investigate, pictures, probes, replay, results, review, words

urlpatterns = [
    path("i/<str:public_id>/", results.results, name="results"),
    path("i/<str:public_id>/live/", results.live, name="investigation_live"),
    path("i/<str:public_id>/parameters/", investigate.parameters, name="investigation_parameters"),
    path("i/<str:public_id>/checks/", investigate.checks, name="investigation_checks"),
    path("i/<str:public_id>/answer/", investigate.answer, name="investigation_answer"),
    path("i/<str:public_id>/cancel/", investigate.cancel, name="investigation_cancel"),
    path("i/<str:public_id>/outcome/", investigate.outcome, name="investigation_outcome"),
    path("guides/", guides.guide_list, name="guides"),
    path("g/<slug:slug>/", guides.guide_detail, name="guide"),
    path("g/<slug:slug>/checks/", guides.guide_checks, name="guide_checks"),
    path("g/<slug:slug>/words/", words.of_guide, name="guide_words"),
    path("g/<slug:slug>/replay/", replay.of_guide, name="guide_replay"),
    path("g/<slug:slug>/answer/", guides.guide_answer, name="guide_answer"),
    path("pictures/<slug:sha256>.<slug:ending>", pictures.picture, name="picture"),
    path("words/", words.of_all, name="words"),
    path("probes/<slug:slug>/", probes.probe_detail, name="probe"),
    path("review/", review.review, name="review"),
    path("gaps/", gaps.gap_list, name="gaps"),
    path("gaps/<str:fingerprint>/draft/", gaps.draft, name="gap_draft"),
    path("gaps/<int:number>/again/", gaps.look_up, name="gap_look_up"),
]
