"""What the services refuse about incidents, as API errors with stable codes."""

from rest_framework import exceptions

from incidents.services.errors import BadTime, CannotClose, CannotMerge, IllegalMove
from kb.api.refusals import Conflict, Refused, RefusingView, api_error

__all__ = ["RefusingView"]


@api_error.register
def _illegal_move(error: IllegalMove) -> Exception:
    return Conflict(str(error), code="illegal_move")


@api_error.register
def _cannot_merge(error: CannotMerge) -> Exception:
    return Conflict(str(error), code="cannot_merge")


@api_error.register
def _bad_time(error: BadTime) -> Exception:
    return Refused({"at": [exceptions.ErrorDetail(str(error), code="bad_time")]})


@api_error.register
def _cannot_close(error: CannotClose) -> Exception:
    return Refused(
        {
            name: [exceptions.ErrorDetail(problem, code="cannot_close")]
            for name, problem in error.problems.items()
        }
    )
