"""Which symptom of a text is only there because of another one."""

from collections.abc import Iterable, Mapping

from kb.diagnosis.values import Symptom


def explained_away(symptoms: Iterable[Symptom]) -> dict[str, str]:
    """Which present symptom explains which: explained key to the explaining key.

    Two symptoms that explain each other would silence both, so a circle explains nothing.
    """
    present = {symptom.key: symptom for symptom in symptoms}
    certain = {key for key, symptom in present.items() if symptom.share >= 1}
    explained = {}
    for key, symptom in sorted(present.items()):
        for by in sorted(symptom.explained_by & certain):
            if by != key and key not in _explainers(by, present):
                explained[key] = by
                break
    return explained


def _explainers(key: str, present: Mapping[str, Symptom]) -> set[str]:
    """Everything that explains `key`, directly or through others."""
    found: set[str] = set()
    waiting = [key]
    while waiting:
        new = (present[waiting.pop()].explained_by & present.keys()) - found
        found |= new
        waiting.extend(new)
    return found
