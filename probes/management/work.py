"""The worker's loop: claim batches, run their items in one event loop, store what ended."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any, TypeVar

from django.db import DatabaseError, connection

from probes import services
from probes.engine.errors import InvalidParams
from probes.engine.runner import run_many
from probes.engine.spec import Policy, ProbeResult
from probes.models import Location

logger = logging.getLogger(__name__)
T = TypeVar("T")

POLL_S = 0.3
TICK_S = 0.1
SWEEP_EVERY_S = 5.0
FIRE_EVERY_S = 1.0
AFTER_ERROR_S = 1.0
# A slow batch must not keep a quick one waiting; in all, 50 to 100 probes in flight per loop.
BATCHES_AT_ONCE = 4
PROBES_PER_BATCH = 25


class Worker:
    """Runs the batches of one location until told to stop.

    The database is asked from one thread of its own: a write that waits for a lock must not
    hold up the event loop, or the probes in flight would look late.
    """

    def __init__(self, *, location_id: int, runner: str, lease: timedelta = services.LEASE) -> None:
        self._location_id = location_id
        self._runner = runner
        self._lease = lease
        # Three chances to renew within a lease.
        self._renew_every_s = lease.total_seconds() / 3
        self._database = ThreadPoolExecutor(max_workers=1, thread_name_prefix="database")
        self._swept_at = 0.0
        self._fired_at = 0.0

    async def serve(self, stop: asyncio.Event) -> None:
        running: set[asyncio.Task[None]] = set()
        try:
            while not stop.is_set():
                if started := await self._start_next(stop, free=BATCHES_AT_ONCE - len(running)):
                    running.add(started)
                    started.add_done_callback(running.discard)
                else:
                    await _wait(stop, POLL_S)
        finally:
            if running:
                await asyncio.wait(running)
            await self._ask(_close_connection)
            self._database.shutdown()

    async def _start_next(self, stop: asyncio.Event, *, free: int) -> asyncio.Task[None] | None:
        if free <= 0:
            return None
        try:
            await self._sweep_when_due()
            await self._fire_when_due()
            claimed, policy = await self._ask(self._claim)
        except DatabaseError:
            logger.exception("the database did not answer; trying again")
            await _wait(stop, AFTER_ERROR_S)
            return None
        if claimed is None:
            return None
        return asyncio.create_task(self._run(claimed, policy, stop))

    async def _sweep_when_due(self) -> None:
        if time.monotonic() - self._swept_at >= SWEEP_EVERY_S or not self._swept_at:
            await self._ask(services.sweep)
            self._swept_at = time.monotonic()

    async def _fire_when_due(self) -> None:
        if time.monotonic() - self._fired_at >= FIRE_EVERY_S or not self._fired_at:
            await self._ask(services.fire_due)
            self._fired_at = time.monotonic()

    def _claim(self) -> tuple[services.Claim | None, Policy]:
        # Read each time: an administrator may have changed what this location allows.
        location = Location.objects.get(pk=self._location_id)
        claimed = services.claim(location=location, runner=self._runner, lease=self._lease)
        return claimed, _policy(location) if claimed else Policy()

    async def _run(self, claimed: services.Claim, policy: Policy, stop: asyncio.Event) -> None:
        """Run one batch to its end, to the loss of its lease, or to the stop."""
        ended: dict[int, ProbeResult] = {}
        specs = [item.spec for item in claimed.items]

        def on_result(index: int, result: ProbeResult) -> None:
            ended[claimed.items[index].item_id] = result

        probes = asyncio.ensure_future(
            run_many(specs, policy=policy, on_result=on_result, concurrency=PROBES_PER_BATCH)
        )
        try:
            await self._store_until_done(claimed, probes, ended, stop)
        except Exception:
            # The lease runs out and the next runner takes the batch.
            logger.exception("batch %s was given up", claimed.public_id)
        finally:
            await _cancel(probes)

    async def _store_until_done(
        self,
        claimed: services.Claim,
        probes: asyncio.Future[None],
        ended: dict[int, ProbeResult],
        stop: asyncio.Event,
    ) -> None:
        renewed_at = time.monotonic()
        stopping = asyncio.create_task(stop.wait())
        either: set[asyncio.Future[Any]] = {probes, stopping}
        try:
            while True:
                await asyncio.wait(either, timeout=TICK_S, return_when=asyncio.FIRST_COMPLETED)
                is_last = probes.done()
                recorded = await self._store(claimed, ended, is_last=is_last)
                if recorded is not None and not recorded.is_held:
                    logger.warning("batch %s is no longer ours", claimed.public_id)
                    return
                if is_last and not ended:
                    return
                if stop.is_set():
                    await self._ask(lambda: services.release(claimed))
                    return
                if recorded is not None:
                    renewed_at = time.monotonic()
                elif time.monotonic() - renewed_at >= self._renew_every_s:
                    if not await self._ask(lambda: services.renew(claimed)):
                        logger.warning("batch %s is no longer ours", claimed.public_id)
                        return
                    renewed_at = time.monotonic()
        finally:
            stopping.cancel()

    async def _store(
        self, claimed: services.Claim, ended: dict[int, ProbeResult], *, is_last: bool
    ) -> services.Recorded | None:
        """Store what ended since the last tick, in one transaction; keep it if that fails."""
        results = dict(ended)
        if not results and not is_last:
            return None
        try:
            recorded = await self._ask(lambda: services.record(claimed, results))
        except DatabaseError:
            logger.exception("results of batch %s wait for the database", claimed.public_id)
            await asyncio.sleep(AFTER_ERROR_S)
            return None
        for item_id in results:
            del ended[item_id]
        return recorded

    async def _ask(self, question: Callable[[], T]) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._database, _with_fresh_connection, question)


def _close_connection() -> None:
    # Looked up in the thread that asks: each thread has a connection of its own.
    connection.close()


def _with_fresh_connection(question: Callable[[], T]) -> T:
    try:
        return question()
    except DatabaseError:
        # The connection may be what broke; the next question opens another.
        connection.close()
        raise


def _policy(location: Location) -> Policy:
    try:
        return services.policy_of(location)
    except InvalidParams as broken:
        # Nothing is allowed: each probe then says that it was not allowed to look.
        logger.error("location %s cannot be read: %s", location.slug, broken)
        return Policy()


async def _cancel(probes: asyncio.Future[None]) -> None:
    probes.cancel()
    # Waiting lets the probes close sockets and kill what they started.
    await asyncio.wait({probes})
    if not probes.cancelled() and (error := probes.exception()):
        logger.error("the runner failed", exc_info=error)


async def _wait(stop: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), timeout=seconds)
