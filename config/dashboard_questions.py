"""What may wait for somebody: each question as rows to count, none of them over runs or cases."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from config.models import ApiKey
from incidents.models import ActionItem, Incident
from kb.models import Guide, SearchGap
from kb.services.authoring.translations import behind, missing
from probes import services as probing
from probes.models import Batch, Location, Probe, Schedule

# A runner takes what is asked for within seconds.
WAITS_TOO_LONG = timedelta(minutes=1)
UNUSED_AFTER = timedelta(days=7)

URGENT, DUE, SOME_DAY = "bad", "warn", "calm"
_OVER = (Incident.Status.RESOLVED, Incident.Status.CLOSED)


@dataclass(frozen=True, kw_only=True)
class Question:
    """Rows that wait, who may know of them, and the page where they are worked on."""

    permission: str
    rows: Any
    words: str | Promise
    level: str
    page: str
    query: str = ""


def questions() -> dict[str, Question]:
    now = timezone.now()
    return {
        **_of_incidents(),
        **_of_probes(now),
        **_of_guides(now),
        "unused": Question(
            permission="config.view_apikey",
            rows=ApiKey.objects.filter(
                revoked_at=None, last_used_at=None, created_at__lt=now - UNUSED_AFTER
            ),
            words=gettext_lazy("keys never used for a week"),
            level=SOME_DAY,
            page="admin:config_apikey_changelist",
            query="?state=unused",
        ),
    }


def _of_incidents() -> dict[str, Question]:
    is_open = Incident.objects.exclude(status__in=_OVER)
    return {
        "open": Question(
            permission="incidents.view_incident",
            rows=is_open,
            words=gettext_lazy("open incidents"),
            level=URGENT,
            page="incidents",
            query="?show=open",
        ),
        "unassigned": Question(
            permission="incidents.change_incident",
            rows=is_open.filter(assignee=None),
            words=gettext_lazy("open incidents that nobody has taken"),
            level=URGENT,
            page="admin:incidents_incident_changelist",
            query="?taken=nobody",
        ),
        "actions": Question(
            permission="incidents.view_actionitem",
            rows=ActionItem.objects.filter(done_at=None, due__lt=timezone.localdate()),
            words=gettext_lazy("overdue action items"),
            level=DUE,
            page="admin:incidents_actionitem_changelist",
            query="?state=overdue",
        ),
    }


def _of_probes(now: datetime) -> dict[str, Question]:
    return {
        "failing": Question(
            permission="probes.view_schedule",
            rows=Schedule.objects.filter(state=Schedule.State.CRITICAL, is_paused=False),
            words=gettext_lazy("scheduled checks that fail"),
            level=URGENT,
            page="admin:probes_schedule_changelist",
            query="?state__exact=CRITICAL",
        ),
        "blind": Question(
            permission="probes.view_schedule",
            rows=Schedule.objects.filter(blind_since__isnull=False, is_paused=False),
            words=gettext_lazy("scheduled checks that cannot look"),
            level=DUE,
            page="admin:probes_schedule_changelist",
            query="?runs=blind",
        ),
        "stuck": Question(
            permission="probes.view_run",
            rows=Batch.objects.filter(state=Batch.State.READY, created_at__lt=now - WAITS_TOO_LONG),
            words=gettext_lazy("requests that no runner has taken"),
            level=URGENT,
            page="admin:probes_batch_changelist",
            query="?state__exact=ready",
        ),
        "away": Question(
            permission="probes.view_location",
            rows=Location.objects.exclude(token_hash="").filter(
                Q(last_seen_at=None) | Q(last_seen_at__lt=now - probing.AWAY_AFTER)
            ),
            words=gettext_lazy("locations whose agent is not heard of"),
            level=DUE,
            page="admin:probes_location_changelist",
            query="?agent=away",
        ),
        "unapproved": Question(
            permission="probes.approve_probe",
            rows=Probe.objects.filter(approved_hash=""),
            words=gettext_lazy("probes waiting for approval"),
            level=DUE,
            page="admin:probes_probe_changelist",
            query="?approval=waiting",
        ),
    }


def _of_guides(now: datetime) -> dict[str, Question]:
    kept = Guide.objects.filter(state__in=(Guide.State.PUBLISHED, Guide.State.IN_REVIEW))
    return {
        "in_review": Question(
            permission="kb.change_guide",
            rows=Guide.objects.filter(state=Guide.State.IN_REVIEW),
            words=gettext_lazy("guides waiting for a review"),
            level=DUE,
            page="admin:kb_guide_changelist",
            query="?state__exact=in_review",
        ),
        "overdue": Question(
            permission="kb.change_guide",
            rows=kept.filter(review_after__lt=now.date()),
            words=gettext_lazy("guides whose review is overdue"),
            level=DUE,
            page="review",
            query="?reason=overdue",
        ),
        "stale": Question(
            permission="kb.change_guide",
            rows=behind(),
            words=gettext_lazy("translations behind their original"),
            level=SOME_DAY,
            page="translations",
            query="?state=behind",
        ),
        "untranslated": Question(
            permission="kb.change_guide",
            rows=missing(),
            words=gettext_lazy("published guides in one language only"),
            level=SOME_DAY,
            page="translations",
            query="?state=missing",
        ),
        "gaps": Question(
            permission="kb.view_searchgap",
            rows=SearchGap.objects.filter(answered_at=None),
            words=gettext_lazy("errors that no guide answers"),
            level=SOME_DAY,
            page="gaps",
        ),
    }
