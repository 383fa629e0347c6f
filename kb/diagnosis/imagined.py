"""What checks could answer if they were run, and how likely that is beside what was seen."""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from kb.diagnosis.strengths import SELDOM_SO
from kb.diagnosis.values import Askable, Cause, Condition, Seen

# Reason codes of the kinds that look whether something is there at an address. A code that does
# not tell, such as `reset`, stands in neither.
_LISTENS = ("listening", "pid_hidden", "held_by_other", "bound_loopback_only", "connected")
_ANSWERS = ("as_expected", "wrong_status", "header_missing", "body_mismatch", "bad_response")
_IN_TIME = ("within", "slow", "too_slow", "timed_out_ttfb", "timed_out_body")
_CORS = ("allowed", "origin_not_allowed", "no_cors_headers", "masked_by_5xx")
_PREFLIGHT = ("method_not_allowed", "header_not_allowed", "preflight_refused")
_TLS = ("valid", "expires_soon", "expires_very_soon", "expired", "self_signed", "untrusted")
_REACHED = frozenset((*_LISTENS, *_ANSWERS, *_IN_TIME, *_CORS, *_PREFLIGHT, *_TLS))
_NOT_REACHED = frozenset(
    ("not_listening", "refused", "timed_out_connect", "no_route", "dns_failed", "unreachable")
)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """An outcome that stands for all which the rules treat alike; `reaches` where all agree."""

    seen: Seen
    reaches: bool | None


# What each check of a step could answer, by its key. A result of the step is one answer for each
# check; results come in the order of `itertools.product`.
Step = Mapping[str, Sequence[Answer]]


def answers_of(check: Askable, causes: Iterable[Cause]) -> list[Answer]:
    """One answer for each group of outcomes that every rule treats alike.

    Otherwise a kind with ten reason codes would seem to answer mostly with those nobody named.
    """
    conditions = [
        rule.when[check.key] for c in causes for rule in c.rules if check.key in rule.when
    ]
    groups: dict[tuple[bool, ...], list[Seen]] = {}
    for seen in _outcomes(check, conditions):
        groups.setdefault(tuple(c.holds(seen) for c in conditions), []).append(seen)
    return [Answer(seen=group[0], reaches=_agreed(group)) for group in groups.values()]


def likely(step: Step, evidence: Mapping[str, Seen]) -> list[float]:
    """The weight of each result beside the others: 1, and less where looks at a thing disagree.

    Whatever the cause is, what refused a connection a moment ago will hardly answer over HTTP.
    """
    asked = [answers[0].seen.about for answers in step.values()]
    known = {
        thing: {reaches(one.reason_code) for one in evidence.values() if one.about == thing}
        for thing in asked
        if thing
    }
    told = [[one.reaches for one in answers] for answers in step.values()]
    results = list(itertools.product(*told))
    weights = {one: SELDOM_SO ** _disagreeing(asked, one, known) for one in set(results)}
    return [weights[one] for one in results]


def _disagreeing(
    asked: Sequence[str],
    reached: Sequence[bool | None],
    known: Mapping[str, set[bool | None]],
) -> int:
    """Of how many things it would be said both that they are there and that they are not."""
    both = {True, False}
    found = {thing: set(told) for thing, told in known.items()}
    for thing, told in zip(asked, reached, strict=True):
        if thing:
            found[thing].add(told)
    return sum(told >= both for told in found.values())


def reaches(reason_code: str) -> bool | None:
    """Whether something was there; None for a code that does not tell."""
    if reason_code in _REACHED:
        return True
    return False if reason_code in _NOT_REACHED else None


def _agreed(group: Iterable[Seen]) -> bool | None:
    told = {reaches(seen.reason_code) for seen in group}
    return told.pop() if len(told) == 1 else None


def _outcomes(check: Askable, conditions: Iterable[Condition]) -> Iterable[Seen]:
    """Every outcome of the kind, bare and with the facts some condition asks for."""
    wanted = [_as_facts(c.facts) for c in conditions if c.facts]
    for reason, status in check.outcomes:
        for facts in [{}, *wanted]:
            yield Seen(
                check=check.key,
                run=0,
                status=status,
                reason_code=reason,
                facts=facts,
                about=check.about,
            )


def _as_facts(wanted: Mapping[str, object]) -> dict[str, object]:
    """Facts that fulfil a condition: dotted paths unfolded, the first of a list chosen."""
    facts: dict[str, object] = {}
    for path, value in wanted.items():
        *parents, name = path.split(".")
        inside: dict[str, object] = facts
        for parent in parents:
            step = inside.setdefault(parent, {})
            if not isinstance(step, dict):
                break
            inside = step
        inside[name] = value[0] if isinstance(value, list | tuple) and value else value
    return facts
