"""Judging: what status a reason code means, here, for these parameters."""

from collections.abc import Mapping

from probes.engine.spec import Status


def judge(
    reason_code: str,
    *,
    reasons: Mapping[str, Status],
    judging: Mapping[str, Status],
    expectation: Mapping[str, str],
) -> Status:
    """The kind's status, changed by its parameters, then by the definition's expectation.

    UNKNOWN stays UNKNOWN: not having looked cannot be what was hoped for.
    """
    own = reasons[reason_code]
    if own is Status.UNKNOWN:
        return own
    return Status(expectation.get(reason_code, judging.get(reason_code, own)))
