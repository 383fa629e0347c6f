"""A diagnosis for a terminal: plain text that can be read and pasted at three in the morning."""

import unicodedata
from collections.abc import Iterator

from django.utils.translation import gettext as _

from kb.api.answers import worked_words
from kb.api.cause_answers import resolution_key
from kb.models import Resolution
from kb.services import Diagnosis, Moved, RankedCause, ResolutionView, SimilarCase
from kb.templatetags.contributions import moved_words
from kb.templatetags.reasons import against_words
from kb.templatetags.repairs import confirmation_words, proposed_words, why_proposed
from probes.models import Run

# The widest label of any language, so that the second column lines up.
_LABEL_WIDTH = 12
_MOST_BEFORE, _MOST_WHY = 2, 4


def render(diagnosis: Diagnosis, *, base: str, limit: int) -> str:
    """`base` is the address the client used, for example `http://127.0.0.1:8420`."""
    return "\n".join(_lines(diagnosis, base=base, limit=limit)) + "\n"


def _lines(diagnosis: Diagnosis, *, base: str, limit: int) -> Iterator[str]:
    address = base + diagnosis.investigation.get_absolute_url()
    if not diagnosis.causes:
        yield from _nothing(diagnosis, base=base, address=address)
        return
    told: set[int] = set()
    avoided = {one.resolution.pk for one in diagnosis.avoid}
    for ranked in diagnosis.causes[:limit]:
        is_first = ranked.guide.pk not in told
        yield from _cause(ranked, base=base, is_first=is_first, said_below=avoided)
        told.add(ranked.guide.pk)
    yield from _ended(diagnosis)
    yield from _warnings(diagnosis)
    yield from _next(diagnosis, base=base)
    yield from _worked(diagnosis, base=base)
    yield from _before(diagnosis, base=base)
    yield _row(_("more"), address)


def _row(label: str, text: str) -> str:
    return f"   {label}{' ' * (_LABEL_WIDTH - _columns(label))}{text}"


