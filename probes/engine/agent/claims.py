"""What a claim says: the batch, its lease, what the base would allow, and the items."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from probes.engine.agent.client import Refused
from probes.engine.spec import Policy, ProbeSpec
from probes.engine.wire import limits_from_json, spec_from_json


@dataclass(frozen=True, kw_only=True)
class Work:
    """A claimed batch. `clock_behind` turns this host's time into the base's."""

    batch: str
    epoch: int
    lease_s: float
    clock_behind: timedelta
    wished: Policy
    items: Mapping[int, ProbeSpec]
    refs: Mapping[int, str]

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> "Work":
        """Raises KeyError, TypeError, ValueError (InvalidParams too) for what is no claim."""
        return cls(
            batch=str(given["batch"]),
            epoch=int(given["epoch"]),
            lease_s=float(given["lease_s"]),
            clock_behind=datetime.fromisoformat(given["now"]) - datetime.now(UTC),
            wished=limits_from_json(given["limits"]),
            items={int(one["item"]): spec_from_json(one) for one in given["items"]},
            refs={int(one["item"]): str(one["ref"]) for one in given["items"]},
        )

    @property
    def held(self) -> dict[str, Any]:
        return {"batch": self.batch, "epoch": self.epoch}


def read_work(given: Any) -> Work:
    """Raises Refused for what is no claim."""
    try:
        return Work.read(given)
    except (KeyError, TypeError, ValueError) as error:
        detail = f"what it sent as work cannot be read ({error!r}): fetch agent.pyz from it again"
        raise Refused(200, {"detail": detail}) from None
