"""The loop that asks for work, and running one batch within this host's limits."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from probes.engine.agent import VERSION
from probes.engine.agent.claims import Work, read_work
from probes.engine.agent.client import Base, Refused, Unreachable
from probes.engine.agent.delivery import Delivery
from probes.engine.agent.pauses import Away, Pause
from probes.engine.errors import InvalidParams
from probes.engine.limits import narrowed
from probes.engine.registry import check_expectation, kind_named, validate
from probes.engine.runner import MAX_SUMMARY, clean, run_many
from probes.engine.spec import Policy, ProbeResult, ProbeSpec, Status
from probes.engine.wire import result_as_json

logger = logging.getLogger("knownfix.agent")

BATCHES_AT_ONCE = 4
PROBES_PER_BATCH = 25
IDLE_S = (0.5, 5.0)


class Agent:
    """Runs what the base asks of this location, within the limits of this host."""

    def __init__(self, base: Base, *, own: Policy, host: str, runner: str) -> None:
        self._base = base
        self._own = own
        self._idle, self._away = Pause(*IDLE_S), Away()
        self._was_welcome = False
        self.about = {"version": VERSION, "host": host, "runner": runner}

    async def serve(self, stop: asyncio.Event) -> None:
        """Until told to stop. Raises Refused when the base does not want this agent at all."""
        running: set[asyncio.Task[None]] = set()
        try:
            while not stop.is_set():
                if len(running) >= BATCHES_AT_ONCE:
                    await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                elif work := await self._next_work(stop):
                    task = asyncio.create_task(self.run(work, stop))
                    running.add(task)
                    task.add_done_callback(running.discard)
        finally:
            stop.set()
            if running:
                await asyncio.wait(running)

    async def _next_work(self, stop: asyncio.Event) -> Work | None:
        """None after a pause, when there was nothing to do or nobody answered."""
        try:
            given = await self._ask_for_work()
        except Unreachable as reason:
            await _rest(stop, self._away.next_s(reason))
            return None
        self._away.is_back()
        if given is None:
            await _rest(stop, self._idle.next_s())
            return None
        self._idle.reset()
        work = read_work(given)
        logger.info("claimed %s: %d checks", work.batch, len(work.items))
        return work

    async def _ask_for_work(self) -> Any:
        try:
            given = await self._base.post("claim", {"agent": self.about})
        except Refused as refused:
            if self._was_welcome and refused.status not in (401, 403):
                # A proxy's page while the base is being renewed, as far as we can tell.
                raise Unreachable(f"it answered {refused.status}") from None
            raise
        self._was_welcome = True
        return given

    async def run(
        self,
        work: Work,
        stop: asyncio.Event,
        on_result: Callable[[int, ProbeResult], None] = lambda item, result: None,
    ) -> None:
        """Run the batch to its end, to the loss of its lease, or to the stop."""
        policy = narrowed(self._own, wished=work.wished)
        waiting: dict[int, dict[str, Any]] = {}

        def keep(item: int, result: ProbeResult) -> None:
            waiting[item] = result_as_json(result, clock_behind=work.clock_behind)
            on_result(item, result)

        probes = asyncio.ensure_future(_run_understood(work.items, policy, keep))
        try:
            await Delivery(self._base, work, waiting, stop).until_done(probes)
        except Refused as refused:
            logger.error("%s was given up: %s", work.batch, refused.whole)
        except (KeyError, TypeError) as strange:
            logger.error("%s was given up: a strange answer (%r)", work.batch, strange)
        finally:
            await _cancel(probes)


async def _run_understood(
    items: Mapping[int, ProbeSpec], policy: Policy, keep: Callable[[int, ProbeResult], None]
) -> None:
    """The base has checked these definitions: one that is wrong here is of another version."""
    understood = []
    for item, spec in items.items():
        if problem := _misunderstood(spec):
            keep(item, problem)
        else:
            understood.append(item)
    await run_many(
        [items[item] for item in understood],
        policy=policy,
        on_result=lambda index, result: keep(understood[index], result),
        concurrency=PROBES_PER_BATCH,
    )


def _misunderstood(spec: ProbeSpec) -> ProbeResult | None:
    try:
        kind_named(spec.kind)
        validate(spec.kind, spec.params)
        check_expectation(spec.kind, spec.expectation)
    except InvalidParams as error:
        return _unknown(
            "agent_outdated",
            f"this agent ({VERSION}) does not understand the check ({error}); fetch agent.pyz "
            "from the base again and start it anew",
        )
    except Exception:  # noqa: BLE001 - the runner says what it is
        return None
    return None


def _unknown(reason_code: str, summary: str) -> ProbeResult:
    return ProbeResult(
        status=Status.UNKNOWN,
        reason_code=reason_code,
        facts={},
        summary=clean(summary, MAX_SUMMARY),
        output="",
        attempts=[],
        started_at=datetime.now(UTC),
        elapsed_s=0.0,
        lateness_s=0.0,
    )


async def _rest(stop: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), timeout=seconds)


async def _cancel(probes: asyncio.Future[None]) -> None:
    """Waiting lets the probes close sockets and kill what they started."""
    probes.cancel()
    await asyncio.wait({probes})
    if not probes.cancelled() and (error := probes.exception()):
        logger.error("the runner failed", exc_info=error)
