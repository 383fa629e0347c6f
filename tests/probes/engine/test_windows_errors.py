"""Connecting on Windows: its numbers say the same as everybody else's."""

import errno

import pytest

from probes.engine.errors import CannotLook
from probes.engine.network.connect import outcome_of
from probes.engine.network.windows_errors import in_posix_words, posix_name


def raised_on_windows(number: int, words: str) -> OSError:
    """As Windows raises it; elsewhere an OSError has no `winerror` of its own."""
    error = OSError(errno.EINVAL, words)
    error.winerror = number
    return error


@pytest.mark.parametrize(
    ("number", "words", "outcome"),
    [
        (1225, "The remote computer refused the network connection", "refused"),
        (10061, "대상 컴퓨터에서 연결을 거부했으므로 연결하지 못했습니다", "refused"),
        (121, "The semaphore timeout period has expired", "timed_out_connect"),
        (10060, "연결된 구성원으로부터 응답이 없어 연결하지 못했거나", "timed_out_connect"),
        (64, "The specified network name is no longer available", "reset"),
        (10054, "현재 연결은 원격 호스트에 의해 강제로 끊겼습니다", "reset"),
        (10053, "An established connection was aborted by the software", "reset"),
        (1231, "The network location cannot be reached", "no_route"),
        (1232, "The network location cannot be reached", "no_route"),
        (10065, "A socket operation was attempted to an unreachable host", "no_route"),
    ],
)
def test_number_of_windows_has_the_outcome_of_its_posix_one(
    number: int, words: str, outcome: str
) -> None:
    assert outcome_of(raised_on_windows(number, words)) == outcome


@pytest.mark.parametrize(
    ("number", "reason_code"),
    [(10013, "permission_denied"), (10055, "runner_overloaded"), (10049, "runner_overloaded")],
)
def test_what_this_host_refuses_is_not_the_targets_doing(number: int, reason_code: str) -> None:
    with pytest.raises(CannotLook) as caught:
        outcome_of(raised_on_windows(number, "An attempt was made to access a socket"))

    assert caught.value.reason_code == reason_code


def test_other_errors_stay_as_they_are() -> None:
    error = ConnectionResetError(errno.ECONNRESET, "reset")

    assert in_posix_words(error) is error
    assert posix_name(errno.ECONNRESET) == "ECONNRESET"
    assert posix_name(None) is None
