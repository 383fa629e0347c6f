"""What is masked before anything that a person or a target wrote is stored."""

from functools import lru_cache
from typing import Any

from probes.engine.redact import redact, strip_controls

_SHORT = 200


def masked(value: Any) -> Any:
    """The value with secrets masked and controls removed in every string, however deep."""
    match value:
        case str():
            return _text(value)
        case dict():
            return {str(key): _masked_under(str(key), inner) for key, inner in value.items()}
        case list() | tuple():
            return [masked(inner) for inner in value]
        case _:
            return value


def _masked_under(key: str, value: Any) -> Any:
    """A secret often shows only by its name: `{"password": "..."}`."""
    if not isinstance(value, str):
        return masked(value)
    if len(value) > _SHORT:
        return _named_text(key, value)
    return _short_named_text(key, value)


def _text(text: str) -> str:
    return _short_text(text) if len(text) <= _SHORT else _masked_text(text)


def _masked_text(text: str) -> str:
    return redact(strip_controls(text)).text


def _named_text(key: str, value: str) -> str:
    named = f"{key}: "
    text = redact(named + strip_controls(value)).text
    return text.removeprefix(named) if text.startswith(named) else redact(value).text


# What runs again and again says the same: most short texts were masked before.
_short_text = lru_cache(maxsize=4096)(_masked_text)
_short_named_text = lru_cache(maxsize=4096)(_named_text)
