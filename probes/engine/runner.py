"""Running probes: every way a run can end is a result, never an exception."""

import asyncio
import functools
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from probes.engine.deadline import within
from probes.engine.errors import CannotLook, InvalidParams
from probes.engine.expect import judge
from probes.engine.lateness import Lateness
from probes.engine.redact import mask, names_a_secret, redact, strip_controls
from probes.engine.registry import check_expectation, kind_named, validate
from probes.engine.schema import Kind
from probes.engine.secret_forms import known_forms
from probes.engine.spec import Observation, Policy, ProbeResult, ProbeSpec, Status

logger = logging.getLogger(__name__)

TOO_LATE_S = 0.1
MAX_OUTPUT = 4000
MAX_SUMMARY = 500
MAX_FACT_TEXT = 4000
_SHORT = 200
# A kind stops at its deadline by itself and says in which phase; this only catches one that
# does not.
_OVERRUN_S = 1.0
# All at once would be one long turn of the event loop, and the first would look late for the last.
_STARTED_TOGETHER = 8
_BACK_OFF_S = (1.0, 2.0, 4.0)

# The values the location keeps for its probes, in every form: masked wherever they turn up.
Secrets = tuple[str, ...]


async def run_one(spec: ProbeSpec, *, policy: Policy) -> ProbeResult:
    """Run one probe now, with its retries. Never raises."""
    async with Lateness() as lateness:
        attempt = functools.partial(_attempt, spec, policy, lateness)
        return await _settle(await attempt(), attempt, retries=spec.retries)


async def run_many(
    specs: Sequence[ProbeSpec],
    *,
    policy: Policy,
    on_result: Callable[[int, ProbeResult], None],
    concurrency: int = 50,
) -> None:
    """Run probes side by side; `on_result(index, result)` is called as each one ends.

    A probe holds a slot only while it looks: not while it waits to try again.
    """
    slots = asyncio.Semaphore(concurrency)
    rest = iter(enumerate(specs))

    async def attempt(spec: ProbeSpec) -> ProbeResult:
        async with slots:
            return await _attempt(spec, policy, lateness)

    async def work() -> None:
        for index, spec in rest:
            first = await attempt(spec)
            if _is_worth_retrying(first, spec.retries):
                group.create_task(try_again(index, spec, first))
            else:
                on_result(index, first)

    async def try_again(index: int, spec: ProbeSpec, first: ProbeResult) -> None:
        again = functools.partial(attempt, spec)
        on_result(index, await _settle(first, again, retries=spec.retries))

    async with Lateness() as lateness, asyncio.TaskGroup() as group:
        for number in range(min(concurrency, len(specs))):
            group.create_task(work())
            if number % _STARTED_TOGETHER == 0:
                await asyncio.sleep(0)


async def _settle(
    first: ProbeResult, attempt: Callable[[], Awaitable[ProbeResult]], *, retries: int
) -> ProbeResult:
    """The last attempt's result, carrying every attempt and the time of all."""
    loop = asyncio.get_running_loop()
    started = loop.time() - first.elapsed_s
    results = [first]
    while _is_worth_retrying(results[-1], retries + 1 - len(results)):
        await asyncio.sleep(_BACK_OFF_S[min(len(results), len(_BACK_OFF_S)) - 1])
        results.append(await attempt())
    if len(results) == 1:
        return first
    return replace(
        results[-1],
        attempts=[each for result in results for each in result.attempts],
        started_at=first.started_at,
        elapsed_s=loop.time() - started,
    )


def _is_worth_retrying(result: ProbeResult, retries_left: int) -> bool:
    if retries_left <= 0:
        return False
    if result.status is Status.UNKNOWN:
        return result.reason_code == "runner_overloaded"
    return result.status is not Status.OK


async def _attempt(spec: ProbeSpec, policy: Policy, lateness: Lateness) -> ProbeResult:
    """One look. The deadline starts here, where a slot is held already."""
    loop = asyncio.get_running_loop()
    started_at, started = datetime.now(UTC), loop.time()
    deadline = started + spec.timeout_s
    status, seen = await _look(spec, policy, deadline)
    ended = loop.time()
    late_s = lateness.since(started, deadline=deadline)
    if ended >= deadline and late_s > TOO_LATE_S:
        status, seen = Status.UNKNOWN, _overloaded(late_s)
    return _result(
        status,
        seen,
        started_at,
        elapsed_s=ended - started,
        lateness_s=late_s,
        known=known_forms(tuple(policy.secrets.values())),
    )


