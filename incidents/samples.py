"""Errors to try the product with, for the starter guides that are published."""

from dataclasses import dataclass

from kb.models import Guide

# Only addresses of the machine itself: the checks of a sample look at nothing else.
_TEXTS = {
    "connection": "GET http://localhost:8000/ net::ERR_CONNECTION_REFUSED",
    "ai-api": (
        "GET http://localhost:8001/ net::ERR_CONNECTION_REFUSED\n"
        "INFO:     Uvicorn running on http://0.0.0.0:8001 (Press CTRL+C to quit)\n"
        "ModuleNotFoundError: No module named 'jwt'"
    ),
    "cors-502": (
        "Access to XMLHttpRequest at 'http://127.0.0.1:8000/v1/me' from origin "
        "'http://127.0.0.1:3000' has been blocked by CORS policy: No "
        "'Access-Control-Allow-Origin' header is present on the requested resource.\n"
        "GET http://127.0.0.1:8000/v1/me net::ERR_FAILED 502 (Bad Gateway)"
    ),
}


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A text as someone would paste it, and the title of the guide that answers it."""

    text: str
    guide: str

    @property
    def line(self) -> str:
        return self.text.splitlines()[-1] if "\n" in self.text else self.text


def of_published_guides() -> list[Sample]:
    guides = Guide.objects.published().filter(slug__in=_TEXTS).prefetch_related("translations")
    by_slug = {guide.slug: guide for guide in guides}
    return [
        Sample(text=text, guide=by_slug[slug].localized("title"))
        for slug, text in _TEXTS.items()
        if slug in by_slug
    ]


def curl_line(address: str) -> str:
    """What to type in a terminal to look up the output of a command."""
    return (
        f"your-command 2>&1 | curl -sS --data-binary @- "
        f'-H "Authorization: Bearer $KNOWNFIX_KEY" {address}'
    )
