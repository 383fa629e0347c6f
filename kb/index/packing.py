"""Postings as bytes: sorted numbers, then what each has; little-endian on every machine."""

import sys
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from hashlib import blake2b

# Type codes of `array`: what a number takes in a guide's own terms, a term's guides, a block.
TERMS, GUIDES, LOW, PLACES = "Q", "I", "H", "I"
_IMPACT = "H"

# PostgreSQL may answer with a view.
Packed = bytes | memoryview


@lru_cache(maxsize=32_768)
def term_id(key: str) -> int:
    """The number of a term: 63 bits of its hash, so that no database hands out numbers.

    Among three million terms two share a number with a probability of one in two million.
    """
    return int.from_bytes(blake2b(key.encode(), digest_size=8).digest(), "little") >> 1


def pack(impacts: Mapping[int, int], numbers: str) -> bytes:
    """Impact by number (a term's, a guide's, ...), every number below what its code holds."""
    ordered = sorted(impacts)
    return pack_rising(ordered, [impacts[one] for one in ordered], numbers)


def pack_rising(numbers: Iterable[int], impacts: Iterable[int], code: str) -> bytes:
    """The same of numbers that rise already, each with its impact; `code` is theirs."""
    return _bytes(array(code, numbers)) + _bytes(array(_IMPACT, impacts))


def unpack(packed: Packed, numbers: str) -> tuple["array[int]", "array[int]"]:
    """The numbers, rising, and the impact of each."""
    first, impacts = array(numbers), array(_IMPACT)
    count = len(packed) // (first.itemsize + impacts.itemsize)
    view = memoryview(packed)
    first.frombytes(view[: count * first.itemsize])
    impacts.frombytes(view[count * first.itemsize :])
    if sys.byteorder == "big":
        first.byteswap()
        impacts.byteswap()
    return first, impacts


def unpacked(packed: Packed, numbers: str) -> dict[int, int]:
    return dict(zip(*unpack(packed, numbers), strict=True))


def with_one(packed: Packed, numbers: str, number: int, impact: int) -> tuple[Packed, int]:
    """The postings with this one new or changed, and by how many they grew."""
    first, impacts = unpack(packed, numbers)
    at = bisect_left(first, number)
    grown = not (at < len(first) and first[at] == number)
    if grown:
        first.insert(at, number)
        impacts.insert(at, impact)
    impacts[at] = impact
    return _bytes(first) + _bytes(impacts), int(grown)


def without_one(packed: Packed, numbers: str, number: int) -> tuple[Packed, int]:
    """The postings without this one, and by how many they shrank."""
    first, impacts = unpack(packed, numbers)
    at = bisect_left(first, number)
    if at == len(first) or first[at] != number:
        return packed, 0
    del first[at], impacts[at]
    return _bytes(first) + _bytes(impacts), 1


def _bytes(values: "array[int]") -> bytes:
    if sys.byteorder == "big":
        values.byteswap()
    return values.tobytes()


def pack_all(parts: Iterable[Mapping[int, int]], numbers: str) -> bytes:
    """Several packed mappings, each behind its size."""
    packed = (pack(part, numbers) for part in parts)
    return b"".join(len(one).to_bytes(4, "little") + one for one in packed)


def unpack_all(packed: Packed) -> Iterator[bytes]:
    packed, at = bytes(packed), 0
    while at < len(packed):
        size = int.from_bytes(packed[at : at + 4], "little")
        yield packed[at + 4 : at + 4 + size]
        at += 4 + size