async def _look(spec: ProbeSpec, policy: Policy, deadline: float) -> tuple[Status, Observation]:
    try:
        kind = kind_named(spec.kind)
        params = _checked(spec)
        _check_kind_allowed(kind, policy)
        with within(deadline + _OVERRUN_S):
            seen = await kind.look(params, deadline=deadline, policy=policy)
        status = judge(
            seen.reason_code,
            reasons=kind.reasons,
            judging=kind.judging(params),
            expectation=spec.expectation,
        )
        return status, seen
    except CannotLook as reason:
        return _unknown(reason.reason_code, str(reason))
    except InvalidParams as error:
        return _unknown("bad_definition", str(error))
    except Exception:
        logger.exception("probe kind %s crashed", spec.kind)
        return _unknown("probe_crashed", "the probe itself crashed; the runner's log says how")


# A worker runs the same definitions again and again; checking one is a pure function of its text.
_checked_before: dict[tuple[str, str, str], Mapping[str, Any]] = {}
_REMEMBERED = 1024


def _checked(spec: ProbeSpec) -> Mapping[str, Any]:
    """The parameters as the kind wants them. Raises InvalidParams."""
    key = (spec.kind, repr(spec.params), repr(spec.expectation))
    params = _checked_before.get(key)
    if params is None:
        check_expectation(spec.kind, spec.expectation)
        params = MappingProxyType(validate(spec.kind, spec.params))
        if len(_checked_before) >= _REMEMBERED:
            _checked_before.clear()
        _checked_before[key] = params
    return params


def _check_kind_allowed(kind: Kind, policy: Policy) -> None:
    if policy.kinds and kind.name not in policy.kinds:
        raise CannotLook(
            "not_allowed",
            f"probes of kind {kind.name} may not run at this location; to allow them, "
            "add it to the location's kinds",
        )


def _unknown(reason_code: str, message: str) -> tuple[Status, Observation]:
    return Status.UNKNOWN, Observation(reason_code=reason_code, facts={}, summary=message)


def _overloaded(late_s: float) -> Observation:
    return Observation(
        reason_code="runner_overloaded",
        facts={"lateness_s": round(late_s, 3)},
        summary=f"the runner itself was {late_s:.1f} s late, so running out of time says nothing",
    )


def _result(
    status: Status,
    seen: Observation,
    started_at: datetime,
    *,
    elapsed_s: float,
    lateness_s: float,
    known: Secrets,
) -> ProbeResult:
    summary = clean(seen.summary, MAX_SUMMARY, known)
    attempt = {
        "status": str(status),
        "reason_code": seen.reason_code,
        "summary": summary,
        "started_at": started_at.isoformat(),
        "elapsed_s": round(elapsed_s, 4),
    }
    return ProbeResult(
        status=status,
        reason_code=seen.reason_code,
        facts=_clean_facts(seen.facts, known),
        summary=summary,
        output=clean(seen.output, MAX_OUTPUT, known),
        attempts=[attempt],
        started_at=started_at,
        elapsed_s=elapsed_s,
        lateness_s=lateness_s,
    )


def clean(text: str, longest: int, known: Secrets = ()) -> str:
    """What may be stored: no controls, no secrets, not too long. Cut last, so that a secret
    is not cut to something that no longer looks like one."""
    if len(text) > _SHORT:
        return _cleaned(text, known)[:longest]
    return _cleaned_short(text, known)[:longest]


def _cleaned(text: str, known: Secrets) -> str:
    return redact(strip_controls(text), known=known).text


# A check that runs again and again says the same: most short texts were cleaned before.
_cleaned_short = functools.lru_cache(maxsize=4096)(_cleaned)


def _clean_facts(value: Any, known: Secrets) -> Any:
    if isinstance(value, str):
        return clean(value, MAX_FACT_TEXT, known)
    if isinstance(value, dict):
        return _clean_pairs(value, known)
    if isinstance(value, (list, tuple)):
        return [_clean_facts(inner, known) for inner in value]
    return value


def _clean_pairs(pairs: Mapping[Any, Any], known: Secrets) -> dict[str, Any]:
    """A value whose name says that it is a secret is masked as if they stood together."""
    cleaned: dict[str, Any] = {}
    for key, value in pairs.items():
        name, is_secret = _clean_name(str(key), known)
        if is_secret and isinstance(value, (str, int)) and not isinstance(value, bool):
            cleaned[name] = mask("secret")
        elif isinstance(value, (str, dict, list, tuple)):
            cleaned[name] = _clean_facts(value, known)
        else:
            cleaned[name] = value
    return cleaned


@functools.lru_cache(maxsize=1024)
def _clean_name(key: str, known: Secrets) -> tuple[str, bool]:
    return clean(key, MAX_SUMMARY, known), names_a_secret(key)
