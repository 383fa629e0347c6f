"""An original beside its translation: sections and names in pairs, and which moved on.

Sections are aligned by the id of their heading, else by their order.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from kb.ingest import GuideDraft, TranslationDraft
from kb.matching.sections import Section, split_sections


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A section of the original with its translation; `before` is what that was made from.

    `original` is None for what the translation alone has; `before` is None where the original
    had no such section, or nothing is known of it. `key` is the heading's id, unlike any other's.
    """

    key: str
    name: str
    original: str | None
    before: str | None
    translated: str
    is_changed: bool


@dataclass(frozen=True, kw_only=True)
class Name:
    """A short text of the guide; `part` is one of a translation's `names`, or `own`."""

    part: str
    slug: str
    original: str
    translated: str
    before: str | None

    @property
    def is_changed(self) -> bool:
        return self.before is not None and self.before != self.original


def heads_of(
    guide: GuideDraft, stored: TranslationDraft | None, before: GuideDraft | None
) -> list[Name]:
    return [
        Name(
            part="own",
            slug=name,
            original=getattr(guide, name),
            translated=getattr(stored, name) if stored else "",
            before=getattr(before, name) if before else None,
        )
        for name in ("title", "summary")
    ]


# --- sections


def pairs_of(
    guide: GuideDraft, stored: TranslationDraft | None, before: GuideDraft | None
) -> list[Pair]:
    """In the original's order; what the translation alone has stays after what it followed."""
    theirs, ours = split_sections(guide.body), split_sections(stored.body if stored else "")
    then = split_sections(before.body) if before else []
    mine, old = aligned(theirs, ours), aligned(theirs, then)
    placed = [
        ((number, -1), _pair(section, ours, mine.get(number), then, old.get(number), before))
        for number, section in enumerate(theirs)
    ]
    beside = {ours_at: at for at, ours_at in mine.items()}
    last = -1
    for number, section in enumerate(ours):
        last = beside.get(number, last)
        if number not in beside:
            placed.append(((last, number), _alone(section)))
    return _keyed([pair for _place, pair in sorted(placed, key=lambda one: one[0])])


def _keyed(pairs: Sequence[Pair]) -> list[Pair]:
    """A heading that comes again gets a number."""
    seen: Counter[str] = Counter()
    keyed = []
    for pair in pairs:
        seen[pair.key] += 1
        again = seen[pair.key]
        keyed.append(replace(pair, key=f"{pair.key}.{again}") if again > 1 else pair)
    return keyed


def _pair(
    section: Section,
    ours: Sequence[Section],
    mine: int | None,
    then: Sequence[Section],
    old: int | None,
    before: GuideDraft | None,
) -> Pair:
    was = then[old].text if old is not None else None
    return Pair(
        key=section.id or "top",
        name=section.title,
        original=section.text,
        before=was,
        translated=ours[mine].text if mine is not None else "",
        is_changed=before is not None and (was or "").strip() != section.text.strip(),
    )


def _alone(section: Section) -> Pair:
    return Pair(
        key=f"own-{section.id or 'top'}",
        name=section.title,
        original=None,
        before=None,
        translated=section.text,
        is_changed=False,
    )


def dropped_of(guide: GuideDraft, before: GuideDraft | None) -> list[str]:
    """Headings that the original had when it was translated, and has no more."""
    then = split_sections(before.body) if before else []
    kept = set(aligned(split_sections(guide.body), then).values())
    return [one.title for number, one in enumerate(then) if number not in kept and one.title]


def aligned(theirs: Sequence[Section], ours: Sequence[Section]) -> dict[int, int]:
    """Place among `theirs` -> place among `ours`: by id, then what is left over by its order.

    Only sections of one level are taken for each other by order.
    """
    place = {section.id: number for number, section in reversed(list(enumerate(ours)))}
    found = {n: place[one.id] for n, one in enumerate(theirs) if one.id in place}
    taken = set(found.values())
    at = 0
    for number, section in enumerate(theirs):
        if number in found:
            at = max(at, found[number] + 1)
            continue
        rest = (n for n in range(at, len(ours)) if n not in taken)
        nearest = next(rest, None)
        if nearest is not None and ours[nearest].level == section.level:
            found[number], at = nearest, nearest + 1
            taken.add(nearest)
    return found


# --- names


def names_of(
    guide: GuideDraft, words: Mapping[str, Mapping[str, str]], before: GuideDraft | None
) -> list[Name]:
    were = named(before) if before else None
    return [
        Name(
            part=part,
            slug=slug,
            original=text,
            translated=words.get(part, {}).get(slug, ""),
            before=were[part].get(slug, "") if were else None,
        )
        for part, texts in named(guide).items()
        for slug, text in texts.items()
        if text
    ]


def named(guide: GuideDraft) -> dict[str, dict[str, str]]:
    """Every short text of the guide that has a translation, by part and slug."""
    fixes = [(cause, one) for cause in guide.causes for one in cause.resolutions]
    keyed = {f"{cause.slug}/{one.slug}": one for cause, one in fixes}
    return {
        "causes": {one.slug: one.title for one in guide.causes},
        "checks": {one.slug: one.name for one in guide.checks},
        "parameters": {name: one.label for name, one in guide.parameters.items()},
        "resolutions": {key: one.title for key, one in keyed.items()},
        "cautions": {key: one.caution for key, one in keyed.items()},
        "rollbacks": {key: one.rollback for key, one in keyed.items()},
    }


def gone_of(guide: GuideDraft, words: Mapping[str, Mapping[str, str]]) -> list[str]:
    """What the translation still names although the guide has it no more."""
    known = named(guide)
    return [
        f"{part}: {slug}"
        for part, texts in words.items()
        for slug in texts
        if not known.get(part, {}).get(slug)
    ]
