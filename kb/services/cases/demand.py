"""What people asked and got no help with, grouped by what it is about: what to write next.

Two sorts of texts count: those that no guide answered, and those that were answered and in which
nothing helped. Grouped on reading, from a bounded number of texts, always in the same way.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache

from django.db.models import Count, Q
from django.db.models.functions import Left
from django.utils import timezone

from kb.matching.groups import Group, Signature, grouped, signature_of
from kb.models import Guide, Investigation, SearchGap
from kb.services.cases.gaps import SAMPLE_CHARS, open_gaps
from kb.services.cases.reading import read_text
from kb.services.cases.unhelped import Unhelped, unhelped_cases

# The most asked and newest texts; what is asked more rarely than all of these can wait.
MOST_TEXTS = 400
WEEK, MONTH = timedelta(days=7), timedelta(days=30)


@dataclass(frozen=True, kw_only=True)
class Wording:
    """One text, for all that are the same but for their variable parts.

    `gap` counts those that nobody answered; `unhelped` are the cases in which nothing helped.
    """

    fingerprint: str
    sample: str
    gap: SearchGap | None
    unhelped: tuple[Unhelped, ...]

    @property
    def count(self) -> int:
        return (self.gap.count if self.gap else 0) + len(self.unhelped)

    @property
    def first_seen(self) -> datetime:
        seen = [case.at for case in self.unhelped] + ([self.gap.first_seen] if self.gap else [])
        return min(seen)

    @property
    def last_seen(self) -> datetime:
        seen = [case.at for case in self.unhelped] + ([self.gap.last_seen] if self.gap else [])
        return max(seen)


@dataclass(frozen=True, kw_only=True)
class Demand:
    """Near-identical texts. `key` is the oldest one's fingerprint and stays while that is there.

    `people` counts who was logged in; `last_week` and `last_month` the texts of these days.
    """

    key: str
    wordings: tuple[Wording, ...]
    people: int = 0
    last_week: int = 0
    last_month: int = 0
    services: tuple[str, ...] = ()
    draft: Guide | None = None

    @property
    def count(self) -> int:
        return sum(one.count for one in self.wordings)

    @property
    def unhelped(self) -> int:
        return sum(len(one.unhelped) for one in self.wordings)

    @property
    def sample(self) -> str:
        """The most asked wording."""
        return max(self.wordings, key=lambda one: (one.count, one.fingerprint)).sample

    @property
    def open_gap(self) -> SearchGap | None:
        """One that nobody answered; None where all were answered and not helped."""
        return next((one.gap for one in self.wordings if one.gap), None)

    @property
    def others(self) -> list[str]:
        return [one.sample for one in self.wordings if one.sample != self.sample]

    @property
    def first_seen(self) -> datetime:
        return min(one.first_seen for one in self.wordings)

    @property
    def last_seen(self) -> datetime:
        return max(one.last_seen for one in self.wordings)

    @property
    def fingerprints(self) -> list[str]:
        return [one.fingerprint for one in self.wordings]

    @property
    def order(self) -> tuple[int, float, str]:
        """Most asked first, then the newest."""
        return (-self.count, -self.last_seen.timestamp(), self.key)


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """Who asked a text, and how often in the last week and month."""

    people: frozenset[int] = frozenset()
    week: int = 0
    month: int = 0


def open_demand() -> list[Demand]:
    """All groups, most asked first, without the figures that `with_figures` reads. Three queries."""
    wordings = {one.fingerprint: one for one in _wordings()}
    oldest_first = sorted(wordings.values(), key=lambda one: (one.first_seen, one.fingerprint))
    groups = grouped([(one.fingerprint, _signature(one.sample)) for one in oldest_first])
    return sorted((_demand(group, wordings) for group in groups), key=lambda one: one.order)


def demand_of(fingerprint: str) -> Demand | None:
    """The group that a text of this fingerprint belongs to."""
    return next((one for one in open_demand() if fingerprint in one.fingerprints), None)


def with_figures(demands: Sequence[Demand]) -> list[Demand]:
    """Who asked, when, about what, and who writes already; three queries for all of them."""
    fingerprints = [each for one in demands for each in one.fingerprints]
    asked, services = _asked(fingerprints), _services(fingerprints)
    drafts = _drafts(fingerprints)
    return [_with_figures(one, asked, services, drafts) for one in demands]


def _with_figures(
    one: Demand,
    asked: Mapping[str, _Asked],
    services: Mapping[str, Mapping[str, int]],
    drafts: Mapping[str, Guide],
) -> Demand:
    figures = [_figures(wording, asked) for wording in one.wordings]
    return replace(
        one,
        people=len(frozenset().union(*(each.people for each in figures))),
        last_week=sum(each.week for each in figures),
        last_month=sum(each.month for each in figures),
        services=_most_named(services, one.fingerprints),
        draft=next((drafts[each] for each in one.fingerprints if each in drafts), None),
    )


def _figures(wording: Wording, asked: Mapping[str, _Asked]) -> _Asked:
    """Of a text that was answered, only the cases count that were not helped."""
    if wording.gap is not None:
        return asked.get(wording.fingerprint, _Asked())
    now, cases = timezone.now(), wording.unhelped
    return _Asked(
        people=frozenset(case.person for case in cases if case.person is not None),
        week=sum(case.at >= now - WEEK for case in cases),
        month=sum(case.at >= now - MONTH for case in cases),
    )


def _wordings() -> Iterable[Wording]:
    gaps = {gap.fingerprint: gap for gap in open_gaps()[:MOST_TEXTS]}
    unhelped: dict[str, list[Unhelped]] = {}
    for case in unhelped_cases():
        unhelped.setdefault(case.fingerprint, []).append(case)
    samples = _samples(found[0].pk for each, found in unhelped.items() if each not in gaps)
    for fingerprint, gap in gaps.items():
        found = tuple(unhelped.get(fingerprint, ()))
        yield Wording(fingerprint=fingerprint, sample=gap.sample, gap=gap, unhelped=found)
    for fingerprint, sample in samples.items():
        found = tuple(unhelped[fingerprint])
        yield Wording(fingerprint=fingerprint, sample=sample, gap=None, unhelped=found)


def _samples(newest: Iterable[int]) -> dict[str, str]:
    """The beginning of these cases' texts, by fingerprint; one without a text asks for nothing."""
    cases = Investigation.objects.filter(pk__in=list(newest)[:MOST_TEXTS]).exclude(text="")
    begun = cases.annotate(sample=Left("text", SAMPLE_CHARS))
    return dict(begun.values_list("fingerprint", "sample"))


