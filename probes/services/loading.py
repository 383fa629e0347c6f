"""Probes from a file: one `slug: {name, kind, params, ...}` entry each, all of them or none."""

import re
from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext as _

from probes.models import Probe
from probes.services.definitions import complaints_about, mark_approved, save_probe
from probes.services.errors import BadProbes, YamlComplaint
from probes.services.strict_yaml import read_mapping

_TYPES: Mapping[str, tuple[type, ...]] = {
    "name": (str,),
    "kind": (str,),
    "params": (dict,),
    "expectation": (dict,),
    "timeout_s": (int, float),
    "retries": (int,),
}
_REQUIRED = ("name", "kind")
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@transaction.atomic
def load_probes(
    yaml_text: str, *, by: AbstractBaseUser | None, approve: bool, only_new: bool = False
) -> list[Probe]:
    """Create or update probes by slug. With `approve` they come approved, by nobody in particular.

    A definition that stays as it is keeps its author and its approval; with `only_new` every
    probe that is here already is left alone. Raises BadProbes with every complaint; then nothing
    was stored.
    """
    entries, lines, complaints = read_mapping(yaml_text)
    stored = Probe.objects.in_bulk(list(entries), field_name="slug")
    if only_new:
        entries = {slug: entry for slug, entry in entries.items() if slug not in stored}
    probes = []
    for slug, entry in entries.items():
        wrong = _shape_complaints(slug, entry)
        probe = None if wrong else _with_entry(stored.get(slug) or Probe(slug=slug), entry)
        wrong += [(c.field, c.message) for c in complaints_about(probe)] if probe else []
        complaints += [
            YamlComplaint(line=lines[slug], field=f"{slug}.{field}", message=message)
            for field, message in wrong
        ]
        probes += [probe] if probe else []
    if complaints:
        raise BadProbes(complaints)
    return [_store(probe, by=by, approve=approve) for probe in probes]


def _with_entry(probe: Probe, entry: Mapping[str, Any]) -> Probe:
    probe.name = entry["name"]
    probe.kind = entry["kind"]
    probe.params = entry.get("params", {})
    probe.expectation = entry.get("expectation", {})
    probe.timeout_s = float(entry.get("timeout_s", 3.0))
    probe.retries = entry.get("retries", 0)
    return probe


def _store(probe: Probe, *, by: AbstractBaseUser | None, approve: bool) -> Probe:
    save_probe(probe, by=by)
    if approve and not probe.is_approved:
        mark_approved(probe, by=by)
        probe.refresh_from_db()
    return probe


def _shape_complaints(slug: str, entry: Any) -> list[tuple[str, str]]:
    if not isinstance(entry, dict):
        return [("", _("A definition holds `name`, `kind` and `params`."))]
    wrong = [] if _is_slug(slug) else [("slug", _("Use lower case letters, digits and hyphens."))]
    wrong += [(name, _("This must be given.")) for name in _REQUIRED if not entry.get(name)]
    for name, value in entry.items():
        if name not in _TYPES:
            wrong.append((name, _("A definition has no such key.")))
        elif not isinstance(value, _TYPES[name]) or isinstance(value, bool):
            wrong.append((name, _("This has the wrong type.")))
    return wrong


def _is_slug(slug: str) -> bool:
    return len(slug) <= 50 and _SLUG.fullmatch(slug) is not None
