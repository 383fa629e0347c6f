"""Addresses of probes, of what runs and ran, and of schedules."""

from django.urls import path

from probes.views import agent, batches, kinds, running, schedules

urlpatterns = [
    path("agent.pyz", agent.agent_pyz, name="agent_pyz"),
    path("probes/schedules/", schedules.schedule_list, name="schedules"),
    path("probes/schedules/<slug:slug>/", schedules.schedule_detail, name="schedule"),
    path("probes/schedules/<slug:slug>/run/", schedules.schedule_run, name="schedule_run"),
    path("probes/schedules/<slug:slug>/pause/", schedules.schedule_pause, name="schedule_pause"),
    path("probes/batches/<str:public_id>/", batches.batch_detail, name="batch"),
    path("probes/batches/<str:public_id>/live/", batches.batch_live, name="batch_live"),
    path("probes/batches/<str:public_id>/cancel/", batches.batch_cancel, name="batch_cancel"),
    path("probes/<slug:slug>/run/", running.run_probe, name="probe_run"),
    path("kinds/", kinds.kind_list, name="kinds"),
    path("kinds/<str:name>/", kinds.kind_detail, name="kind"),
    path("runs/<str:public_id>/again/", running.run_again, name="run_again"),
]
