"""What cannot be done with an incident, and why."""

from collections.abc import Mapping


class IllegalMove(ValueError):
    """An incident cannot take this status now; the message says why and what it can become."""


class BadTime(ValueError):
    """A time that cannot be right: in the future, or before what it follows."""


class CannotClose(ValueError):
    """What was given does not say what fixed it; the message says what is missing.

    `problems` has a sentence for each field that has to change, by the field's name.
    """

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__(" ".join(problems.values()))
        self.problems = dict(problems)


class CannotMerge(ValueError):
    """These two incidents cannot become one, or not be parted; the message says why."""