@lru_cache(maxsize=2 * MOST_TEXTS)
def _signature(sample: str) -> Signature:
    return signature_of(read_text(sample))


def _demand(group: Group[str], wordings: Mapping[str, Wording]) -> Demand:
    return Demand(key=group.founder, wordings=tuple(wordings[each] for each in group.members))


def _asked(fingerprints: Iterable[str]) -> dict[str, _Asked]:
    now = timezone.now()
    rows = (
        Investigation.objects.filter(fingerprint__in=fingerprints)
        .order_by()
        .values_list("fingerprint", "started_by")
        .annotate(
            week=Count("pk", filter=Q(created_at__gte=now - WEEK)),
            month=Count("pk", filter=Q(created_at__gte=now - MONTH)),
        )
    )
    asked: dict[str, _Asked] = {}
    for fingerprint, person, week, month in rows:
        one = asked.get(fingerprint, _Asked())
        asked[fingerprint] = _Asked(
            people=one.people | ({person} if person is not None else frozenset()),
            week=one.week + week,
            month=one.month + month,
        )
    return asked


def _services(fingerprints: Iterable[str]) -> dict[str, dict[str, int]]:
    """How often each service was named, by fingerprint."""
    rows = (
        Investigation.objects.filter(fingerprint__in=fingerprints)
        .exclude(services=[])
        .order_by()
        .values_list("fingerprint", "services")
        .annotate(count=Count("pk"))
    )
    named: dict[str, dict[str, int]] = {}
    for fingerprint, services, count in rows:
        for service in services:
            here = named.setdefault(fingerprint, {})
            here[service] = here.get(service, 0) + count
    return named


def _most_named(
    named: Mapping[str, Mapping[str, int]], fingerprints: Iterable[str]
) -> tuple[str, ...]:
    total: dict[str, int] = {}
    for fingerprint in fingerprints:
        for service, count in named.get(fingerprint, {}).items():
            total[service] = total.get(service, 0) + count
    return tuple(sorted(total, key=lambda service: (-total[service], service)))


def _drafts(fingerprints: Iterable[str]) -> dict[str, Guide]:
    """The guides that somebody began for these texts, also where a text was answered since."""
    begun = SearchGap.objects.filter(fingerprint__in=fingerprints, draft__isnull=False)
    rows = begun.select_related("draft__owner").prefetch_related("draft__translations")
    return {gap.fingerprint: gap.draft for gap in rows if gap.draft is not None}
