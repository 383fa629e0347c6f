"""The worker's loop: claim batches, run their items in one event loop, store what ended."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import TypeVar

from django.db import DatabaseError, InterfaceError, OperationalError, connection

from probes import services
from probes.engine.spec import Policy
from probes.management.running_batch import MOST_AT_ONCE, RunningBatch
from probes.models import Location

logger = logging.getLogger(__name__)
T = TypeVar("T")

# How long an idle worker sleeps; a busy one looks again as soon as it has room.
POLL_S = 0.3
# How long a slow batch's quick items wait to be stored, and what ends together to be together.
TICK_S = 0.1
GATHER_S = 0.01
AFTER_ERROR_S = 1.0
# In flight per event loop; measured, more only makes one another late.
PROBES_AT_ONCE = 100
_AWAY = (OperationalError, InterfaceError)


class Worker:
    """Runs the batches of one location until told to stop.

    The database is asked from one thread of its own: a write that waits for a lock must not
    hold up the event loop, or the probes in flight would look late. While it is busy results
    gather, and go into its next transaction together.
    """

    def __init__(self, *, location_id: int, runner: str, lease: timedelta = services.LEASE) -> None:
        self._location_id = location_id
        self._runner = runner
        self._lease = lease
        # Three chances to renew within a lease.
        self._renew_every_s = lease.total_seconds() / 3
        self._database = ThreadPoolExecutor(max_workers=1, thread_name_prefix="database")
        self._upkeep = services.Upkeep()
        self._look_at = 0.0
        self._running: list[RunningBatch] = []
        self._news = asyncio.Event()

    async def serve(self, stop: asyncio.Event) -> None:
        stopping = asyncio.ensure_future(self._tell_of(stop))
        try:
            while not stop.is_set():
                if not await self._take_more():
                    await self._wait_for_news()
                await self._store_ended()
                await self._renew_when_due()
            await self._give_back()
        finally:
            stopping.cancel()
            await asyncio.gather(*(batch.cancel() for batch in self._running))
            await self._ask(_close_connection)
            self._database.shutdown()

    async def _tell_of(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self._news.set()

    async def _take_more(self) -> bool:
        """True when batches were taken: then there may be more of them."""
        room = PROBES_AT_ONCE - sum(batch.in_flight for batch in self._running)
        if room <= 0 or time.monotonic() < self._look_at:
            return False
        try:
            claims, policy = await self._ask(partial(self._claim, room))
        except DatabaseError:
            logger.exception("the database did not answer; trying again")
            self._look_at = time.monotonic() + AFTER_ERROR_S
            return False
        self._running += [RunningBatch(claimed, policy, self._news) for claimed in claims]
        self._look_at = 0.0 if claims else time.monotonic() + POLL_S
        return bool(claims)

    def _claim(self, room: int) -> tuple[list[services.Claim], Policy]:
        self._upkeep.when_due()
        self._upkeep.chores_when_due()
        # Read each time: an administrator may have changed what this location allows.
        location = Location.objects.get(pk=self._location_id)
        claims = services.claim_several(
            location=location,
            runner=self._runner,
            room=room,
            most_each=MOST_AT_ONCE,
            lease=self._lease,
        )
        return claims, services.policy_or_nothing(location) if claims else Policy()

    async def _wait_for_news(self) -> None:
        """Until a batch has ended, or the stop comes, or it is time to look or to store."""
        pause_s = TICK_S if self._running else max(self._look_at - time.monotonic(), 0.0)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(pause_s):
                await self._news.wait()
            await asyncio.sleep(GATHER_S)
        self._news.clear()

    async def _store_ended(self) -> None:
        told = [batch for batch in self._running if batch.has_news]
        try:
            await self._store(told)
        except _AWAY:
            logger.exception("results of %d batches wait for the database", len(told))
            await asyncio.sleep(AFTER_ERROR_S)
        except Exception:
            # One answer may be what the database refuses: it must not hold up the others.
            logger.exception("results of %d batches are stored one by one", len(told))
            for batch in told:
                await self._store_alone(batch)

    async def _store(self, told: Sequence[RunningBatch]) -> None:
        """Store what has ended, in one transaction; keep it if that fails."""
        if not told:
            return
        answers = [(batch.claimed, batch.take_ended()) for batch in told]
        try:
            recorded = await self._ask(partial(services.record_all, answers))
        except BaseException:
            for batch, (_claimed, ended) in zip(told, answers, strict=True):
                batch.put_back(ended)
            raise
        for batch, one in zip(told, recorded, strict=True):
            batch.kept_at = time.monotonic()
            await self._close_if_over(batch, one)

    async def _store_alone(self, batch: RunningBatch) -> None:
        try:
            await self._store([batch])
        except Exception:
            # The lease runs out and the next runner takes the batch.
            logger.exception("batch %s was given up", batch.public_id)
            await self._close(batch)

    async def _close_if_over(self, batch: RunningBatch, recorded: services.Recorded) -> None:
        if not recorded.is_done and not recorded.is_held:
            logger.warning("batch %s is no longer ours", batch.public_id)
        if recorded.is_done or not recorded.is_held or batch.has_no_more:
            await self._close(batch)

    async def _close(self, batch: RunningBatch) -> None:
        self._running.remove(batch)
        await batch.cancel()

    async def _renew_when_due(self) -> None:
        for batch in list(self._running):
            if time.monotonic() - batch.kept_at >= self._renew_every_s:
                await self._renew(batch)

    async def _renew(self, batch: RunningBatch) -> None:
        try:
            is_ours = await self._ask(partial(services.renew, batch.claimed))
        except DatabaseError:
            logger.exception("batch %s could not be renewed; trying again", batch.public_id)
            return
        batch.kept_at = time.monotonic()
        if not is_ours:
            logger.warning("batch %s is no longer ours", batch.public_id)
            await self._close(batch)

    async def _give_back(self) -> None:
        """A polite stop loses no result that is there, and costs neither a lease nor a try."""
        await self._store_ended()
        for batch in self._running:
            try:
                await self._ask(partial(services.release, batch.claimed))
            except DatabaseError:
                # The lease runs out and the next runner takes the batch.
                logger.exception("batch %s could not be given back", batch.public_id)

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
