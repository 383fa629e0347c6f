"""The bars of incidents per week, as places in a picture."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from incidents.models import Incident
from incidents.services.weekly import SEVERITIES, Week

HEIGHT = 56
_BAR, _GAP = 14, 5
# One incident among hundreds is still seen.
_LEAST = 3.0


@dataclass(frozen=True, kw_only=True)
class Piece:
    """One severity of one week."""

    severity: str
    x: int
    y: float
    height: float


@dataclass(frozen=True, kw_only=True)
class Bars:
    """`totals` are (severity, its name, how many) over all the weeks."""

    width: int
    height: int
    bar: int
    weeks: Sequence[Week]
    pieces: Sequence[Piece]
    totals: Sequence[tuple[str, str, int]]

    @property
    def total(self) -> int:
        return sum(number for _severity, _name, number in self.totals)


def bars_of(weeks: Sequence[Week]) -> Bars:
    """Stacked, the severest at the bottom, all to the scale of the fullest week."""
    most = max((week.total for week in weeks), default=0)
    names = dict(Incident.Severity.choices)
    return Bars(
        width=max(1, len(weeks) * (_BAR + _GAP) - _GAP),
        height=HEIGHT,
        bar=_BAR,
        weeks=weeks,
        pieces=[one for place, week in enumerate(weeks) for one in _stacked(place, week, most)],
        totals=[
            (severity, str(names[Incident.Severity(severity)]), _sum(weeks, severity))
            for severity in SEVERITIES
        ],
    )


def _stacked(place: int, week: Week, most: int) -> Iterator[Piece]:
    base = float(HEIGHT)
    for severity in SEVERITIES:
        if number := week.counts[severity]:
            height = max(_LEAST, round(number / most * (HEIGHT - 2 * _LEAST), 1))
            base -= height
            yield Piece(severity=severity, x=place * (_BAR + _GAP), y=round(base, 1), height=height)


def _sum(weeks: Sequence[Week], severity: str) -> int:
    return sum(week.counts[severity] for week in weeks)
