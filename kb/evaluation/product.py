"""The product itself, measured: guides come in by its import, texts are asked of its services."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection

from kb import index, ingest
from kb.evaluation.judged import Document, JudgedSet, Query
from kb.evaluation.statistics import DEPTH
from kb.ingest import GuideDraft
from kb.matching import Analysis, analyse
from kb.models import Guide, GuideRevision, Investigation
from kb.services import apply_import, diagnose, find_fixes, load_starter, plan_import

NAME = "knownfix"
_TITLE = 200
# Files that are planned and stored at once: a plan holds every file it read.
_BATCH = 200


@contextmanager
def scratch_database() -> Iterator[None]:
    """A database of its own beside the configured one, gone afterwards."""
    name = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(str(name), verbosity=0)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A text as it was stored, and its analysis, which no guide changes."""

    investigation: Investigation
    analysis: Analysis


class Product:
    """The guides of a judged set, stored, and what the product answers about them."""

    def __init__(self, judged: JudgedSet) -> None:
        if judged.is_starter:
            load_starter()
            slugs = {document.id: document.id for document in judged.documents}
        else:
            slugs = _import(judged.documents)
        guides = Guide.objects.in_bulk(list(slugs.values()), field_name="slug")
        self.guides = {name: guides[slug] for name, slug in slugs.items()}
        self.names = {guide.pk: name for name, guide in self.guides.items()}

    def ask(self, text: str) -> Asked:
        """What a person's paste becomes: masked, cut and stored."""
        investigation = find_fixes(text)
        return Asked(investigation=investigation, analysis=analyse(investigation.text))

    def documents(self, asked: Asked) -> tuple[list[str], float]:
        """The documents as the results page has them, best first, and the trust in the first."""
        found = index.find(asked.analysis)
        matches = [*found.matches, *found.weak][:DEPTH]
        trust = matches[0].confidence if matches else -1
        return [self.names[match.guide_id] for match in matches], trust

    def causes(self, asked: Asked) -> list[str]:
        """`guide/cause`, as the results page ranks them; none where it says "nothing known"."""
        return [one.cause.key for one in diagnose(asked.investigation).causes[:DEPTH]]

    def trust_without(self, asked: Mapping[Query, Asked]) -> dict[str, float]:
        """By query, the trust in the first document when its own answers are not in the base."""
        groups: dict[frozenset[str], list[Query]] = defaultdict(list)
        for query in asked:
            groups[frozenset(query.relevant)].append(query)
        trusts: dict[str, float] = {}
        for answers, group in groups.items():
            with _unpublished([self.guides[name] for name in sorted(answers)]):
                trusts |= {query.id: self.documents(asked[query])[1] for query in group}
        return trusts


@contextmanager
def _unpublished(guides: Sequence[Guide]) -> Iterator[None]:
    _set_state(guides, Guide.State.DRAFT)
    try:
        yield
    finally:
        _set_state(guides, Guide.State.PUBLISHED)


def _set_state(guides: Sequence[Guide], state: Guide.State) -> None:
    for guide in guides:
        guide.state = state
        guide.save(update_fields=["state"])
        index.update(guide)


def _import(documents: Sequence[Document]) -> dict[str, str]:
    """Store every document as a guide; answers the slug of each."""
    slugs = {document.id: f"d{number}" for number, document in enumerate(documents)}
    for start in range(0, len(documents), _BATCH):
        files = [
            (f"{slugs[document.id]}.md", _file(document, slugs[document.id]))
            for document in documents[start : start + _BATCH]
        ]
        apply_import(plan_import(files), by=None, source=GuideRevision.Source.IMPORT)
    return slugs


def _file(document: Document, slug: str) -> str:
    draft = GuideDraft(
        slug=slug,
        language=document.language or _language(document.text),
        title=document.title[:_TITLE],
        summary="",
        body=document.text,
    )
    return ingest.dump(draft)


def _language(text: str) -> str:
    """Korean where a tenth of the letters are; a corpus need not say it."""
    letters = [character for character in text if character.isalpha()]
    korean = sum("가" <= character <= "힣" for character in letters)
    return "ko" if korean * 10 > len(letters) else "en"
