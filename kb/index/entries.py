"""What a guide says, by entry: the guide itself, each of its causes, each of its symptoms."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kb.matching.candidate import AuthoredSymptom, strongest_word
from kb.matching.impacts import impacts, marks, strongest
from kb.matching.sections import code_of, prose_of, sections_of
from kb.models import Cause, Guide, GuideTranslation, Symptom
from kb.models.knowledge import Strength


@dataclass(frozen=True, kw_only=True, slots=True)
class Entries:
    """`terms` and `causes` are impacts by term; a cause has only terms that its guide has."""

    terms: Mapping[str, int]
    causes: Mapping[str, Mapping[str, int]]
    marks: frozenset[str]
    symptoms: tuple[AuthoredSymptom, ...]


def entries(guide: Guide) -> Entries:
    """Reads the guide's rows, from its prefetched ones where there are any."""
    translations = list(guide.translations.all())
    causes = list(guide.causes.all())
    symptoms = list(guide.symptoms.all())
    terms = _of_guide(guide, translations, causes, symptoms)
    of_causes = {cause.slug: _of_cause(guide, translations, cause, symptoms) for cause in causes}
    return Entries(
        terms=terms,
        causes={
            slug: {term: impact for term, impact in own.items() if term in terms}
            for slug, own in of_causes.items()
        },
        marks=_marks(guide, causes, symptoms),
        symptoms=tuple(map(_authored, symptoms)),
    )


def _of_guide(
    guide: Guide,
    translations: Iterable[GuideTranslation],
    causes: Iterable[Cause],
    symptoms: Iterable[Symptom],
) -> dict[str, int]:
    said = _phrases(symptoms)
    titles = "\n".join(cause.title for cause in causes)
    fixes = "\n".join(fix.title for cause in causes for fix in cause.resolutions.all())
    original = impacts(
        {
            "title": guide.title,
            "summary": guide.summary,
            "symptoms": said,
            "causes": f"{titles}\n{fixes}",
            "commands": code_of(guide.body),
            "body": prose_of(guide.body),
        }
    )
    return strongest([original, *map(_of_translation, translations)])


def _marks(guide: Guide, causes: Iterable[Cause], symptoms: Iterable[Symptom]) -> frozenset[str]:
    patterns = "\n".join(symptom.pattern for symptom in symptoms)
    titles = "\n".join(cause.title for cause in causes)
    return marks("\n".join([guide.title, guide.summary, _phrases(symptoms), patterns, titles]))


def _phrases(symptoms: Iterable[Symptom]) -> str:
    return "\n".join(phrase for symptom in symptoms for phrase in symptom.phrases)


def _of_translation(translation: GuideTranslation) -> dict[str, int]:
    names = [*_names(translation, "causes"), *_names(translation, "resolutions")]
    return impacts(
        {
            "title": translation.title,
            "summary": translation.summary,
            "causes": "\n".join(names),
            "commands": code_of(translation.body),
            "body": prose_of(translation.body),
        }
    )


def _names(translation: GuideTranslation, part: str) -> list[str]:
    return [str(name) for name in translation.names.get(part, {}).values()]


def _of_cause(
    guide: Guide,
    translations: Iterable[GuideTranslation],
    cause: Cause,
    symptoms: Iterable[Symptom],
) -> dict[str, int]:
    fixes = "\n".join(fix.title for fix in cause.resolutions.all())
    section = _of_section(guide.body, cause.section)
    said = _phrases(symptom for symptom in symptoms if _speaks_for(symptom, cause))
    versions = [impacts({"title": cause.title, "symptoms": said, "causes": fixes, **section})]
    for translation in translations:
        title = str(translation.names.get("causes", {}).get(cause.slug, ""))
        versions.append(impacts({"title": title, **_of_section(translation.body, cause.section)}))
    merged = strongest(versions)
    return {term: impact for term, impact in merged.items() if " " not in term}


def _speaks_for(symptom: Symptom, cause: Cause) -> bool:
    """More than a hint: what people say of this cause, and of few others."""
    return any(
        one.cause_id == cause.pk and one.strength == Strength.STRONG
        for one in symptom.suggests.all()
    )


def _of_section(body: str, section: str) -> dict[str, str]:
    text = sections_of(body).get(section, "") if section else ""
    return {"commands": code_of(text), "body": prose_of(text)}


def _authored(symptom: Symptom) -> AuthoredSymptom:
    return AuthoredSymptom(
        symptom_id=symptom.pk,
        slug=symptom.slug,
        phrases=tuple(str(phrase) for phrase in symptom.phrases),
        pattern=symptom.pattern,
        says=strongest_word(one.strength for one in symptom.suggests.all()),
    )
