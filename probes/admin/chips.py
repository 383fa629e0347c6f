"""States in the admin's lists: a shape, a word and a colour together."""

from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString

from probes.templatetags.states import LOOKS, NEVER_RUN


def chip(name: str, shape: str, word: Any) -> SafeString:
    """`name` is one of ok, warning, critical, unknown, never: what it is coloured as."""
    return format_html(
        '<span class="chip {}"><span class="shape" aria-hidden="true">{}</span>{}</span>',
        name,
        shape,
        word,
    )


def status_chip(status: str) -> SafeString:
    """For a run's status; an empty one has never run."""
    look = LOOKS.get(status, NEVER_RUN)
    return chip(look.name, look.shape, look.word)
