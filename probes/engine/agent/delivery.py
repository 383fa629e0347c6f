"""Bringing results to the base, each of them once, whatever happens on the way."""

import asyncio
import json
import logging
from collections.abc import Mapping
from typing import Any

from probes.engine.agent.claims import Work
from probes.engine.agent.client import Base, Unreachable
from probes.engine.agent.pauses import Away

logger = logging.getLogger("knownfix.agent")

TICK_S = 0.1
# After a stop: how long what was seen may take to reach a base that does not answer.
LAST_WORDS_S = 5.0
# The base reads 1 MB at most.
_MAX_RECORD_BYTES = 800_000


class Delivery:
    """Brings results to the base while they come in, and keeps the lease meanwhile.

    A result that could not be delivered is kept and sent again as it was: the base knows it.
    """

    def __init__(
        self, base: Base, work: Work, waiting: dict[int, dict[str, Any]], stop: asyncio.Event
    ) -> None:
        self._base = base
        self._work = work
        self._waiting = waiting
        self._stop = stop
        self._away = Away()
        self._loop = asyncio.get_running_loop()
        self._heard_at = self._loop.time()
        self._give_up_at = float("inf")

    async def until_done(self, probes: asyncio.Future[None]) -> None:
        """Raises Refused when the base no longer takes this batch's results."""
        while True:
            await _first(probes, self._stop)
            if self._stop.is_set():
                self._give_up_at = min(self._give_up_at, self._loop.time() + LAST_WORDS_S)
            is_over = probes.done() or self._stop.is_set()
            try:
                if await self._tick(is_over=is_over):
                    return
            except Unreachable as reason:
                if self._loop.time() >= self._give_up_at:
                    logger.warning("%s was left unfinished: %s", self._work.batch, reason)
                    return
                await asyncio.sleep(self._away.next_s(reason))

    async def _tick(self, *, is_over: bool) -> bool:
        """True when nothing is left to do for this batch."""
        if self._waiting:
            return await self._record() or (is_over and not self._waiting and await self._end())
        if is_over:
            return await self._end()
        if self._loop.time() - self._heard_at >= self._work.lease_s / 3:
            return not await self._renew()
        return False

    async def _record(self) -> bool:
        """Sends what waits, some at a time; True when the batch needs nothing more from us."""
        some = _fitting(self._waiting)
        answer = await self._base.post("record", {**self._work.held, "results": some})
        for one in some:
            self._waiting.pop(one["item"], None)
        self._heard()
        if refused := answer["refused"]:
            logger.warning("%s: %d late results were not taken", self._work.batch, len(refused))
        if answer["done"]:
            logger.info("recorded %s: all of it", self._work.batch)
        elif not answer["held"]:
            logger.warning("%s is no longer ours", self._work.batch)
        return bool(answer["done"]) or not answer["held"]

    async def _renew(self) -> bool:
        answer = await self._base.post("renew", self._work.held)
        self._heard()
        if not answer["held"]:
            logger.warning("%s is no longer ours", self._work.batch)
        return bool(answer["held"])

    async def _end(self) -> bool:
        """Nothing more will come. What a stop left without a result goes back to the base."""
        if self._stop.is_set():
            await self._base.post("release", self._work.held)
            logger.info("gave %s back", self._work.batch)
        else:
            # Not given back: a batch that breaks its runner would come again and again.
            await self._base.post("record", {**self._work.held, "results": []})
        return True

    def _heard(self) -> None:
        self._heard_at = self._loop.time()
        self._away.is_back()


def _fitting(waiting: Mapping[int, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """As many results as one request may carry; at least one."""
    chosen: list[dict[str, Any]] = []
    size = 0
    for item, result in waiting.items():
        size += len(json.dumps(result))
        if chosen and size > _MAX_RECORD_BYTES:
            break
        chosen.append({"item": item, **result})
    return chosen


async def _first(probes: asyncio.Future[None], stop: asyncio.Event) -> None:
    """Until the probes ended or the stop came, at most a tick."""
    if probes.done() or stop.is_set():
        return
    stopping = asyncio.create_task(stop.wait())
    either: set[asyncio.Future[Any]] = {probes, stopping}
    try:
        await asyncio.wait(either, timeout=TICK_S, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopping.cancel()
