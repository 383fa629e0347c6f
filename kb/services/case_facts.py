"""The terms that identify each case: stored with its text, found once it is concluded."""

from kb.matching import Analysis
from kb.matching.identity import identifiers
from kb.models import CaseFact, Investigation
from kb.services.reading import read_text


def remember_facts(
    investigation: Investigation, analysis: Analysis, *, is_concluded: bool = False
) -> None:
    CaseFact.objects.bulk_create(
        CaseFact(investigation=investigation, term=one.term, is_concluded=is_concluded)
        for one in identifiers(analysis)
    )


def open_to_others(investigation: Investigation) -> None:
    """Let later cases find this one, which was just concluded.

    A case from before its terms were stored gets them now.
    """
    found = CaseFact.objects.filter(investigation=investigation)
    if not found.update(is_concluded=True):
        remember_facts(investigation, read_text(investigation.text), is_concluded=True)
