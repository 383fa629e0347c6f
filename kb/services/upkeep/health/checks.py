"""Checks that no longer run: their probe may not, or their newest runs could not look."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from django.db.models import CharField, F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Concat, JSONObject
from django.urls import reverse
from django.utils.translation import gettext as _

from kb.models import Check, Guide
from kb.services.upkeep.health.reasons import LOOK, STALE, Reason
from probes.engine.registry import KINDS
from probes.models import BatchItem, Location
from probes.reasons import label

# So many runs in a row that could not look, all for the same reason, are no accident.
NEWEST_RUNS = 3

_CODE, _MANUAL = "check_blind", "manual"


def check_reasons(guides: Mapping[int, Guide]) -> Iterator[tuple[int, Reason]]:
    """Two queries: the checks with their newest runs, and the kinds that some place allows."""
    allowed = _allowed_kinds()
    by_guide: dict[int, list[Check]] = {}
    for check in _checks(guides):
        check.guide = guides[check.guide_id]
        by_guide.setdefault(check.guide_id, []).append(check)
    for guide, checks in by_guide.items():
        blind = [wrong for one in checks if (wrong := _what_is_wrong(one, allowed))]
        # While one of them still runs, the guide can still be checked.
        severity = STALE if len(blind) == len(checks) else LOOK
        yield from ((guide, replace(wrong, severity=severity)) for wrong in blind)


def could_not_look(runs: Sequence[Mapping[str, Any]]) -> str:
    """The reason that the newest runs share, where none of them saw anything; else empty."""
    reasons = {run["reason"] for run in runs if run["status"] == "UNKNOWN"}
    is_blind = len(runs) == NEWEST_RUNS and all(run["status"] == "UNKNOWN" for run in runs)
    return reasons.pop() if is_blind and len(reasons) == 1 else ""


def _checks(guides: Mapping[int, Guide]) -> QuerySet[Check]:
    ran = (
        BatchItem.objects.filter(ref=OuterRef("key_"), run__isnull=False)
        .order_by("-id")
        .values(
            run_=JSONObject(
                id="run__public_id",
                status="run__status",
                reason="run__reason_code",
                at="run__started_at",
            )
        )
    )
    newest = {f"run_{place}": Subquery(ran[place : place + 1]) for place in range(NEWEST_RUNS)}
    checks = Check.objects.filter(guide__in=guides).exclude(probe__kind=_MANUAL)
    keyed = checks.annotate(
        key_=Concat(F("guide__slug"), Value("/"), F("slug"), output_field=CharField())
    )
    return keyed.annotate(**newest).select_related("probe")


def _allowed_kinds() -> frozenset[str]:
    """The kinds that at least one place would run; a place that names none runs all."""
    places = list(Location.objects.values_list("kinds", flat=True))
    if not places or not all(places):
        return frozenset(KINDS)
    return frozenset(kind for kinds in places for kind in kinds) & KINDS.keys()


def _what_is_wrong(check: Check, allowed: frozenset[str]) -> Reason | None:
    probe, name = check.probe, {"check": _name(check)}
    if probe.kind not in KINDS:
        said = _("“%(check)s”: there is no such kind of probe any more.") % name
        return _of_probe(check, said)
    if probe.kind not in allowed:
        return _of_probe(check, _("“%(check)s”: no location allows this kind of probe.") % name)
    if not probe.is_approved:
        said = _("“%(check)s” does not run: its probe is not approved.") % name
        return _of_probe(check, said, since=probe.updated_at)
    runs = [run for place in range(NEWEST_RUNS) if (run := getattr(check, f"run_{place}"))]
    return _of_runs(runs, name) if could_not_look(runs) else None


def _of_probe(check: Check, text: str, since: datetime | None = None) -> Reason:
    href = reverse("probe", args=[check.probe.slug])
    return Reason(
        code=_CODE, severity=LOOK, text=text, since=since, href=href, evidence=_("the probe")
    )


def _of_runs(runs: Sequence[Mapping[str, Any]], name: Mapping[str, str]) -> Reason:
    said = _("“%(check)s” could not look the last %(times)s times: %(reason)s.")
    return Reason(
        code=_CODE,
        severity=LOOK,
        text=said % {**name, "times": len(runs), "reason": label(could_not_look(runs))},
        since=_moment(runs[-1]["at"]),
        href=reverse("run", args=[runs[0]["id"]]),
        evidence=_("the newest run"),
    )


def _moment(written: str) -> datetime:
    """A time as the database writes it into JSON: SQLite leaves out that it is UTC."""
    at = datetime.fromisoformat(written)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _name(check: Check) -> str:
    return check.guide.localized_name("checks", check.slug, check.name)
