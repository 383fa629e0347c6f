"""The probe API's addresses, under /api/v1/."""

from django.urls import path

from probes import agent_api, api, schedule_api

urlpatterns = [
    path("probes", api.ProbesView.as_view(), name="api_probes"),
    path("probes/<slug:slug>", api.ProbeView.as_view(), name="api_probe"),
    path("probes/<slug:slug>/approve", api.ApproveView.as_view(), name="api_probe_approve"),
    path("kinds", api.KindsView.as_view(), name="api_kinds"),
    path("kinds/<slug:name>", api.KindView.as_view(), name="api_kind"),
    path("batches", api.BatchesView.as_view(), name="api_batches"),
    path("batches/<slug:public_id>", api.BatchView.as_view(), name="api_batch"),
    path("batches/<slug:public_id>/cancel", api.CancelView.as_view(), name="api_batch_cancel"),
    path("runs/<slug:public_id>", api.RunView.as_view(), name="api_run"),
    path("schedules", schedule_api.SchedulesView.as_view(), name="api_schedules"),
    path("schedules/<slug:slug>", schedule_api.ScheduleView.as_view(), name="api_schedule"),
    path(
        "schedules/<slug:slug>/run",
        schedule_api.ScheduleRunView.as_view(),
        name="api_schedule_run",
    ),
    path(
        "schedules/<slug:slug>/pause",
        schedule_api.SchedulePauseView.as_view(),
        name="api_schedule_pause",
    ),
    path("agent/claim", agent_api.ClaimView.as_view(), name="api_agent_claim"),
    path("agent/renew", agent_api.RenewView.as_view(), name="api_agent_renew"),
    path("agent/record", agent_api.RecordView.as_view(), name="api_agent_record"),
    path("agent/release", agent_api.ReleaseView.as_view(), name="api_agent_release"),
]
