"""From a gap to the beginning of a guide: the error, its strings as symptoms, headings to fill."""

from django.conf import settings
from django.db import transaction
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from kb.ingest import GuideDraft
from kb.ingest.drafts import SymptomDraft
from kb.ingest.fences import fenced
from kb.matching.said import constant_phrases, headline
from kb.models import Guide, GuideRevision, Investigation, SearchGap, Service
from kb.services.authoring.drafting import free_slug
from kb.services.cases.demand import demand_of, with_figures
from kb.services.cases.gaps import SAMPLE_CHARS
from kb.services.guides.people import Person, person
from kb.services.guides.saving import save_guide

_LONGEST_TITLE, _LONGEST_SAMPLE = 120, 1_000


@transaction.atomic
def draft_from_gap(gap: SearchGap, *, by: Person) -> Guide:
    """A guide in state draft, in the person's language; what was begun already comes back.

    Its symptoms are marked inferred: a person has yet to say that they mean this.
    """
    held = SearchGap.objects.select_for_update().get(pk=gap.pk)
    if held.draft is not None:
        return held.draft
    saved = save_guide(
        _draft(held),
        by=person(by),
        source=GuideRevision.Source.ADMIN,
        note=_("Begun from what nobody could answer"),
    )
    SearchGap.objects.filter(pk=held.pk).update(draft=saved.guide)
    gap.draft = saved.guide
    return saved.guide


def draft_for(fingerprint: str, *, by: Person) -> Guide | None:
    """The guide that is written for a text and those nearly the same; None for no such text."""
    asked = demand_of(fingerprint)
    begun = with_figures([asked])[0].draft if asked else None
    if begun is not None:
        return begun
    gap = _gap_of(fingerprint)
    return draft_from_gap(gap, by=by) if gap else None


def _gap_of(fingerprint: str) -> SearchGap | None:
    """The gap of this fingerprint; made for one whose texts were answered and not helped."""
    newest = Investigation.objects.filter(fingerprint=fingerprint).exclude(text="").first()
    if newest is None:
        return SearchGap.objects.filter(fingerprint=fingerprint).first()
    # Its texts were answered, so it is none of the unanswered ones.
    answered = {"sample": newest.text[:SAMPLE_CHARS], "answered_at": newest.created_at}
    return SearchGap.objects.get_or_create(fingerprint=fingerprint, defaults=answered)[0]


def _draft(gap: SearchGap) -> GuideDraft:
    title = headline(gap.sample, longest=_LONGEST_TITLE) or _("An error without words")
    phrases = constant_phrases(gap.sample) or (title,)
    return GuideDraft(
        slug=free_slug(title),
        language=_language(),
        title=title,
        state=Guide.State.DRAFT,
        services=_services(gap),
        symptoms=(SymptomDraft(slug="seen", phrases=phrases, provenance="inferred"),),
        body=_body(gap.sample[:_LONGEST_SAMPLE].strip()),
    )


def _language() -> str:
    spoken = (get_language() or "").split("-")[0]
    known = [code for code, _name in settings.LANGUAGES]
    return spoken if spoken in known else known[0]


def _services(gap: SearchGap) -> frozenset[str]:
    """Those that the text was asked about and that there are."""
    asked = Investigation.objects.filter(fingerprint=gap.fingerprint).exclude(services=[])
    named = {slug for slugs in asked.values_list("services", flat=True)[:100] for slug in slugs}
    return frozenset(Service.objects.filter(slug__in=named).values_list("slug", flat=True))


def _body(sample: str) -> str:
    parts = (
        (_("What is seen"), "seen", fenced(sample)),
        (_("Diagnosis"), "diagnosis", _("What tells the causes apart, and where to look.")),
        (
            pgettext("a guide's heading", "Fix"),
            "fix",
            _("What to do, step by step, and what to mind."),
        ),
        (_("Verification"), "verify", _("How to see that it works again.")),
    )
    return "\n\n".join(f"## {title} {{#{name}}}\n\n{text}" for title, name, text in parts) + "\n"
