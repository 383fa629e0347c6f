"""The pages of a running base, found as a visitor would: by following links."""

from collections.abc import Mapping, Sequence
from urllib.request import Request, urlopen

# Enough to meet a page with and without rows; more would only repeat.
EXAMPLES = 2


def crawl(url: str, cookies: str, starts: Sequence[str]) -> Mapping[str, list[str]]:
    """Paths by the name of the view that answers them; of the admin's one each."""
    from config.evaluation.pages import find_pages

    def fetch(path: str) -> str | None:
        request = Request(f"{url.rstrip('/')}{path}", headers={"Cookie": cookies})
        with urlopen(request, timeout=30) as answer:
            is_page = answer.headers.get_content_type() == "text/html"
            return answer.read().decode() if is_page else None

    found = find_pages(fetch, starts, examples=EXAMPLES)
    return {
        name: paths[: 1 if name.startswith("admin:") else EXAMPLES] for name, paths in found.items()
    }
