"""Very many investigations, to measure pages with: the same failures come back again and again."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from kb.evaluation.invented import invent_questions
from kb.evaluation.judged import JudgedSet
from kb.evaluation.many_guides import store
from kb.matching import Analysis
from kb.models import Attempt, Cause, Investigation, SearchGap
from kb.services.cases.case_facts import remember_facts
from kb.services.cases.reading import read_text
from probes.models import Batch

# So many texts are asked, each again and again.
_TEXTS = 400
_APART, _TOOK = timedelta(minutes=30), timedelta(minutes=25)
# One in so many is still open.
_OPEN = 10


@transaction.atomic
def seed_cases(judged: JudgedSet, count: int) -> list[Investigation]:
    """Store `count` investigations, most of them concluded; the newest has runs. Oldest first."""
    texts = invent_questions(judged, min(count, _TEXTS), documents=count).short
    read = [read_text(text) for text in texts]
    cases = store(list(_cases(read, count)))
    store([_worked(case) for case in cases if case.concluded_resolution])
    for number in range(max(0, count - len(read)), count):
        concluded = cases[number].concluded_at is not None
        remember_facts(cases[number], read[number % len(read)], is_concluded=concluded)
    gaps = {one.fingerprint: _gap(one, timezone.now()) for one in read}
    SearchGap.objects.bulk_create(gaps.values(), ignore_conflicts=True)
    cases[-1].batches.set(Batch.objects.order_by("-pk")[:3])
    return cases


def _cases(read: Sequence[Analysis], count: int) -> Iterator[Investigation]:
    causes = list(Cause.objects.prefetch_related("resolutions")[:_TEXTS])
    person, now = User.objects.order_by("pk").first(), timezone.now()
    for number in range(count):
        analysis, began = read[number % len(read)], now - _APART * (count - number)
        case = Investigation(text=analysis.text, fingerprint=analysis.fingerprint)
        case.started_by, case.created_at = person, began
        if number % _OPEN:
            _conclude(case, causes[number % len(causes)], person)
        yield case


def _conclude(case: Investigation, cause: Cause, person: User | None) -> None:
    case.concluded_at, case.concluded_by = case.created_at + _TOOK, person
    case.concluded_cause, case.confirmation = cause, Investigation.Confirmation.RUNS
    case.concluded_resolution = next(iter(cause.resolutions.all()))


def _worked(case: Investigation) -> Attempt:
    fix = case.concluded_resolution
    return Attempt(
        investigation=case,
        what=fix.title if fix else "",
        resolution=fix,
        outcome=Attempt.Outcome.WORKED,
        by=case.concluded_by,
        at=case.concluded_at or timezone.now(),
    )


def _gap(analysis: Analysis, now: datetime) -> SearchGap:
    return SearchGap(
        fingerprint=analysis.fingerprint, count=3, sample=analysis.text, first_seen=now
    )
