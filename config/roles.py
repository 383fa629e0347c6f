"""The five groups a base starts with, and what each may do."""

from collections.abc import Iterable, Mapping

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.db.models import Q

_KNOWLEDGE = ("guide", "guidetranslation", "symptom", "cause", "suggests", "check", "evidence")
_PARTS = (*_KNOWLEDGE[1:], "resolution")


def _may(app: str, actions: Iterable[str], models: Iterable[str]) -> frozenset[str]:
    return frozenset(f"{app}.{action}_{model}" for action in actions for model in models)


_VIEWER = (
    _may("kb", ["view"], (*_KNOWLEDGE, "resolution", "guiderevision", "service"))
    | _may("kb", ["view"], ("investigation", "attempt", "searchgap"))
    | _may("incidents", ["view"], ("incident", "note", "actionitem"))
    | _may("probes", ["view"], ("probe", "batch", "batchitem", "run", "location"))
    | _may("probes", ["view"], ("schedule", "maintenance"))
    | {"kb.match_text"}
)
_RESPONDER = (
    _VIEWER
    | {"probes.run_probe", "kb.add_investigation", "kb.change_investigation", "kb.add_attempt"}
    | _may("incidents", ["add", "change"], ("incident", "actionitem"))
    | {"incidents.add_note"}
)
_AUTHOR = (
    _RESPONDER
    | _may("incidents", ["view", "add", "change", "delete"], ["incidenttemplate"])
    | _may("kb", ["add", "change"], ("guide", "service"))
    | _may("kb", ["add", "change", "delete"], _PARTS)
    | {"kb.publish_guide", "kb.import_guide", "kb.delete_searchgap"}
)
_PROBE_OPERATOR = (
    _RESPONDER
    | _may("probes", ["add", "change", "delete"], ("probe", "schedule", "maintenance"))
    | {"probes.approve_probe", "probes.change_location", "probes.change_batch"}
)
# The administrator holds every permission, also of models to come; None says so.
ROLES: Mapping[str, frozenset[str] | None] = {
    "viewer": _VIEWER,
    "responder": _RESPONDER,
    "author": _AUTHOR,
    "probe operator": _PROBE_OPERATOR,
    "administrator": None,
}


@transaction.atomic
def ensure_roles(**signal: object) -> None:
    """Make missing groups and give missing permissions; what an administrator added stays."""
    by_name = {
        f"{permission.content_type.app_label}.{permission.codename}": permission
        for permission in Permission.objects.filter(_of_the_base()).select_related("content_type")
    }
    for role, names in ROLES.items():
        group, _created = Group.objects.get_or_create(name=role)
        wanted = by_name.values() if names is None else [by_name[name] for name in sorted(names)]
        group.permissions.add(*wanted)


def _of_the_base() -> Q:
    ours = Q(content_type__app_label__in=("config", "incidents", "kb", "probes"))
    return ours | Q(content_type__app_label="auth", content_type__model__in=("user", "group"))
