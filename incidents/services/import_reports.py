"""The report of an incident as rows: the incident, what was tried, notes, and the work left."""

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from incidents.models import ActionItem, Incident, Note, StatusChange
from kb.ingest.plain import (
    Action,
    Attempt,
    Cause,
    Check,
    Fact,
    Lesson,
    Proposal,
    Reference,
    Result,
    Symptom,
)
from kb.models import Cause as CauseRow
from kb.models import Guide, Investigation
from kb.services.diagnosing.recorded_cases import Tried, record_case
from probes.services import masked

Taken = tuple[Proposal, str, str]
_MAX_ENVIRONMENT = 60


@dataclass(frozen=True, kw_only=True)
class Report:
    """What of a report was accepted: each proposal with its title and, for an attempt, its outcome.

    `status` is `fix` or `workaround` where it ended, else `open` or empty; `known_error` the
    slug of the cause in `guide` that a workaround leaves open.
    """

    title: str
    body: str
    language: str
    date: datetime.date
    status: str
    guide: Guide | None
    known_error: str
    accepted: Sequence[Taken]

    def of(self, sort: type) -> list[Taken]:
        return [taken for taken in self.accepted if isinstance(taken[0].becomes, sort)]


def store_report(report: Report, *, by: User | None) -> Incident:
    """The incident of a report, inside the caller's transaction.

    It happened on the report's day; what is written down now says so. Its cause is not
    confirmed: nobody looked here.
    """
    at = _beginning_of(report.date)
    is_over = report.status in Incident.ResolutionKind.values
    incident = Incident.objects.create(
        title=masked(report.title),
        # As it was decided: what was no secret to the person is kept.
        report=report.body,
        language=report.language,
        environment=_environment(report),
        status=Incident.Status.CLOSED if is_over else Incident.Status.OPEN,
        resolution_kind=report.status if is_over else "",
        known_error=_known_error(report),
        investigation=_case(report, at=at, is_over=is_over, by=by),
        reporter=by,
        started_at=at,
        resolved_at=at if is_over else None,
        closed_at=at if is_over else None,
    )
    if report.guide is not None:
        incident.guides.add(report.guide)
    if is_over:
        _close(incident, at=at, by=by)
    with translation.override(report.language):
        notes = list(_notes(report))
    _write_notes(incident, notes, at=at, by=by)
    _write_actions(incident, report)
    return incident


def _beginning_of(day: datetime.date) -> datetime.datetime:
    """A report names the day, not the hour."""
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time.min))


def _environment(report: Report) -> str:
    """As many of the environment's facts as the field holds; all of them are in a note."""
    said = ""
    for one, title, _outcome in report.of(Fact):
        longer = f"{said}, {title}" if said else title
        if isinstance(one.becomes, Fact) and one.becomes.name == "environment":
            said = longer if len(longer) <= _MAX_ENVIRONMENT else said
    return said


def _known_error(report: Report) -> CauseRow | None:
    if report.status != Incident.ResolutionKind.WORKAROUND or report.guide is None:
        return None
    return report.guide.causes.filter(slug=report.known_error).first()


def _case(
    report: Report, *, at: datetime.datetime, is_over: bool, by: User | None
) -> Investigation:
    shown = [title for _one, title, _outcome in report.of(Symptom)]
    tried = [_tried(one, title, outcome) for one, title, outcome in report.of(Attempt)]
    return record_case(
        "\n".join(shown) or report.title,
        tried,
        at=at,
        ended_at=at if is_over else None,
        environment=_environment(report),
        by=by,
    )


def _tried(one: Proposal, title: str, outcome: str) -> Tried:
    said = one.becomes.said if isinstance(one.becomes, Attempt) else ""
    return Tried(what=title, outcome=outcome, note=said)


def _close(incident: Incident, *, at: datetime.datetime, by: User | None) -> None:
    StatusChange.objects.create(
        incident=incident, was=Incident.Status.OPEN, became=Incident.Status.CLOSED, by=by, at=at
    )


def _notes(report: Report) -> Iterator[str]:
    """One note a sort, in the report's own language; each line says where it stands."""
    for sort, heading in (
        (Fact, _("What the report says of itself")),
        (Check, _("What was looked at")),
        (Cause, _("What was presumed to be the cause")),
        (Result, _("How it is afterwards")),
        (Lesson, _("What was learned")),
        (Reference, _("Documents it refers to")),
    ):
        if lines := [_note_line(one, title) for one, title, _outcome in report.of(sort)]:
            yield "\n".join([f"{heading}:", *lines])


def _note_line(one: Proposal, title: str) -> str:
    words = title
    match one.becomes:
        case Result(before=before, after=after) if before and after:
            words = f"{title}: {before} → {after}"
        case Result(before=before) if before:
            words = f"{_('before')}: {title}"
        case Check(command=command, expected=expected):
            words = " — ".join(part for part in (title, command, expected) if part)
        case Lesson(topic=topic) if topic:
            words = f"{topic}: {title}"
    return f"- {words} ({_('line %(line)s') % {'line': one.line}})"


def _write_notes(
    incident: Incident, texts: Sequence[str], *, at: datetime.datetime, by: User | None
) -> None:
    Note.objects.bulk_create(
        Note(incident=incident, text=masked(text), author=by, occurred_at=at) for text in texts
    )


def _write_actions(incident: Incident, report: Report) -> None:
    ActionItem.objects.bulk_create(
        ActionItem(
            incident=incident,
            what=masked(title)[:300],
            detail=masked(one.becomes.detail),
            horizon=one.becomes.horizon,
            due=datetime.date.fromisoformat(one.becomes.due) if one.becomes.due else None,
            position=position,
        )
        for position, (one, title, _outcome) in enumerate(report.of(Action))
        if isinstance(one.becomes, Action)
    )
