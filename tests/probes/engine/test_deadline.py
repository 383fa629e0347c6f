"""A deadline for a block: it cuts what waits, and nothing else."""

import asyncio
import time

import pytest

from probes.engine.deadline import within


def soon(seconds: float) -> float:
    return asyncio.get_running_loop().time() + seconds


async def test_what_waits_longer_is_cut_at_the_deadline() -> None:
    started = time.monotonic()

    with pytest.raises(TimeoutError), within(soon(0.05)):
        await asyncio.sleep(5)

    assert 0.05 <= time.monotonic() - started < 1


async def test_deadline_that_has_passed_cuts_at_the_first_wait() -> None:
    with pytest.raises(TimeoutError), within(soon(-1)):
        await asyncio.sleep(5)


async def test_block_that_ends_in_time_is_left_alone_afterwards() -> None:
    with within(soon(0.02)):
        await asyncio.sleep(0)

    await asyncio.sleep(0.1)


async def test_task_goes_on_after_it_was_cut() -> None:
    with pytest.raises(TimeoutError), within(soon(0.01)):
        await asyncio.sleep(5)

    await asyncio.sleep(0.05)
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0


async def test_cancelling_from_outside_stays_a_cancellation() -> None:
    async def wait() -> None:
        with within(soon(5)):
            await asyncio.sleep(5)

    task = asyncio.ensure_future(wait())
    await asyncio.sleep(0.02)
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task


async def test_inner_deadline_does_not_end_the_outer_block() -> None:
    ended = []
    with within(soon(5)):
        with pytest.raises(TimeoutError), within(soon(0.02)):
            await asyncio.sleep(5)
        await asyncio.sleep(0)
        ended.append("outer")

    assert ended == ["outer"]


async def test_outer_deadline_cuts_through_the_inner_block() -> None:
    with pytest.raises(TimeoutError), within(soon(0.02)), within(soon(5)):
        await asyncio.sleep(5)


async def test_two_hundred_blocks_are_cut_together_and_each_only_once() -> None:
    async def wait() -> str:
        try:
            with within(soon(0.05)):
                await asyncio.sleep(5)
        except TimeoutError:
            return "cut"
        return "not cut"

    said = await asyncio.gather(*(wait() for _ in range(200)))

    assert set(said) == {"cut"}


async def test_error_of_the_block_is_not_replaced() -> None:
    with pytest.raises(ValueError, match="own"), within(soon(5)):
        raise ValueError("own")
