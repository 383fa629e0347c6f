"""A batch in a worker's hands: its probes, and which of them have ended and are not stored yet."""

import asyncio
import logging
import time

from probes import services
from probes.engine.runner import run_many
from probes.engine.spec import Policy, ProbeResult

logger = logging.getLogger(__name__)

# Of one batch at once, so that a slow batch does not keep a quick one waiting.
MOST_AT_ONCE = 25


class RunningBatch:
    """Starts its probes at once; `news` is set when the last has ended."""

    def __init__(self, claimed: services.Claim, policy: Policy, news: asyncio.Event) -> None:
        self.claimed = claimed
        self.kept_at = time.monotonic()
        self._left = len(claimed.items)
        self._ended: dict[int, ProbeResult] = {}
        self._probes = asyncio.ensure_future(
            run_many(
                [item.spec for item in claimed.items],
                policy=policy,
                on_result=self._note,
                concurrency=MOST_AT_ONCE,
            )
        )
        self._probes.add_done_callback(lambda _probes: news.set())

    @property
    def public_id(self) -> str:
        return self.claimed.public_id

    @property
    def in_flight(self) -> int:
        return min(self._left, MOST_AT_ONCE)

    @property
    def has_news(self) -> bool:
        return bool(self._ended) or self._probes.done()

    @property
    def has_no_more(self) -> bool:
        return self._probes.done() and not self._ended

    def take_ended(self) -> dict[int, ProbeResult]:
        ended, self._ended = self._ended, {}
        return ended

    def put_back(self, ended: dict[int, ProbeResult]) -> None:
        self._ended = ended | self._ended

    async def cancel(self) -> None:
        self._probes.cancel()
        # Waiting lets the probes close sockets and kill what they started.
        await asyncio.wait({self._probes})
        if not self._probes.cancelled() and (error := self._probes.exception()):
            logger.error("the runner of batch %s failed", self.public_id, exc_info=error)

    def _note(self, index: int, result: ProbeResult) -> None:
        self._left -= 1
        self._ended[self.claimed.items[index].item_id] = result
