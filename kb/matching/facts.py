"""What a text states exactly: addresses, statuses, error names, each with its place.

Several readers may look at the same words; the first in the list that takes a place keeps the
others that take places away from it (a port inside a URL is read once).
"""

from functools import cache

from kb.matching.addresses import ADDRESSES, is_spelled_out, without_doubtful_ports
from kb.matching.codes import BARE_STATUS, CODES
from kb.matching.expressions import Locators, Source
from kb.matching.named import NAMED
from kb.matching.readers import Reader
from kb.matching.values import Fact, Locate, heard_whole

# In a text this short a bare 502 is a status; in a log it may be anything.
_SHORT_TEXT = 300
_READERS: tuple[Reader, ...] = (*ADDRESSES, *CODES, *NAMED)


def find_facts(text: str, locate: Locate = heard_whole) -> tuple[Fact, ...]:
    """Every fact once per place, in the text's order."""
    source = Source(text)
    taken = bytearray(len(text))
    found: set[tuple[int, int, str, str]] = set()
    for reader in _readers(source):
        for start, end, offset, fresh in reader.readings(source):
            if reader.takes:
                if taken.find(1, start, end) >= 0:
                    continue
                taken[start:end] = b"\1" * (end - start)
            for first, last, kind, value in fresh:
                found.add((offset + first, offset + last, kind, value))
    facts: list[Fact] = []
    known: set[tuple[str, str]] = set()
    for start, end, kind, value in sorted(without_doubtful_ports(found, source.text)):
        span, weight = locate(start, end)
        # What a repeated line says once more is no news.
        if weight or (kind, value) not in known:
            facts.append(Fact(kind, value, span, weight))
            known.add((kind, value))
    return tuple(facts)


def _readers(source: Source) -> list[Reader]:
    """Those that have something to read here: one pass tells for all of them."""
    present = [_READERS[number] for number in _all_readers().present(source.encoded)]
    return [*present, BARE_STATUS] if len(source.text) <= _SHORT_TEXT else present


@cache
def _all_readers() -> Locators:
    return Locators([reader.locating for reader in _READERS])


__all__ = ["find_facts", "is_spelled_out"]
