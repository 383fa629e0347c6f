"""Names inside one guide that must exist in it: causes, checks, symptoms and parameters."""

import re
from collections.abc import Collection, Iterator, Mapping

from kb.ingest.complaints import Report, gettext_noop
from kb.ingest.drafts import CauseDraft, CheckDraft, GuideDraft, Plain, SymptomDraft

PLACEHOLDER = re.compile(r"\$\{([^}]*)\}")

_NO_CAUSE = gettext_noop("this guide has no cause %(name)s")
_NO_CHECK = gettext_noop("this guide has no check %(name)s")
_NO_SYMPTOM = gettext_noop("this guide has no symptom %(name)s")
_NO_PARAMETER = gettext_noop("this guide has no parameter %(name)s")
_ITSELF = gettext_noop("names itself")
_CIRCLE = gettext_noop("goes in a circle: %(names)s")


def complain_of_references(draft: GuideDraft, report: Report) -> None:
    """Add a complaint for every name that leads nowhere or back to itself."""
    _Names(draft, report).look()


class _Names:
    def __init__(self, draft: GuideDraft, report: Report) -> None:
        self.draft, self.report = draft, report
        self.symptoms = {symptom.slug for symptom in draft.symptoms}
        self.checks = {check.slug for check in draft.checks}
        self.causes = {cause.slug for cause in draft.causes}

    def look(self) -> None:
        for symptom in self.draft.symptoms:
            self._symptom(symptom)
        for check in self.draft.checks:
            self._check(check)
        for cause in self.draft.causes:
            self._cause(cause)
        self._circles("symptoms", "explained_by", self._explained_by())
        self._circles("causes", "refines", self._refines())

    def _symptom(self, symptom: SymptomDraft) -> None:
        path = f"symptoms.{symptom.slug}"
        self._exist(symptom.explained_by, self.symptoms, f"{path}.explained_by", _NO_SYMPTOM)
        self._exist(symptom.suggests, self.causes, f"{path}.suggests", _NO_CAUSE)

    def _check(self, check: CheckDraft) -> None:
        for name, value in check.values.items():
            wanted = dict.fromkeys(_placeholders(value))
            path = f"checks.{check.slug}.with.{name}"
            self._exist(wanted, self.draft.parameters, path, _NO_PARAMETER)

    def _cause(self, cause: CauseDraft) -> None:
        path = f"causes.{cause.slug}"
        refined = [cause.refines] if cause.refines else []
        self._exist(refined, self.causes, f"{path}.refines", _NO_CAUSE)
        for index, evidence in enumerate(cause.evidence):
            self._exist(evidence.when, self.checks, f"{path}.evidence[{index}].when", _NO_CHECK)
        for resolution in cause.resolutions:
            where = f"{path}.resolutions.{resolution.slug}.verify"
            self._exist(resolution.verify, self.checks, where, _NO_CHECK)

    def _exist(
        self, wanted: Collection[str], known: Collection[str], path: str, template: str
    ) -> None:
        for name in sorted(name for name in wanted if name not in known):
            self._complain(path, template, name=name)

    def _circles(self, part: str, key: str, edges: Mapping[str, Collection[str]]) -> None:
        for slug in edges:
            if slug in edges[slug]:
                self._complain(f"{part}.{slug}.{key}", _ITSELF)
        for circle in _circles(edges):
            self._complain(f"{part}.{circle[0]}.{key}", _CIRCLE, names=" → ".join(circle))

    def _explained_by(self) -> dict[str, frozenset[str]]:
        return {symptom.slug: symptom.explained_by for symptom in self.draft.symptoms}

    def _refines(self) -> dict[str, frozenset[str]]:
        return {c.slug: frozenset({c.refines} - {""}) for c in self.draft.causes}

    def _complain(self, path: str, template: str, /, **values: object) -> None:
        self.report.complain(line_of(self.draft.places, path), path, template, **values)


def line_of(places: Mapping[str, int], path: str) -> int:
    """The line of a field, or of the nearest thing around it; 0 without a file."""
    while path and path not in places:
        path = path[: max(path.rfind("."), path.rfind("["), 0)]
    return places.get(path, 0)


def _placeholders(value: Plain) -> Iterator[str]:
    if isinstance(value, str):
        yield from PLACEHOLDER.findall(value)
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _placeholders(item)
    elif not isinstance(value, int | float):
        for item in value:
            yield from _placeholders(item)


def _circles(edges: Mapping[str, Collection[str]]) -> Iterator[list[str]]:
    """Every circle of two or more, once, beginning at its first name."""
    order = {name: place for place, name in enumerate(edges)}
    seen: set[str] = set()
    for start in edges:
        path = _way_back(start, edges, order)
        if path and not seen & set(path):
            seen |= set(path)
            yield [*path, start]


def _way_back(
    start: str, edges: Mapping[str, Collection[str]], order: Mapping[str, int]
) -> list[str]:
    """Names from `start` along the edges back to it, or nothing."""
    came_from: dict[str, str] = {}
    waiting = [start]
    while waiting:
        here = waiting.pop()
        for name in sorted(
            (n for n in edges[here] if n in order and n != here), key=order.__getitem__
        ):
            if name == start:
                return _steps(start, here, came_from)
            if name not in came_from:
                came_from[name] = here
                waiting.append(name)
    return []


def _steps(start: str, end: str, came_from: Mapping[str, str]) -> list[str]:
    steps = [end]
    while steps[-1] != start:
        steps.append(came_from[steps[-1]])
    return steps[::-1]
