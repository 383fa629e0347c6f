"""Values that only incidents have: moments, people, and names of causes and resolutions."""

import datetime
import re

from kb.ingest.complaints import gettext_noop
from kb.ingest.fields import Field
from kb.ingest.rows import Row

_DATE, _STR = "tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:str"
# RFC 3339; a moment without its offset would mean another one on every reader's machine.
_MOMENT = re.compile(
    r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?([Zz]|[+-]\d\d:\d\d)", re.ASCII
)
_SLUG = r"[-a-zA-Z0-9_]{1,50}"
_CAUSE, _RESOLUTION = re.compile(f"{_SLUG}/{_SLUG}"), re.compile(f"{_SLUG}/{_SLUG}/{_SLUG}")
_INCIDENT = re.compile(r"inc_[0-9a-z]{1,16}", re.ASCII)
_MOST_NAME = 150

_WANT_MOMENT = gettext_noop("must be a moment with its offset, such as 2026-12-31T09:00:00Z")
_WANT_CAUSE = gettext_noop("must name a cause as guide/cause")
_WANT_RESOLUTION = gettext_noop("must name a resolution as guide/cause/resolution")
_WANT_INCIDENT = gettext_noop("must be an incident's id, such as inc_7k2m9qd4x1tz")


class IncidentRow(Row):
    def moment(self, key: str) -> datetime.datetime | None:
        return read_moment(self.fields[key]) if key in self.fields else None

    def moment_or(self, key: str, otherwise: datetime.datetime) -> datetime.datetime:
        return self.moment(key) or otherwise

    def person(self, key: str) -> str:
        return self.text(key, _MOST_NAME)

    def cause(self, key: str) -> str:
        return _matching(self.fields.get(key), _CAUSE, _WANT_CAUSE)

    def causes(self, key: str) -> frozenset[str]:
        return frozenset(_matching(f, _CAUSE, _WANT_CAUSE) for f in self.items(key)) - {""}

    def resolution(self, key: str) -> str:
        return _matching(self.fields.get(key), _RESOLUTION, _WANT_RESOLUTION)

    def incident(self, key: str) -> str:
        return _matching(self.fields.get(key), _INCIDENT, _WANT_INCIDENT)


def read_moment(field: Field) -> datetime.datetime | None:
    """The moment in UTC, or None with a complaint."""
    if field.node.tag in (_DATE, _STR) and _MOMENT.fullmatch(str(field.node.value)):
        try:
            return datetime.datetime.fromisoformat(field.node.value.upper()).astimezone(
                datetime.UTC
            )
        except (ValueError, OverflowError):
            pass
    field.complain(_WANT_MOMENT)
    return None


def _matching(field: Field | None, form: re.Pattern[str], complaint: str) -> str:
    text = field.text(200) if field else ""
    if field and text and not form.fullmatch(text):
        field.complain(complaint)
        return ""
    return text
