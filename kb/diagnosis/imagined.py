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
class Imagined:
    """One result for each of some checks. `likely` weighs it beside the other results."""

    seen: tuple[Seen, ...]
    likely: float


@dataclass(frozen=True, kw_only=True)
class _Answer:
    """An outcome that stands for all which the rules treat alike; `reaches` where all agree."""

    seen: Seen
    reaches: bool | None


def imagined_results(
    checks: Iterable[Askable], causes: Sequence[Cause], evidence: Mapping[str, Seen]
) -> list[Imagined]:
    """Every combination of what the checks could answer."""
    known = [(one.about, reaches(one.reason_code)) for one in evidence.values() if one.about]
    return [
        Imagined(seen=tuple(one.seen for one in answers), likely=_likely(answers, known))
        for answers in itertools.product(*(_answers(check, causes) for check in checks))
    ]


def reaches(reason_code: str) -> bool | None:
    """Whether something was there; None for a code that does not tell."""
    if reason_code in _REACHED:
        return True
    return False if reason_code in _NOT_REACHED else None


def _likely(answers: Sequence[_Answer], known: Sequence[tuple[str, bool | None]]) -> float:
    """1, and less for each answer that another look at the same thing makes unlikely.

    Whatever the cause is, what refused a connection a moment ago will hardly answer over HTTP.
    """
    looks = [*known, *((one.seen.about, one.reaches) for one in answers if one.seen.about)]
    likely = 1.0
    for thing in {one.seen.about for one in answers if one.seen.about}:
        told = [reached for about, reached in looks if about == thing and reached is not None]
        likely *= SELDOM_SO if len(set(told)) > 1 else 1.0
    return likely


def _answers(check: Askable, causes: Sequence[Cause]) -> list[_Answer]:
    """One answer for each group of outcomes that every rule treats alike.

    Otherwise a kind with ten reason codes would seem to answer mostly with those nobody named.
    """
    conditions = [
        rule.when[check.key] for c in causes for rule in c.rules if check.key in rule.when
    ]
    groups: dict[tuple[bool, ...], list[Seen]] = {}
    for seen in _outcomes(check, conditions):
        groups.setdefault(tuple(c.holds(seen) for c in conditions), []).append(seen)
    return [_Answer(seen=group[0], reaches=_agreed(group)) for group in groups.values()]


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
