"""What is masked before anything that a person or a target wrote is stored."""

from typing import Any

from probes.engine.redact import redact, strip_controls


def masked(value: Any) -> Any:
    """The value with secrets masked and controls removed in every string, however deep."""
    match value:
        case str():
            return redact(strip_controls(value)).text
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
    named = f"{key}: "
    text = redact(named + strip_controls(value)).text
    return text.removeprefix(named) if text.startswith(named) else redact(value).text
