"""What can go wrong around a probe: complaints about its definition, and reasons not to look."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Complaint:
    """One thing wrong with a definition: which field, and a sentence that says what."""

    field: str
    message: str

    def __str__(self) -> str:
        return f"{self.field}: {self.message}"


class InvalidParams(ValueError):
    """A definition cannot be used; `complaints` holds everything wrong with it at once."""

    def __init__(self, complaints: Iterable[Complaint]) -> None:
        self.complaints = tuple(complaints)
        super().__init__("; ".join(str(complaint) for complaint in self.complaints))


class CannotLook(Exception):
    """The probe could not look: the run is UNKNOWN and never evidence."""

    def __init__(self, reason_code: str, message: str) -> None:
        self.reason_code = reason_code
        super().__init__(message)
