"""What identifies each case: its text's terms, and the symptoms it showed when it ended."""

from collections.abc import Iterable, Sequence

from django.db import connection

from kb import index
from kb.matching import Analysis
from kb.matching.identity import identifiers
from kb.models import CaseFact, Investigation
from kb.services.cases.reading import read_text

_SYMPTOM = "symptom:"


def remember_facts(
    investigation: Investigation, analysis: Analysis, *, is_concluded: bool = False
) -> None:
    terms = [one.term for one in identifiers(analysis)]
    _remember(investigation, terms, is_concluded=is_concluded)


def open_to_others(investigation: Investigation) -> None:
    """Let later cases find this one, which was just concluded, by its terms and its symptoms.

    A case from before its terms were stored gets them now. The symptoms are those of the guides
    as they stand now: an author who adds one later changes no case that is over.
    """
    analysis = read_text(investigation.text)
    found = CaseFact.objects.filter(investigation=investigation)
    if not found.update(is_concluded=True):
        remember_facts(investigation, analysis, is_concluded=True)
    _remember(investigation, _symptoms_shown(investigation, analysis), is_concluded=True)


def symptom_term(symptom_id: int) -> str:
    return f"{_SYMPTOM}{symptom_id}"


def symptoms_of_cases(cases: Iterable[int]) -> dict[int, set[str]]:
    """The symptom terms of these cases, in one query."""
    rows = CaseFact.objects.filter(investigation__in=cases, term__startswith=_SYMPTOM)
    shown: dict[int, set[str]] = {}
    for case, term in rows.values_list("investigation_id", "term"):
        shown.setdefault(case, set()).add(term)
    return shown


def newest_cases(terms: Sequence[str], *, most: int) -> dict[str, list[int]]:
    """The newest concluded cases of each term, in one query that reads a bounded piece of it.

    The ORM has no such union on SQLite, which wants each limited part in brackets of its own.
    """
    if not terms:
        return {}
    table = connection.ops.quote_name(CaseFact._meta.db_table)
    one = (
        f"SELECT * FROM (SELECT term, investigation_id FROM {table} "  # noqa: S608 - own name
        "WHERE term = %s AND is_concluded ORDER BY investigation_id DESC LIMIT %s) AS part"
    )
    values = [value for term in terms for value in (term, most)]
    cases: dict[str, list[int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join([one] * len(terms)), values)
        for term, case in cursor.fetchall():
            cases.setdefault(term, []).append(case)
    return cases


def _symptoms_shown(investigation: Investigation, analysis: Analysis) -> list[str]:
    found = index.find(analysis, services=tuple(investigation.services))
    shown = {hit.symptom_id for match in found.matches for hit in match.symptoms}
    return [symptom_term(symptom) for symptom in sorted(shown)]


def _remember(investigation: Investigation, terms: Iterable[str], *, is_concluded: bool) -> None:
    CaseFact.objects.bulk_create(
        (
            CaseFact(investigation=investigation, term=term, is_concluded=is_concluded)
            for term in terms
        ),
        ignore_conflicts=True,
    )
