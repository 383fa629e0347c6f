"""What the checks of one guide come to, from the same diagnosis as the page of results."""

from collections.abc import Sequence
from dataclasses import dataclass

from kb.models import Attempt, Check, Guide
from kb.services.diagnosing.answers import CheckState, Diagnosis, RankedCause
from kb.services.guides.headings import heading_of
from probes.models import Run

# From here on the words for a belief are "likely" and more (kb.templatetags.answers).
LIKELY_FROM = 0.45
POSSIBLE_FROM = 0.1
MOST_ALSO = 2
MOST_SEEN = 3
# A check, its run, and the run's status beside the check's baseline.
Seen = tuple[Check, Run, str]


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """`kind` says what may be said; no other words are used for it.

    `likely`: runs speak for `cause`, and make it more likely than not or nearly; `suspect`: they
    speak for it, and for others almost as much: those are `also`. `repaired`: one of these two,
    and the checks after its repair say that it worked. `presumed`: only the text does, nothing was looked at.
    `unexplained`: something is not as expected, and no cause of the guide explains it.
    `blind`: what was looked at could not be seen. `green`: every check is as expected; `mended`:
    and one was not, earlier in this case. `so_far`: those that ran are. `seen` are the runs that carry it; `section` and `heading`
    where the guide treats the cause. `rival` is a likelier cause of another guide.
    """

    kind: str
    cause: RankedCause | None = None
    seen: tuple[Seen, ...] = ()
    section: str = ""
    heading: str = ""
    open_checks: int = 0
    rival: RankedCause | None = None
    also: tuple[RankedCause, ...] = ()


def verdict_of(diagnosis: Diagnosis, guide: Guide, states: Sequence[CheckState]) -> Verdict | None:
    """None as long as there is nothing to say: nothing was looked at, and no text was pasted."""
    leading = _leading(diagnosis, guide)
    looked = [state for state in states if state.run]
    if not looked:
        is_told = leading is not None and bool(diagnosis.investigation.text)
        return _about("presumed", guide, leading, diagnosis) if is_told else None
    wrong = [state for state in looked if state.status in ("WARNING", "CRITICAL")]
    if leading and _is_likely(leading, is_something_wrong=bool(wrong)):
        kind = _kind_of(leading)
        return _about(kind, guide, leading, diagnosis)
    if wrong:
        return Verdict(kind="unexplained", seen=_seen(wrong), rival=_rival(diagnosis, guide, None))
    if blind := [state for state in looked if state.status == "UNKNOWN"]:
        return Verdict(kind="blind", seen=_seen(blind))
    waiting = sum(state.run is None for state in states)
    kind = "mended" if _was_wrong(diagnosis, looked) else "so_far" if waiting else "green"
    return Verdict(kind=kind, open_checks=waiting, rival=_rival(diagnosis, guide, None))


def _was_wrong(diagnosis: Diagnosis, looked: Sequence[CheckState]) -> bool:
    """Whether an earlier run of the case saw otherwise what is as expected now."""
    return Run.objects.filter(
        item__batch__investigations=diagnosis.investigation,
        item__ref__in=[state.key for state in looked],
        status__in=("WARNING", "CRITICAL"),
    ).exists()


def _leading(diagnosis: Diagnosis, guide: Guide) -> RankedCause | None:
    own = (ranked for ranked in diagnosis.causes if ranked.guide.pk == guide.pk)
    return next((ranked for ranked in own if ranked.state != "ruled_out"), None)


def _is_likely(ranked: RankedCause, *, is_something_wrong: bool) -> bool:
    """Runs must speak for it; where all is as expected, they must make it likely as well."""
    is_supported = ranked.state == "supported"
    return is_supported and (is_something_wrong or ranked.belief >= LIKELY_FROM)


def _kind_of(leading: RankedCause) -> str:
    proposals = (view.verification.proposal.outcome for view in leading.resolutions)
    if Attempt.Outcome.WORKED in proposals:
        return "repaired"
    return "likely" if leading.belief >= LIKELY_FROM else "suspect"


def _about(
    kind: str, guide: Guide, ranked: RankedCause | None, diagnosis: Diagnosis
) -> Verdict | None:
    if ranked is None:
        return None
    section = ranked.cause.section
    return Verdict(
        kind=kind,
        cause=ranked,
        seen=_speaking_for(ranked, diagnosis),
        section=section,
        heading=heading_of(guide, section),
        rival=_rival(diagnosis, guide, ranked),
        also=_also(diagnosis, ranked) if kind in ("suspect", "presumed") else (),
    )


def _also(diagnosis: Diagnosis, leading: RankedCause) -> tuple[RankedCause, ...]:
    """The next causes of the same guide that are possible."""
    others = (one for one in diagnosis.causes if one.guide.pk == leading.guide.pk)
    possible = [
        one
        for one in others
        if one != leading and one.state != "ruled_out" and one.belief >= POSSIBLE_FROM
    ]
    return tuple(possible[:MOST_ALSO])


def _speaking_for(ranked: RankedCause, diagnosis: Diagnosis) -> tuple[Seen, ...]:
    by_run = {state.run.pk: state for state in diagnosis.checks if state.run}
    runs = (run.pk for moved in ranked.moved if moved.log_odds > 0 for run in moved.runs)
    return _seen([by_run[pk] for pk in dict.fromkeys(runs) if pk in by_run])


def _seen(states: Sequence[CheckState]) -> tuple[Seen, ...]:
    rows = [(one.check, one.run, one.status) for one in states if one.run]
    return tuple(rows[:MOST_SEEN])


def _rival(diagnosis: Diagnosis, guide: Guide, leading: RankedCause | None) -> RankedCause | None:
    """The best cause of another guide, where it is likelier than this guide's own."""
    others = (one for one in diagnosis.causes if one.guide.pk != guide.pk)
    rival = next((one for one in others if one.state != "ruled_out"), None)
    is_better = rival is not None and (leading is None or rival.belief > leading.belief)
    return rival if is_better else None
