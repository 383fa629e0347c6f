"""What a guide says, by entry: the guide itself, each of its causes, each of its symptoms."""

from collections.abc import Iterable

from kb.matching.impacts import impacts, marks, strongest
from kb.matching.phrases import ALWAYS, anchor
from kb.matching.scoring import GUIDE
from kb.matching.sections import code_of, prose_of, sections_of
from kb.models import Cause, Guide, GuideTranslation, Symptom

CAUSE, SYMPTOM = "cause:", "symptom:"


def entries(guide: Guide) -> dict[tuple[str, str], int]:
    """The impact of every term in every entry of the guide, by (entry, term)."""
    translations = list(guide.translations.all())
    causes = list(guide.causes.prefetch_related("resolutions"))
    symptoms = list(guide.symptoms.all())
    rows: dict[tuple[str, str], int] = {}
    for term, impact in _of_guide(guide, translations, causes, symptoms).items():
        rows[GUIDE, term] = impact
    for cause in causes:
        for term, impact in _of_cause(guide, translations, cause).items():
            rows[f"{CAUSE}{cause.slug}", term] = impact
    for symptom in symptoms:
        for term in _anchors(symptom):
            rows[f"{SYMPTOM}{symptom.slug}", term] = 1
    return rows


def _of_guide(
    guide: Guide,
    translations: Iterable[GuideTranslation],
    causes: Iterable[Cause],
    symptoms: Iterable[Symptom],
) -> dict[str, int]:
    said = "\n".join(phrase for symptom in symptoms for phrase in symptom.phrases)
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
    patterns = "\n".join(symptom.pattern for symptom in symptoms)
    about = marks("\n".join([guide.title, guide.summary, said, patterns, titles]))
    return strongest([original, *map(_of_translation, translations)]) | dict.fromkeys(about, 1)


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
    guide: Guide, translations: Iterable[GuideTranslation], cause: Cause
) -> dict[str, int]:
    fixes = "\n".join(fix.title for fix in cause.resolutions.all())
    versions = [_of_section(cause.title, fixes, guide.body, cause.section)]
    for translation in translations:
        title = str(translation.names.get("causes", {}).get(cause.slug, ""))
        versions.append(_of_section(title, "", translation.body, cause.section))
    merged = strongest(versions)
    return {term: impact for term, impact in merged.items() if " " not in term}


def _of_section(title: str, fixes: str, body: str, section: str) -> dict[str, int]:
    text = sections_of(body).get(section, "") if section else ""
    return impacts(
        {"title": title, "causes": fixes, "commands": code_of(text), "body": prose_of(text)}
    )


def _anchors(symptom: Symptom) -> set[str]:
    anchors = {anchor(str(phrase)) for phrase in symptom.phrases if str(phrase).strip()}
    return anchors | ({ALWAYS} if symptom.pattern else set())
