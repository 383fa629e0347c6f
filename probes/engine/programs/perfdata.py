"""What a monitoring plugin prints: a text, more text, and performance data with its ranges.

After the Monitoring Plugins Development Guidelines, sections "Plugin Output", "Performance data"
and "Threshold and ranges" (https://www.monitoring-plugins.org/doc/guidelines.html), and for
several lines Nagios Core's plugin API.
"""

import itertools
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

MAX_DATA = 200
MAX_LABEL = 100

_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_WORD = re.compile(r"\S")
# A label in quotes holds a quote by doubling it; without, neither blank nor quote nor equals sign.
_LABEL = re.compile(r"'((?:[^']|'')+)'|([^\s'=]+)")
# U stands for a value that could not be determined.
_VALUE = re.compile(rf"(?P<number>{_NUMBER})(?P<unit>[^\d\s;'\"]*)|U(?P<none>[^\d\s;'\"]*)")
_RANGE = re.compile(rf"(?P<inside>@?)(?:(?P<start>~|{_NUMBER})?(?P<colon>:))?(?P<end>{_NUMBER})?")


@dataclass(frozen=True, kw_only=True)
class Range:
    """A threshold: alerts outside of `start` to `end`, both included in it; or inside, with `@`."""

    start: float
    end: float
    is_inside: bool = False

    def alerts(self, value: float) -> bool:
        return (self.start <= value <= self.end) is self.is_inside


@dataclass(frozen=True, kw_only=True)
class Datum:
    """One value of the performance data. `warn` and `crit` are ranges as they were written."""

    label: str
    value: float | None
    unit: str = ""
    warn: str = ""
    crit: str = ""
    low: float | None = None
    high: float | None = None

    @property
    def beyond(self) -> str | None:
        """Which of its own thresholds the value is beyond: crit, warn or none."""
        if self.value is not None:
            for name, text in (("crit", self.crit), ("warn", self.warn)):
                if text and read_range(text).alerts(self.value):
                    return name
        return None

    @property
    def facts(self) -> dict[str, Any]:
        return {
            "label": self.label,
            "value": self.value,
            "unit": self.unit or None,
            "warn": self.warn or None,
            "crit": self.crit or None,
            "min": self.low,
            "max": self.high,
            "beyond": self.beyond,
        }

    @property
    def written(self) -> str:
        """As a plugin prints it; `read_output` is the inverse."""
        label = self.label.replace("'", "''")
        value = "U" if self.value is None else f"{_plain(self.value)}{self.unit}"
        bounds = ("" if bound is None else _plain(bound) for bound in (self.low, self.high))
        return ";".join((f"'{label}'={value}", self.warn, self.crit, *bounds)).rstrip(";")


@dataclass(frozen=True, kw_only=True)
class PluginOutput:
    """`problems` are pieces of performance data that could not be read, as they were written."""

    text: str
    more: str = ""
    data: tuple[Datum, ...] = ()
    problems: tuple[str, ...] = ()


def read_range(text: str) -> Range:
    """`10` is 0 to 10, `10:` is 10 upwards, `~:10` is anything up to 10, `@10:20` alerts inside.

    Raises ValueError with a sentence.
    """
    found = _RANGE.fullmatch(text)
    if found is None or (found["end"] is None and found["colon"] is None):
        raise ValueError(f"{text!r} is not a range such as 10, 10:, ~:10, 10:20 or @10:20")
    written = found["start"] or "0"
    start = -math.inf if written == "~" else float(written)
    end = math.inf if found["end"] is None else float(found["end"])
    if start > end:
        raise ValueError(f"{text!r} is a range that starts behind its end")
    return Range(start=start, end=end, is_inside=bool(found["inside"]))


def read_output(printed: str) -> PluginOutput:
    """The first line is `text | data`; then more text up to a line with `|`, then only data."""
    first, *others = printed.splitlines() or [""]
    text, _, performance = first.partition("|")
    more: list[str] = []
    pieces = [performance]
    for number, line in enumerate(others):
        before, bar, after = line.partition("|")
        more.append(before.rstrip())
        if bar:
            pieces += [after, *others[number + 1 :]]
            break
    data, problems = _read_data(" ".join(pieces))
    return PluginOutput(
        text=text.strip(), more="\n".join(more).strip("\n"), data=data, problems=problems
    )


def _read_data(text: str) -> tuple[tuple[Datum, ...], tuple[str, ...]]:
    data: list[Datum] = []
    problems: list[str] = []
    for label, written in itertools.islice(_split(text), MAX_DATA):
        try:
            data.append(_datum(label, written))
        except ValueError:
            problems.append(f"{label}={written}" if written is not None else label)
    return tuple(data), tuple(problems)


def _split(text: str) -> Iterable[tuple[str, str | None]]:
    """Labels with what follows their equals sign; None where none follows."""
    at = 0
    while word := _WORD.search(text, at):
        at = word.start()
        found = _LABEL.match(text, at)
        end = text.find(" ", found.end() if found else at)
        end = len(text) if end < 0 else end
        if found and text[found.end() : found.end() + 1] == "=":
            quoted, plain = found.groups()
            label = quoted.replace("''", "'") if quoted else plain
            yield label[:MAX_LABEL], text[found.end() + 1 : end]
        else:
            yield text[at:end], None
        at = end


def _datum(label: str, written: str | None) -> Datum:
    value, *parts = (written or "").split(";")
    found = _VALUE.fullmatch(value)
    if found is None or len(parts) > 4:
        raise ValueError("is not a value with at most four parts behind it")
    warn, crit, low, high = [*parts, "", "", "", ""][:4]
    for threshold in filter(None, (warn, crit)):
        read_range(threshold)
    return Datum(
        label=label,
        value=_finite(found["number"]) if found["number"] else None,
        unit=(found["unit"] or "")[:20],
        warn=warn,
        crit=crit,
        low=_bound(low),
        high=_bound(high),
    )


def _bound(text: str) -> float | None:
    if text and not re.fullmatch(_NUMBER, text):
        raise ValueError("is not a number")
    return _finite(text) if text else None


def _plain(number: float) -> str:
    return str(int(number)) if number.is_integer() else repr(number)


def _finite(text: str) -> float:
    """JSON knows no infinity, which is what 1e999 is read as."""
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("is too large a number")
    return number
