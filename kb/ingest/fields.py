"""Reading one typed value of the front matter: complains and goes on, so nothing hides the rest."""

import datetime
import math
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

import yaml

from kb.ingest.complaints import Report, gettext_noop
from kb.ingest.drafts import Plain

MAX_ENTRIES = 1000

_STR, _INT, _FLOAT = "tag:yaml.org,2002:str", "tag:yaml.org,2002:int", "tag:yaml.org,2002:float"
_BOOL, _NULL = "tag:yaml.org,2002:bool", "tag:yaml.org,2002:null"
_DATE = "tag:yaml.org,2002:timestamp"

# YAML 1.1 also reads 010 as octal, 12:30 as base 60 and `no` as false. Whoever writes those
# means text, so only the spellings that mean one thing are taken.
_PLAIN_INT = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
_PLAIN_FLOAT = re.compile(r"[-+]?[0-9]{1,18}\.[0-9]*([eE][-+][0-9]{1,3})?")
_PLAIN_BOOL = {"true": True, "false": False}
_UNSTORABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")

SLUG = re.compile(r"[-a-zA-Z0-9_]{1,50}")
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,49}")

_WANT_TEXT = gettext_noop("must be text; put it in quotes")
_WANT_ONE_LINE = gettext_noop("must be one line of text")
_TOO_LONG = gettext_noop("is longer than %(most)s characters")
_EMPTY = gettext_noop("is empty")
_UNSTORABLE_TEXT = gettext_noop("holds a control character")
_WANT_MAPPING = gettext_noop("must be `key: value` entries")
_WANT_LIST = gettext_noop("must be a list")
_WANT_NUMBER = gettext_noop("must be a number above 0")
_WANT_BOOLEAN = gettext_noop("must be true or false")
_WANT_DATE = gettext_noop("must be a date such as 2026-12-31")
_WANT_CHOICE = gettext_noop("%(given)s is not one of: %(choices)s")
_WANT_SLUG = gettext_noop("must be 1 to 50 letters, digits, hyphens or underscores")
_WANT_NAME = gettext_noop("must be a name: letters, digits and underscores, at most 50")
_WANT_PLAIN = gettext_noop("must be text, a number, true or false; put anything else in quotes")
_KEY_TEXT = gettext_noop("keys must be text; put this one in quotes")
_KEY_TWICE = gettext_noop("is written twice")
_KEY_UNKNOWN = gettext_noop("is not known here; known: %(known)s")
_KEY_MISSING = gettext_noop("is missing")
_MANY = gettext_noop("holds more than %(most)s entries")


