"""Which HTML of an author may reach a reader."""

import re

import nh3

_TAGS = {
    "a", "abbr", "b", "blockquote", "br", "code", "dd", "del", "details", "div", "dl", "dt",
    "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "kbd", "li", "ol", "p", "pre",
    "s", "span", "strong", "sub", "summary", "sup", "table", "tbody", "td", "th", "thead",
    "tr", "u", "ul",
}  # fmt: skip
_ATTRIBUTES = {
    "a": {"href", "title"},
    "abbr": {"title"},
    "img": {"src", "alt", "title"},
    "ol": {"start"},
    "span": {"title"},
    "td": {"align"},
    "th": {"align"},
    **{f"h{level}": {"id"} for level in range(1, 7)},
}
# A second slash or a backslash makes the rest of a path another host.
_SAME_ORIGIN = re.compile(r"/(?![/\\])[^\s\\]*")


def is_same_origin(address: str) -> bool:
    return _SAME_ORIGIN.fullmatch(address) is not None


def clean(html: str) -> str:
    """Only known tags and attributes, no scripts, no styles, no image from elsewhere."""
    return nh3.clean(
        html,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        allowed_classes={"span": {"missing-guide"}},
        attribute_filter=_keep,
        url_schemes={"http", "https", "mailto"},
    )


def _keep(tag: str, attribute: str, value: str) -> str | None:
    if (tag, attribute) == ("img", "src") and not is_same_origin(value):
        return None
    return value
