"""A place to look from: this host, or a network namespace with an address of its own."""

from collections.abc import Sequence
from dataclasses import dataclass

from tests.lab.machine import found


@dataclass(frozen=True, kw_only=True)
class Place:
    """`namespace` is empty for this host itself."""

    name: str
    address: str
    namespace: str = ""

    def argv(self, argv: Sequence[str]) -> list[str]:
        """The command that runs `argv` there."""
        if not self.namespace:
            return list(argv)
        return [found("ip") or "ip", "netns", "exec", self.namespace, *argv]


HERE = Place(name="here", address="127.0.0.1")
