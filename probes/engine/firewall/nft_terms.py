"""The words of nft's JSON: what an expression looks at, and how a rule is written."""

import json
from collections.abc import Mapping
from typing import Any


class Unclear(Exception):
    """An expression that is not understood."""


def subject(left: Mapping[str, Any]) -> tuple[Any, Any, Any]:
    """Sort, and what of it: ("payload", "tcp", "dport"). Raises Unclear."""
    match left:
        case {"payload": {"protocol": protocol, "field": field}}:
            return ("payload", protocol, field)
        case {"meta": {"key": key}}:
            return ("meta", key, None)
        case {"ct": {"key": key}}:
            return ("ct", key, None)
        case {"fib": {"result": result, "flags": flags}}:
            return ("fib", result, tuple(flags) if isinstance(flags, list) else (flags,))
        case {"&": [{"payload": {"protocol": "tcp", "field": "flags"}}, _]}:
            return ("flags", None, None)
        case _:
            raise Unclear


def value_of(element: Any) -> Any:
    """An element may carry a comment, a counter or a timeout."""
    return element["elem"]["val"] if isinstance(element, dict) and "elem" in element else element


def shown(rule: Mapping[str, Any]) -> str:
    """The rule much as nft writes it."""
    parts = [_shown_part(one) for one in rule.get("expr", ())]
    return " ".join(part for part in parts if part)[:300]


def _shown_part(one: Any) -> str:
    match one:
        case {"match": {"op": op, "left": left, "right": right}}:
            sign = "" if op in ("==", "in") else f" {op}"
            return f"{_shown_left(left)}{sign} {_shown_right(right)}"
        case {"jump": {"target": target}}:
            return f"jump {target}"
        case {"goto": {"target": target}}:
            return f"goto {target}"
        case {"counter": _}:
            return ""
        case {"vmap": {"key": key}}:
            return f"{_shown_left(key)} vmap"
        case {"xt": {"name": name}}:
            return f"xt {name}"
        case dict():
            return " ".join(one)
    return str(one)


def _shown_left(left: Any) -> str:
    try:
        words = [word for word in subject(left) if isinstance(word, str)]
    except Unclear:
        return json.dumps(left)[:80]
    return " ".join(words[1:] if words[0] in ("payload", "meta") else words)


def _shown_right(right: Any) -> str:
    match right:
        case {"set": items}:
            return "{ " + ", ".join(_shown_right(value_of(item)) for item in items[:20]) + " }"
        case list():
            return ",".join(_shown_right(item) for item in right[:20])
        case {"range": [low, high]}:
            return f"{low}-{high}"
        case {"prefix": {"addr": address, "len": length}}:
            return f"{address}/{length}"
    return str(right) if isinstance(right, str | int) else json.dumps(right)[:80]
