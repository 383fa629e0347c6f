"""What a diagnosis found beside its causes: places where the text and the looks disagree."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from kb.models import Check
from probes.models import Run


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One disagreement: `said` in the text (at `span`) or in a log, and where `run` `looked`."""

    kind: str
    said: str
    span: tuple[int, int] | None
    looked: str
    check: Check
    run: Run

    def __str__(self) -> str:
        """As a sentence in the reader's language."""
        return _SENTENCES[self.kind]() % {"said": self.said, "looked": self.looked}


# Functions, because a sentence is in the language of whoever reads it.
_SENTENCES = {
    "running_not_listening": lambda: _(
        "The log says running on %(said)s, but nothing listens there: do not trust that line."
    ),
    "answers_now": lambda: _(
        "The text says “%(said)s”, but %(looked)s answers now: it may have recovered, or the text means another address."
    ),
    "looked_elsewhere": lambda: _("The text names %(said)s, but the check looked at %(looked)s."),
}
