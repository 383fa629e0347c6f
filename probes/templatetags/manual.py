"""A question to a person, and the answers there are."""

from collections.abc import Mapping

from django import template
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from probes.models import Probe
from probes.services.manual import answers_of, question_of

register = template.Library()

ANSWERS: Mapping[str, str | Promise] = {
    "confirmed": gettext_lazy("Yes"),
    "denied": gettext_lazy("No"),
    "skipped": gettext_lazy("Cannot tell"),
}


@register.filter
def question(probe: Probe) -> SafeString:
    """What a manual check asks the person; what stands in backticks is code."""
    pieces = question_of(probe).split("`")
    is_paired = len(pieces) % 2 == 1
    return format_html_join(
        "" if is_paired else "`",
        "{}",
        (
            (format_html("<code>{}</code>", piece) if is_paired and place % 2 else piece,)
            for place, piece in enumerate(pieces)
        ),
    )


@register.filter
def answer_word(code: str) -> str:
    """The answer as a person gives it to the question."""
    return str(ANSWERS.get(code, code))


@register.filter
def answer_codes(probe: Probe) -> list[str]:
    """What a person can answer to a manual check."""
    return answers_of(probe)
