"""Every published guide as it is stored, worked out by all processors.

What a guide says is read from its rows alone, so the guides can be given out in parcels.
"""

import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from multiprocessing import get_context

import django
from django.db.models import QuerySet

from kb.index.entries import entries
from kb.index.rows import GuideRow, SignRow, stored_of
from kb.index.tables import chunks
from kb.models import Guide

# What `entries` reads of a guide.
READ = ("translations", "causes__resolutions", "symptoms__suggests")

# The guides' rows and their signs.
Analysed = tuple[list[GuideRow], list[SignRow]]

_PARCEL = 200
# Starting other processes takes as long as so many guides.
_FEW = 1000
# Parcels for each process that are worked on or wait; the rest are not read yet.
_WAITING = 3


def analysed() -> Iterator[Analysed]:
    """In parcels, by rising ids."""
    guides = Guide.objects.published().order_by("pk").prefetch_related(*READ)
    processors = _processors()
    if processors == 1 or guides.count() <= _FEW:
        yield from map(_analyse, _parcels(guides))
        return
    # A fork would share this process's connection to the database.
    with ProcessPoolExecutor(processors, get_context("spawn"), initializer=django.setup) as pool:
        yield from _in_order(pool, _parcels(guides), _WAITING * processors)


def _processors() -> int:
    """Those this process may use, where the system tells."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _in_order(pool: Executor, parcels: Iterable[list[Guide]], most: int) -> Iterator[Analysed]:
    """Never more than so many at once: the analysing may be slower than the reading."""
    waiting: deque[Future[Analysed]] = deque()
    for parcel in parcels:
        waiting.append(pool.submit(_analyse, parcel))
        if len(waiting) == most:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def _parcels(guides: QuerySet[Guide]) -> Iterator[list[Guide]]:
    return chunks(guides.iterator(chunk_size=_PARCEL), _PARCEL)


def _analyse(guides: Iterable[Guide]) -> Analysed:
    stored = [stored_of(guide.pk, entries(guide)) for guide in guides]
    signs = {number: sign for one in stored for number, sign in one.signs.items()}
    return [one.row for one in stored], list(signs.values())
