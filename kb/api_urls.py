"""The knowledge base's addresses under /api/v1/."""

from django.urls import path

from kb.api import gaps, guides, imports, investigations, once, replays, review

urlpatterns = [
    path("match", investigations.MatchView.as_view(), name="api_match"),
    path("match.txt", investigations.MatchView.as_view(), {"format": "txt"}),
    path("investigations/<str:public_id>", investigations.InvestigationView.as_view()),
    path("investigations/<str:public_id>/batches", investigations.BatchesView.as_view()),
    path("investigations/<str:public_id>/answers", investigations.AnswersView.as_view()),
    path("investigations/<str:public_id>/outcome", investigations.OutcomeView.as_view()),
    path("agent/once", once.OnceView.as_view(), name="api_agent_once"),
    path("agent/verdict/<str:public_id>", once.VerdictView.as_view(), name="api_agent_verdict"),
    path("gaps", gaps.GapsView.as_view(), name="api_gaps"),
    path("gaps/<str:fingerprint>/draft", gaps.GapDraftView.as_view()),
    path("import", imports.ImportView.as_view(), name="api_import"),
    path("guides", guides.GuidesView.as_view(), name="api_guides"),
    path("review", review.ReviewView.as_view(), name="api_review"),
    path("guides/<slug:slug>/reviewed", review.ReviewedView.as_view()),
    path("guides/<slug:slug>.md", guides.GuideFileView.as_view()),
    path("guides/<slug:slug>/replay", replays.ReplayView.as_view(), name="api_replay"),
    path("guides/<slug:slug>", guides.GuideView.as_view()),
    path("causes/<slug:guide>/<slug:slug>", guides.CauseView.as_view()),
]
