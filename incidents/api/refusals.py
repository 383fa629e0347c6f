"""What the services refuse about incidents, as API errors with stable codes."""

from collections.abc import Iterator
from contextlib import contextmanager

from rest_framework import exceptions

from incidents.services.errors import BadTime, CannotClose, CannotMerge, IllegalMove
from kb.api.refusals import Conflict, Refused, RefusingView, api_error

__all__ = ["RefusingView", "time_from"]


@api_error.register
def _illegal_move(error: IllegalMove) -> Exception:
    return Conflict(str(error), code="illegal_move")


@api_error.register
def _cannot_merge(error: CannotMerge) -> Exception:
    return Conflict(str(error), code="cannot_merge")


@api_error.register
def _bad_time(error: BadTime) -> Exception:
    return _bad_time_in("at", error)


def _bad_time_in(field: str, error: BadTime) -> Refused:
    return Refused({field: [exceptions.ErrorDetail(str(error), code="bad_time")]})


@contextmanager
def time_from(field: str) -> Iterator[None]:
    """Names the request's own field where its time cannot be right."""
    try:
        yield
    except BadTime as error:
        raise _bad_time_in(field, error) from error


@api_error.register
def _cannot_close(error: CannotClose) -> Exception:
    return Refused(
        {
            name: [exceptions.ErrorDetail(problem, code="cannot_close")]
            for name, problem in error.problems.items()
        }
    )
