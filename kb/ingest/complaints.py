"""What is wrong with a file, and where: collected, so that a person sees everything at once."""

import dataclasses
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kb.ingest.drafts import GuideDraft, TranslationDraft


def gettext_noop(message: str) -> str:
    """Mark a sentence for the message catalogue; Django's own is out of reach in here."""
    return message


@dataclasses.dataclass(frozen=True, kw_only=True)
class Complaint:
    """One thing wrong. `line` counts from 1; 0 where there is no file.

    `template` and `values` are kept apart so that surfaces can translate the sentence.
    """

    line: int
    field: str
    template: str
    values: Mapping[str, object] = dataclasses.field(default_factory=dict)

    @property
    def message(self) -> str:
        return self.template % self.values if self.values else self.template

    def __str__(self) -> str:
        return f"line {self.line}: {self.field}: {self.message}"


class BadGuide(Exception):
    """Everything wrong with one file, in the order of its lines.

    `draft` holds what could be understood, so that later rules can add their complaints.
    """

    def __init__(
        self,
        complaints: Iterable[Complaint],
        *,
        draft: "GuideDraft | TranslationDraft | None" = None,
    ) -> None:
        self.complaints = tuple(sorted(complaints, key=lambda c: (c.line, c.field)))
        self.draft = draft
        super().__init__("\n".join(str(complaint) for complaint in self.complaints))


class Report:
    """Complaints as they come up, and the line on which every field stands."""

    def __init__(self) -> None:
        self.complaints: list[Complaint] = []
        self.places: dict[str, int] = {}

    def complain(self, line: int, field: str, template: str, /, **values: object) -> None:
        self.complaints.append(Complaint(line=line, field=field, template=template, values=values))