def _columns(label: str) -> int:
    """How wide a terminal draws it: Hangul takes two columns."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in label)


def _cause(
    ranked: RankedCause, *, base: str, is_first: bool, said_below: set[int]
) -> Iterator[str]:
    """`is_first` of its guide: why the guide came up is the same for all of them.

    What to leave alone that is `said_below` for the whole answer is not said twice.
    """
    guide, cause = ranked.guide, ranked.cause
    title = guide.localized_name("causes", cause.slug, cause.title)
    section = f"#{cause.section}" if cause.section else ""
    # Started from a guide, there is no text whose match could be strong or weak.
    belief = f"{_strength(ranked.strength)} {ranked.belief:.2f}".strip()
    yield (
        f"{ranked.rank}. {title}   ({guide.localized('title')})   {belief}   "
        f"{base}{guide.get_absolute_url()}{section}"
    )
    if words := _why(ranked, is_first=is_first):
        yield _row(_("why"), "  ".join(words))
    for one in ranked.against if is_first else ():
        yield _row(_("against"), against_words(one.kind, one.label))
    for moved in ranked.moved:
        yield _moved(moved)
    for view in ranked.resolutions:
        if view.resolution.pk not in said_below:
            yield _row(_label(view.resolution), _resolution(view.resolution))
        if compared := _verified(view):
            yield _row(_("after"), compared)


def _moved(moved: Moved) -> str:
    if moved.attempt is not None:
        return _row(_("tried"), f'"{_one_line(moved.attempt.what)}" ({moved_words(moved)})')
    return _row(_("seen"), f"{_seen(moved)} ({moved_words(moved)})".lstrip())


def _warnings(diagnosis: Diagnosis) -> Iterator[str]:
    """What cannot both be so, and what to leave alone."""
    for finding in diagnosis.findings:
        yield _row(_("mind"), str(finding))
    for one in diagnosis.avoid:
        caution = one.resolution.localized("caution")
        words = f"{one.resolution.localized('title')}. {caution}" if caution else None
        yield _row(_("avoid"), words or one.resolution.localized("title"))


def _seen(moved: Moved) -> str:
    """`listener=listening, outside=refused`; with `@place` where two vantage points met."""
    places = [run.item.batch.location.slug for run in moved.runs]
    is_one = len(set(places)) < 2
    return ", ".join(
        f"{check.slug}={code}" if is_one else f"{check.slug}={code}@{place}"
        for check, code, place in zip(moved.checks, moved.reason_codes, places, strict=False)
    )


def _why(ranked: RankedCause, *, is_first: bool) -> list[str]:
    """The messages that speak for the cause, then what brought its guide up; each words once."""
    words: dict[str, str] = {}
    for one in ranked.suggested_by:
        explained = one.seen.explained_by
        note = " " + _("(explained by “%(other)s”)") % {"other": explained} if explained else ""
        words[one.seen.matched] = f'"{_one_line(one.seen.matched)}"{note}'
    for part in ranked.why if is_first else ():
        words.setdefault(part.label, f'"{_one_line(part.label)}"')
    return list(words.values())[:_MOST_WHY]


def _one_line(words: str) -> str:
    return " ".join(words.split())


def _strength(strength: str) -> str:
    words = {"strong": _("strong"), "possible": _("possible"), "weak": _("weak")}
    return words.get(strength, strength)


def _label(resolution: Resolution) -> str:
    words = {"fix": _("fix"), "workaround": _("workaround"), "avoid": _("avoid")}
    return words[resolution.kind]


def _resolution(resolution: Resolution) -> str:
    return f"{resolution.localized('title')} [{resolution.get_risk_display()}]"


def _verified(view: ResolutionView) -> str:
    """`outside: refused -> connected. The checks say: it worked.`; nothing before anyone looked."""
    proposal = view.verification.proposal
    if not proposal.outcome:
        return ""
    looks = ", ".join(
        f"{one.check.slug}: {_code(one.before)} -> {_code(one.after)}"
        for one in view.verification.compared
    )
    return f"{looks}. {proposed_words(proposal.outcome)} {why_proposed(proposal.why)}"


def _code(run: Run | None) -> str:
    return run.reason_code if run else "?"


def _ended(diagnosis: Diagnosis) -> Iterator[str]:
    """What ended the case, and how sure its cause is."""
    found = diagnosis.investigation
    if found.concluded_at is None:
        return
    words = worked_words(found) or found.title
    if kind := found.concluded_resolution:
        words = f"{_label(kind)}: {words}"
    if sure := confirmation_words(found):
        words += " " + _("(cause %(how)s)") % {"how": sure}
    yield _row(_("ended"), words)


def _next(diagnosis: Diagnosis, *, base: str) -> Iterator[str]:
    if diagnosis.next is None:
        return
    names = ", ".join(check.slug for check in diagnosis.next.checks)
    yield _row(_("next"), f"{names}: {diagnosis.next.reason}")
    keys = ", ".join(f'"{check.key}"' for check in diagnosis.next.checks)
    yield _row(_("run"), _post(diagnosis, "batches", f'{{"checks": [{keys}]}}', base=base))


def _worked(diagnosis: Diagnosis, *, base: str) -> Iterator[str]:
    if diagnosis.investigation.concluded_at is not None:
        return
    fixes = [
        view.resolution
        for ranked in diagnosis.causes[:1]
        for view in ranked.resolutions
        if view.resolution.kind != Resolution.Kind.AVOID
    ]
    for fix in fixes[:1]:
        body = f'{{"resolution": "{resolution_key(fix)}", "worked": true}}'
        yield _row(_("worked?"), _post(diagnosis, "outcome", body, base=base))


def _nothing(diagnosis: Diagnosis, *, base: str, address: str) -> Iterator[str]:
    """That nothing is known, how often it was asked, and what came near without answering."""
    yield _("Nothing known about this. Kept at %(url)s") % {"url": address}
    yield from _before(diagnosis, base=base)
    if diagnosis.gap is not None:
        words = {"count": diagnosis.gap.gap.count, "people": diagnosis.gap.people}
        yield _row(_("gap"), _("asked: %(count)d, by different people: %(people)d") % words)
    for weak in diagnosis.weak:
        title, url = weak.guide.localized("title"), base + weak.guide.get_absolute_url()
        said = _("%(title)s (only words in common)") % {"title": title}
        yield _row(_("weak"), f"{said}   {url}")


def _before(diagnosis: Diagnosis, *, base: str) -> Iterator[str]:
    """What worked in the most similar earlier cases, and why each is similar."""
    for one in diagnosis.similar[:_MOST_BEFORE]:
        worked = worked_words(one.case) or one.case.title
        if one.case.concluded_resolution:
            worked = f"{_label(one.case.concluded_resolution)}: {worked}"
        text = f"{worked} ({_likeness(one, diagnosis.investigation.text)})"
        yield _row(_("before"), f"{text}   {base}{one.case.get_absolute_url()}")


def _likeness(one: SimilarCase, text: str) -> str:
    """`the same error`, or what both state."""
    if one.is_same_text:
        return _("the same error")
    return ", ".join(dict.fromkeys(text[slice(*shared.span)] for shared in one.shared))


def _post(diagnosis: Diagnosis, what: str, body: str, *, base: str) -> str:
    address = f"{base}/api/v1/investigations/{diagnosis.investigation.public_id}/{what}"
    return (
        f"curl -X POST -H \"Authorization: Bearer $KEY\" -H 'Content-Type: application/json' "
        f"-d '{body}' {address}"
    )
