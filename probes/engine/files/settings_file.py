"""One setting of a service, read from its file and never by running it."""

import configparser
import json
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from probes.engine.errors import CannotLook
from probes.engine.files.env_file import parse

FORMS = ("env", "django", "toml", "ini", "json", "yaml")
_ENDINGS = {
    ".py": "django",
    ".toml": "toml",
    ".ini": "ini",
    ".cfg": "ini",
    ".conf": "ini",
    ".json": "json",
    ".yaml": "yaml",
    ".yml": "yaml",
}
_SEPARATORS = re.compile(r"[,;\s]+")
_MISSING = object()


@dataclass(frozen=True, kw_only=True)
class Setting:
    """The parts that are in it for certain, as text; `unclear` says why there may be others."""

    items: tuple[str, ...] = ()
    unclear: str = ""

    def __add__(self, other: "Setting") -> "Setting":
        return Setting(items=self.items + other.items, unclear=self.unclear or other.unclear)


def form_of(path: str) -> str:
    """By the ending; names such as `.env.local` have none that says more."""
    return _ENDINGS.get(PurePath(path).suffix.lower(), "env")


def items_of(value: Any) -> tuple[str, ...]:
    """A list's entries, a mapping's names, the parts of a text: commas, spaces, lines, or JSON."""
    if isinstance(value, Mapping | list | tuple | set | frozenset):
        return tuple(_text(each) for each in value if not isinstance(each, Mapping | list))
    if isinstance(value, str):
        return _parts(value)
    return (_text(value),)


def _parts(text: str) -> tuple[str, ...]:
    if text.lstrip().startswith("["):
        try:
            return items_of(list(json.loads(text)))
        except (ValueError, TypeError, RecursionError):
            pass
    return tuple(part for part in _SEPARATORS.split(text) if part)


def _text(value: Any) -> str:
    """True, yes and on are written differently in each format; here they are one."""
    return str(value).lower() if isinstance(value, bool) or value is None else str(value)


def read_setting(text: str, name: str, *, form: str, shown: str) -> Setting | None:
    """None when the file does not hold it. Raises CannotLook for a file that is not of that form.

    `form` is env, ini, toml, json or yaml; in the last four a name is a path of names with dots.
    """
    try:
        value = _FORMS[form](text, name)
    except (ValueError, configparser.Error, RecursionError) as error:
        first = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise CannotLook("unreadable", f"{shown} is not proper {form}: {first}") from None
    return None if value is _MISSING else Setting(items=items_of(value))


def _of_env(text: str, name: str) -> Any:
    found = parse(text).variables.get(name)
    return _MISSING if found is None else found.value


def _of_ini(text: str, name: str) -> Any:
    parser = configparser.RawConfigParser(strict=False, allow_no_value=True)
    parser.read_string(text)
    for at in [match.start() for match in re.finditer(r"\.", name)]:
        section, option = name[:at], name[at + 1 :]
        if parser.has_option(section, option):
            return parser.get(section, option) or ""
    return parser.defaults().get(name.lower(), _MISSING)


def _of_yaml(text: str, name: str) -> Any:
    try:
        import yaml
    except ImportError:
        raise CannotLook(
            "library_missing",
            "reading YAML needs PyYAML; install it with `python3 -m pip install pyyaml`",
        ) from None
    try:
        return _at(yaml.safe_load(text), name)
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from None


def _at(document: Any, name: str) -> Any:
    for step in name.split("."):
        if not isinstance(document, dict) or step not in document:
            return _MISSING
        document = document[step]
    return document


_FORMS: Mapping[str, Callable[[str, str], Any]] = {
    "env": _of_env,
    "ini": _of_ini,
    "toml": lambda text, name: _at(tomllib.loads(text), name),
    "json": lambda text, name: _at(json.loads(text), name),
    "yaml": _of_yaml,
}
