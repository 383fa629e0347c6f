"""The `${name}` placeholders of a definition: which there are, and filling them in, once."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from probes.engine.errors import Complaint, InvalidParams

PLACEHOLDER = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


def placeholders(params: Any) -> frozenset[str]:
    """Every name that `params` holds as `${name}`, however deep."""
    found: set[str] = set()
    _walk(params, lambda text: found.update(PLACEHOLDER.findall(text)))
    return frozenset(found)


def fill(params: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """`params` with every placeholder replaced, in one pass: values are never expanded again.

    A text that is exactly `${port}` takes the value with its type. Raises InvalidParams with
    one complaint per missing name, its field being that name.
    """
    missing = sorted(name for name in placeholders(params) if values.get(name) is None)
    if missing:
        raise InvalidParams(
            Complaint(field=name, message=f"no value was given for ${{{name}}}") for name in missing
        )
    filled = _walk(params, lambda text: _fill_text(text, values))
    return dict(filled)


def holds_placeholder(value: Any) -> bool:
    return isinstance(value, str) and PLACEHOLDER.search(value) is not None


def _fill_text(text: str, values: Mapping[str, Any]) -> Any:
    if whole := PLACEHOLDER.fullmatch(text):
        return values[whole.group(1)]
    return PLACEHOLDER.sub(lambda match: _as_text(values[match.group(1)]), text)


def _as_text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _walk(value: Any, change: Callable[[str], Any]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        return {key: _walk(inner, change) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_walk(inner, change) for inner in value]
    return value
