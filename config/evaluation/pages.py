"""Every page that links lead to, by the name of the view that answers it."""

import re
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from html.parser import HTMLParser
from urllib.parse import urldefrag, urljoin, urlsplit

from django.urls import Resolver404, resolve

# What no reader opens as a page.
_NOT_FOLLOWED = re.compile(r"^/(api|static|logout)\b|/logout/|/jsi18n/|\.(md|pyz|txt|csv|svg)$")
_HERE = "http://here"

# The HTML at a path of this host; None where there is none.
Fetch = Callable[[str], str | None]


def find_pages(fetch: Fetch, starts: Sequence[str], *, examples: int) -> Mapping[str, list[str]]:
    """At most `examples` paths of each view, in the order in which links lead to them."""
    found: dict[str, list[str]] = defaultdict(list)
    waiting, seen = deque(starts), set(starts)
    while waiting:
        path = waiting.popleft()
        name = _view_name(path)
        if not name or len(found[name]) >= examples:
            continue
        html = fetch(path)
        if html is None:
            continue
        found[name].append(path)
        for link in _links(html, path):
            if link not in seen:
                seen.add(link)
                waiting.append(link)
    return {name: paths for name, paths in found.items() if paths}


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a" and (href := dict(attrs).get("href")):
            self.found.append(href)


def _links(html: str, path: str) -> Iterable[str]:
    parser = _Links()
    parser.feed(html)
    for href in parser.found:
        parts = urlsplit(urldefrag(urljoin(f"{_HERE}{path}", href))[0])
        if f"{parts.scheme}://{parts.netloc}" == _HERE and not _NOT_FOLLOWED.search(parts.path):
            yield parts._replace(scheme="", netloc="").geturl()


def _view_name(path: str) -> str:
    try:
        return resolve(urlsplit(path).path).view_name
    except Resolver404:
        return ""
