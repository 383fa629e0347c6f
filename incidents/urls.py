"""Addresses of the first page and of incidents."""

from django.urls import path

from incidents.views import (
    actions,
    checks,
    detail,
    editing,
    find,
    importing,
    lists,
    opening,
    postmortem,
    promoting,
    steps,
    work,
)

urlpatterns = [
    path("", find.find, name="find"),
    path("import/", importing.import_document, name="import"),
    path("incidents/", lists.incident_list, name="incidents"),
    path("incidents/new/", opening.incident_new, name="incident_new"),
    path("incidents/similar/", opening.incident_similar, name="incident_similar"),
    path("incidents/actions/", actions.action_list, name="action_items"),
    path("incidents/actions/<int:number>/", work.action_edit, name="action_edit"),
    path("incidents/actions/<int:number>/done/", work.action_done, name="action_done"),
    path("incidents/<str:public_id>/", detail.incident_detail, name="incident"),
    path("incidents/<str:public_id>/guide/", promoting.promote, name="incident_promote"),
    path(
        "incidents/<str:public_id>/postmortem/",
        postmortem.incident_postmortem,
        name="incident_postmortem",
    ),
    path(
        "incidents/<str:public_id>/postmortem.md",
        postmortem.incident_postmortem_file,
        name="incident_postmortem_file",
    ),
    path("incidents/<str:public_id>/edit/", editing.incident_edit, name="incident_edit"),
    path("incidents/<str:public_id>/checks/", checks.incident_checks, name="incident_checks"),
    path("incidents/<str:public_id>/add/", opening.incident_add_to, name="incident_add_to"),
    path("incidents/<str:public_id>/note/", steps.incident_note, name="incident_note"),
    path("incidents/<str:public_id>/status/", steps.incident_status, name="incident_status"),
    path("incidents/<str:public_id>/close/", steps.incident_close, name="incident_close"),
    path("incidents/<str:public_id>/take/", steps.incident_take, name="incident_take"),
    path("incidents/<str:public_id>/merge/", steps.incident_merge, name="incident_merge"),
    path("incidents/<str:public_id>/unmerge/", steps.incident_unmerge, name="incident_unmerge"),
    path("incidents/<str:public_id>/attempt/", work.incident_attempt, name="incident_attempt"),
    path("incidents/<str:public_id>/action/", work.incident_action, name="incident_action"),
]
