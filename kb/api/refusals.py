"""What the services refuse, as API errors with stable codes."""

from collections.abc import Iterable
from functools import singledispatch
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import APIView

from kb import services
from probes.services import RequestRefused


class Conflict(exceptions.APIException):
    status_code = status.HTTP_409_CONFLICT
    default_code = "conflict"


class Refused(exceptions.ValidationError):
    """A request that is well formed and cannot be done; says every reason at once."""

    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY


class RefusingView(APIView):
    """A view whose services may refuse; the client reads why."""

    def handle_exception(self, exc: Exception) -> Response:
        return super().handle_exception(api_error(exc))


def refused_fields(error: RequestRefused) -> Refused:
    """What was wrong with the one thing asked for, by the request's own fields."""
    return Refused(
        {
            problem.field: [exceptions.ErrorDetail(problem.message, code=problem.code)]
            for problem in error.problems
        }
    )


@singledispatch
def api_error(error: Exception) -> Exception:
    """The API's own error for what a service raised; anything else stays what it is."""
    return error


@api_error.register
def _needs_confirmation(error: services.NeedsConfirmation) -> Exception:
    return _parameters(
        error.values,
        "needs_confirmation",
        _("%(name)s was read from the text as %(value)s; send it in `parameters` to confirm it."),
    )


@api_error.register
def _missing_parameters(error: services.MissingParameters) -> Exception:
    return _parameters(
        error.values, "missing_parameter", _("%(name)s is needed; send it in `parameters`.")
    )


def _parameters(values: Iterable[Any], code: str, sentence: str) -> Refused:
    return Refused(
        {
            "parameters": {
                one.name: [
                    exceptions.ErrorDetail(
                        sentence % {"name": one.name, "value": one.value}, code=code
                    )
                ]
                for one in values
            }
        }
    )


@api_error.register
def _bad_parameters(error: services.BadParameters) -> Exception:
    return Refused(
        {
            "parameters": {
                name: [exceptions.ErrorDetail(problem, code="bad_parameter")]
                for name, problem in error.problems.items()
            }
        }
    )


@api_error.register
def _cannot_conclude(error: services.CannotConclude) -> Exception:
    return Conflict(str(error), code="cannot_conclude")


@api_error.register
def _request_refused(error: RequestRefused) -> Exception:
    return Refused(
        {
            "checks": {
                str(problem.index): [exceptions.ErrorDetail(problem.message, code=problem.code)]
                for problem in error.problems
            }
        }
    )
