"""The few ways an investigation refuses, each for a decision some caller takes."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kb.services.diagnosing.answers import ParameterValue


class NeedsConfirmation(Exception):
    """Values were read from the paste; a person has to see them before anything runs."""

    def __init__(self, values: "Sequence[ParameterValue]") -> None:
        self.values = tuple(values)
        super().__init__(", ".join(f"{one.name}={one.value}" for one in self.values))


class MissingParameters(Exception):
    """Checks wait for these parameters; nothing was requested."""

    def __init__(self, values: "Sequence[ParameterValue]") -> None:
        self.values = tuple(values)
        super().__init__(", ".join(one.name for one in self.values))


class BadParameters(ValueError):
    """Typed values that cannot be used: name to a sentence. Nothing was stored."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        self.problems = dict(problems)
        super().__init__("; ".join(f"{name}: {text}" for name, text in self.problems.items()))


class CannotConclude(ValueError):
    """This cannot be what fixed it: advice to leave something alone, or concluded before."""