@dataclass(frozen=True)
class Field:
    """A node of the file with its dotted path; every reader answers something usable."""

    node: yaml.Node
    path: str
    report: Report
    first_line: int
    key_line: int

    @property
    def line(self) -> int:
        return self.first_line + int(self.node.start_mark.line)

    @property
    def is_mapping(self) -> bool:
        return isinstance(self.node, yaml.MappingNode)

    @property
    def is_list(self) -> bool:
        return isinstance(self.node, yaml.SequenceNode)

    def complain(self, template: str, /, **values: object) -> None:
        self.report.complain(self.key_line, self.path, template, **values)

    def child(self, name: str, node: yaml.Node, key_line: int) -> "Field":
        path = f"{self.path}.{name}" if self.path else name
        self.report.places[path] = key_line
        return Field(node, path, self.report, self.first_line, key_line)

    # Collections

    def entries(self) -> dict[str, "Field"]:
        """A mapping's values by key, in the file's order."""
        if not isinstance(self.node, yaml.MappingNode):
            self.complain(_WANT_MAPPING)
            return {}
        found: dict[str, Field] = {}
        for key, value in self.node.value[:MAX_ENTRIES]:
            self._add_entry(found, key, value)
        if len(self.node.value) > MAX_ENTRIES:
            self.complain(_MANY, most=MAX_ENTRIES)
        return found

    def _add_entry(self, found: dict[str, "Field"], key: yaml.Node, value: yaml.Node) -> None:
        line = self.first_line + int(key.start_mark.line)
        if not isinstance(key, yaml.ScalarNode) or key.tag != _STR:
            shown = str(key.value) if isinstance(key, yaml.ScalarNode) else "?"
            self.report.complain(line, self.child_path(shown), _KEY_TEXT)
        elif key.value in found:
            self.report.complain(line, self.child_path(key.value), _KEY_TWICE)
        elif _UNSTORABLE.search(key.value):
            self.report.complain(line, self.path, _UNSTORABLE_TEXT)
        else:
            found[key.value] = self.child(key.value, value, line)

    def child_path(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name

    def known(
        self, names: Collection[str], *, required: Collection[str] = ()
    ) -> dict[str, "Field"]:
        """The mapping's entries, complaining about unknown and missing keys."""
        found = self.entries()
        for name in [name for name in found if name not in names]:
            found.pop(name).complain(_KEY_UNKNOWN, known=", ".join(names))
        if isinstance(self.node, yaml.MappingNode):
            for name in required:
                if name not in found and not self._complained_of(name):
                    self.report.complain(self.key_line, self.child_path(name), _KEY_MISSING)
        return found

    def _complained_of(self, name: str) -> bool:
        path = self.child_path(name)
        return any(complaint.field == path for complaint in self.report.complaints)

    def rows(self) -> Iterator[tuple[str, "Field"]]:
        """The entries whose key is a slug."""
        for slug, row in self.entries().items():
            if SLUG.fullmatch(slug):
                yield slug, row
            else:
                row.complain(_WANT_SLUG)

    def names(self) -> Iterator[tuple[str, "Field"]]:
        """The entries whose key is a name, as in `${name}`."""
        for name, row in self.entries().items():
            if NAME.fullmatch(name):
                yield name, row
            else:
                row.complain(_WANT_NAME)

    def items(self) -> list["Field"]:
        if not isinstance(self.node, yaml.SequenceNode):
            self.complain(_WANT_LIST)
            return []
        if len(self.node.value) > MAX_ENTRIES:
            self.complain(_MANY, most=MAX_ENTRIES)
        return [self._item(index, node) for index, node in enumerate(self.node.value[:MAX_ENTRIES])]

    def _item(self, index: int, node: yaml.Node) -> "Field":
        path, line = f"{self.path}[{index}]", self.first_line + int(node.start_mark.line)
        self.report.places[path] = line
        return Field(node, path, self.report, self.first_line, line)

    def one_or_more(self) -> list["Field"]:
        """A list's items, or the single value as a list of one."""
        return self.items() if isinstance(self.node, yaml.SequenceNode) else [self]

    # Scalars

    def text(self, most: int, *, lines: bool = False) -> str:
        if not isinstance(self.node, yaml.ScalarNode) or self.node.tag == _NULL:
            self.complain(_EMPTY if self.node.tag == _NULL else _WANT_TEXT)
        elif self.node.tag != _STR:
            self.complain(_WANT_TEXT)
        elif not self.node.value.strip():
            self.complain(_EMPTY)
        elif len(self.node.value) > most:
            self.complain(_TOO_LONG, most=most)
        elif _UNSTORABLE.search(self.node.value):
            self.complain(_UNSTORABLE_TEXT)
        elif not lines and "\n" in self.node.value:
            self.complain(_WANT_ONE_LINE)
        else:
            return str(self.node.value)
        return ""

    def slug(self) -> str:
        text = self.text(200)
        if text and not SLUG.fullmatch(text):
            self.complain(_WANT_SLUG)
            return ""
        return text

    def choice(self, choices: Collection[str], default: str) -> str:
        text = self.text(200)
        if text and text not in choices:
            self.complain(_WANT_CHOICE, given=text, choices=", ".join(choices))
        return text if text in choices else default

    def boolean(self) -> bool:
        if not isinstance(self.node, yaml.ScalarNode) or self.node.tag != _BOOL:
            self.complain(_WANT_BOOLEAN)
            return False
        if self.node.value not in _PLAIN_BOOL:
            self.complain(_WANT_BOOLEAN)
        return _PLAIN_BOOL.get(self.node.value, False)

    def positive_number(self) -> float:
        number = _number(self.node)
        if number is None or not 0 < number <= 1_000_000:
            self.complain(_WANT_NUMBER)
            return 1.0
        return float(number)

    def date(self) -> datetime.date | None:
        try:
            if self.node.tag in (_DATE, _STR) and isinstance(self.node, yaml.ScalarNode):
                return datetime.date.fromisoformat(self.node.value)
        except ValueError:
            pass
        self.complain(_WANT_DATE)
        return None

    def plain(self) -> Plain:
        """Any value a probe's parameter or a fact can have."""
        if isinstance(self.node, yaml.SequenceNode):
            return [item.plain() for item in self.items()]
        if isinstance(self.node, yaml.MappingNode):
            return {key: value.plain() for key, value in self.entries().items()}
        number = _number(self.node)
        if number is not None:
            return number
        if self.node.tag == _BOOL and self.node.value in _PLAIN_BOOL:
            return _PLAIN_BOOL[self.node.value]
        if self.node.tag == _STR and not _UNSTORABLE.search(self.node.value):
            return str(self.node.value)
        self.complain(_WANT_PLAIN)
        return ""


def _number(node: yaml.Node) -> int | float | None:
    if node.tag == _INT and _PLAIN_INT.fullmatch(node.value):
        return int(node.value)
    if node.tag == _FLOAT and _PLAIN_FLOAT.fullmatch(node.value):
        number = float(node.value)
        return number if math.isfinite(number) else None
    return None
