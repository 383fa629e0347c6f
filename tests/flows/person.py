"""What a person at the base does, through the services, with a real worker pass in between."""

import asyncio
from typing import Any

from django.contrib.auth.models import User

from kb import services
from kb.models import Check, Investigation, Resolution
from kb.services import Diagnosis, RankedCause, ResolutionView
from probes.engine.runner import run_many
from probes.engine.spec import ProbeResult
from probes.models import Batch, Run
from probes.services import claim, policy_of, record, server_location

# More steps than any guide's checks: a walk that does not end is a fault.
MOST_STEPS = 15


def work() -> None:
    """Run what is waiting, as the worker does, until nothing is left."""
    location = server_location()
    while claimed := claim(location=location, runner="test"):
        results: dict[int, ProbeResult] = {}

        def keep(number: int, result: ProbeResult, *, items=claimed.items, into=results) -> None:
            into[items[number].item_id] = result

        specs = [item.spec for item in claimed.items]
        asyncio.run(run_many(specs, policy=policy_of(location), on_result=keep))
        assert record(claimed, results).is_done


def follow_advice(investigation: Investigation, *, by: User) -> list[str]:
    """Run the advised checks, confirming what the paste said, as long as a machine can."""
    asked: list[str] = []
    for _ in range(MOST_STEPS):
        advice = services.diagnose(investigation).next
        if advice is None or not all(state.can_run for state in advice.checks):
            return asked
        asked += [state.key for state in advice.checks]
        run(investigation, [state.check for state in advice.checks], by=by)
    raise AssertionError(f"the advice never ends: {asked}")


def run(
    investigation: Investigation,
    checks: list[Check],
    *,
    by: User,
    purpose: str = Batch.Purpose.DIAGNOSE,
) -> dict[str, Run]:
    batch = services.run_checks(investigation, checks, by=by, purpose=purpose, confirm=True)
    work()
    return {item.ref: item.run for item in batch.items.select_related("run")}


def repair(investigation: Investigation, key: str, *, by: User) -> dict[str, str]:
    """After the repair: run the verifying checks, say that it worked, and answer what they saw.

    Holds that the check was not OK before, so that its OK means something.
    """
    before = view(services.diagnose(investigation), key)
    assert not before.is_verified
    checks = list(before.resolution.verify.select_related("guide", "probe"))
    runs = run(investigation, checks, by=by, purpose=Batch.Purpose.VERIFY)
    after = view(services.diagnose(investigation), key)
    assert after.is_verified, {ref: (r.status, r.reason_code, r.summary) for ref, r in runs.items()}
    assert after.can_conclude
    services.conclude(investigation, after.resolution, worked=True, by=by)
    return {ref: run.reason_code for ref, run in runs.items()}


def view(diagnosis: Diagnosis, key: str) -> ResolutionView:
    """The resolution called `guide/cause/resolution`."""
    cause_key, _, slug = key.rpartition("/")
    views = cause(diagnosis, cause_key).resolutions
    return next(view for view in views if view.resolution.slug == slug)


def cause(diagnosis: Diagnosis, key: str) -> RankedCause:
    return next(ranked for ranked in diagnosis.causes if ranked.cause.key == key)


def ranking(diagnosis: Diagnosis) -> list[tuple[str, str]]:
    return [(ranked.cause.key, ranked.state) for ranked in diagnosis.causes]


def what_ruled_out(diagnosis: Diagnosis, key: str) -> set[str]:
    """The reason codes that ruled a cause out; every one of them has its run."""
    ranked = cause(diagnosis, key)
    assert ranked.state == "ruled_out", ranking(diagnosis)
    moved = [one for one in ranked.moved if one.says == "rules-out"]
    for one in moved:
        assert [run.reason_code for run in one.runs] == list(one.reason_codes)
    return {code for one in moved for code in one.reason_codes}


def assert_remembered(investigation: Investigation, key: str, *, by: User) -> None:
    """The outcome is stored with its proof, and the repair does not refute the cause."""
    stored = Investigation.objects.get(pk=investigation.pk)
    resolution: Any = stored.concluded_resolution
    assert isinstance(resolution, Resolution)
    assert f"{resolution.cause.key}/{resolution.slug}" == key
    assert stored.concluded_by == by
    proof = stored.verified_by.all()
    assert {run.status for run in proof} == {"OK"}
    assert len(proof) == resolution.verify.count()
    diagnosis = services.diagnose(stored)
    assert diagnosis.causes[0].cause == resolution.cause
    assert diagnosis.causes[0].state == "supported"
    assert (view(diagnosis, key).worked, view(diagnosis, key).tried) == (1, 1)
