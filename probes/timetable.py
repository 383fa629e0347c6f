"""When a schedule runs: an interval, or a cron expression in a time zone.

    every 5m                          from its first run on, whatever the clocks do
    */10 9-18 * * MON-FRI             five fields as in Debian's cron, in the base's own zone
    0 9 * * * Asia/Seoul              in that zone, also where it changes its clocks

Cron is read by cronsim, which follows Debian's cron: what falls into the hour that spring leaves
out runs right after it, and what falls into the hour that autumn repeats runs once.
"""

import re
import zoneinfo
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cronsim import CronSim, CronSimError
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

MIN_EVERY_S = 10
MAX_EVERY_S = 366 * 86_400
_EVERY = re.compile(r"every\s+([0-9]{1,9})\s*([smhd])")
_UNIT_S = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


class BadTimetable(ValueError):
    """The text is no timetable; the message says what is wrong with it."""


@dataclass(frozen=True, kw_only=True)
class Timetable:
    """Either `every_s` or `cron`. The zone matters to cron alone."""

    every_s: int | None = None
    cron: str = ""
    time_zone: str = "UTC"

    def __str__(self) -> str:
        """As it is written, such as `every 5m`; reading it again gives the same timetable."""
        if self.every_s is None:
            return f"{self.cron} {self.time_zone}"
        unit = next(unit for unit in "dhms" if self.every_s % _UNIT_S[unit] == 0)
        return f"every {self.every_s // _UNIT_S[unit]}{unit}"

    @property
    def words(self) -> str:
        """As people say it, in the reader's language; cron stays as it is written."""
        if self.every_s is None:
            return str(self)
        unit = next(unit for unit in "dhms" if self.every_s % _UNIT_S[unit] == 0)
        count = self.every_s // _UNIT_S[unit]
        return {
            "d": ngettext("every day", "every %(count)d days", count),
            "h": ngettext("every hour", "every %(count)d hours", count),
            "m": ngettext("every minute", "every %(count)d minutes", count),
            "s": ngettext("every second", "every %(count)d seconds", count),
        }[unit] % {"count": count}

    def check(self) -> None:
        """Raises BadTimetable when it has no times."""
        if self.every_s is not None:
            _check_interval(self.every_s)
        else:
            next(_cron_times(self.cron, self.time_zone, datetime.now(UTC)))

    def after(self, moment: datetime, *, last: datetime | None, offset_s: int) -> datetime:
        """The first time after `moment`, however many before it were missed.

        An interval counts from `last`, its time before; without one it begins at `moment`. A
        cron time is moved by `offset_s`.
        """
        offset = timedelta(seconds=offset_s)
        if self.every_s is None:
            return next(_cron_times(self.cron, self.time_zone, moment - offset)) + offset
        if last is None:
            return moment + offset
        every = timedelta(seconds=self.every_s)
        return last + every * max(1, (moment - last) // every + 1)


def read_timetable(text: str) -> Timetable:
    """Raises BadTimetable with a sentence that says what is wrong."""
    words = text.split()
    if words[:1] == ["every"]:
        return Timetable(every_s=_interval(text.strip()))
    if len(words) not in (5, 6):
        raise BadTimetable(
            _("Write `every 5m`, or five cron fields and, if you like, a time zone.")
        )
    zone = words[5] if len(words) == 6 else settings.TIME_ZONE
    timetable = Timetable(cron=" ".join(words[:5]), time_zone=zone)
    timetable.check()
    return timetable


def _interval(text: str) -> int:
    found = _EVERY.fullmatch(text)
    if found is None:
        raise BadTimetable(_("Write an interval as `every 30s`, `every 5m`, `every 2h`."))
    every_s = int(found[1]) * _UNIT_S[found[2]]
    _check_interval(every_s)
    return every_s


def _check_interval(every_s: int) -> None:
    if not MIN_EVERY_S <= every_s <= MAX_EVERY_S:
        raise BadTimetable(_("An interval is 10 seconds to 366 days."))


def _cron_times(cron: str, time_zone: str, after: datetime) -> "_Times":
    if len(cron.split()) != 5:
        raise BadTimetable(_("A cron expression has five fields."))
    return _Times(cron, after.astimezone(_zone(time_zone)))


def _zone(name: str) -> zoneinfo.ZoneInfo:
    try:
        return zoneinfo.ZoneInfo(name)
    # A directory of the zone files, or a name that leaves it, raises the others.
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise BadTimetable(_("There is no time zone %(name)s.") % {"name": name}) from None


class _Times:
    """The times of a cron expression, in UTC."""

    def __init__(self, cron: str, after: datetime) -> None:
        try:
            self._times = CronSim(cron, after)
        except CronSimError as error:
            # Its messages are the field's name: "Bad hour".
            sentence = _("The cron expression %(cron)s cannot be read: %(why)s.")
            raise BadTimetable(sentence % {"cron": cron, "why": error}) from None
        self._cron = cron

    def __next__(self) -> datetime:
        try:
            return next(self._times).astimezone(UTC)
        except StopIteration:
            sentence = _("The cron expression %(cron)s never comes true.")
            raise BadTimetable(sentence % {"cron": self._cron}) from None
