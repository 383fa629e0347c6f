"""Every API error as `application/problem+json` (RFC 9457) with a stable code."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.views import exception_handler

from config.problem_codes import CODE_OF_STATUS, CODES

Handler = Callable[[HttpRequest], HttpResponse]
MEDIA_TYPE = "application/problem+json"


class ProblemRenderer(JSONRenderer):
    """The body of an error; also where the caller accepts only text, it is this."""

    media_type = MEDIA_TYPE
    charset = None


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One error answer. `code` is a key of CODES, and so has a page under /problems/."""

    code: str
    status: int
    detail: str = ""
    errors: tuple[Mapping[str, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)

    def body(self, request: HttpRequest) -> dict[str, Any]:
        body = {
            "type": f"/problems/{self.code}",
            "title": str(CODES[self.code].title),
            "status": self.status,
            "code": self.code,
            "detail": self.detail or str(CODES[self.code].advice),
            "instance": request.path,
            "request_id": getattr(request, "id", ""),
        }
        return {**body, "errors": list(self.errors)} if self.errors else body


def answer(error: Exception, context: dict[str, Any]) -> Response | None:
    """REST framework's exception handler: None lets Django log the error and answer 500."""
    problem = _of_the_framework(error, context)
    if problem is None:
        return None
    request = context["request"]
    request.accepted_renderer = ProblemRenderer()
    request.accepted_media_type = MEDIA_TYPE
    return Response(
        problem.body(request._request),
        status=problem.status,
        headers=dict(problem.headers),
        content_type=MEDIA_TYPE,
    )


def _of_the_framework(error: Exception, context: dict[str, Any]) -> Problem | None:
    shaped = exception_handler(error, context)
    if shaped is None:
        return None
    headers = {k: v for k, v in shaped.headers.items() if k in ("WWW-Authenticate", "Retry-After")}
    status = shaped.status_code
    if isinstance(error, exceptions.ValidationError):
        errors = tuple(_flat(error.detail))
        code = _shared_code(errors) or CODE_OF_STATUS[status] if status != 400 else "invalid"
        return Problem(code=code, status=status, errors=errors, headers=headers)
    detail = getattr(error, "detail", "")
    says_nothing = str(detail) == str(getattr(error, "default_detail", ""))
    if says_nothing or isinstance(error, Http404 | PermissionDenied):
        # Django's own text names models and rows; the advice of the code says what to do.
        detail = ""
    return Problem(code=_code(error, status), status=status, detail=str(detail), headers=headers)


def _shared_code(errors: Sequence[Mapping[str, str]]) -> str:
    """The code that all errors have, where it has a page of its own; else nothing."""
    codes = {error["code"] for error in errors}
    return codes.pop() if len(codes) == 1 and codes <= CODES.keys() else ""


def _complaint(pointer: str, code: str, detail: object) -> Mapping[str, str]:
    return {"pointer": pointer, "code": code, "detail": str(detail)}


def _code(error: Exception, status: int) -> str:
    if isinstance(error, exceptions.APIException):
        codes = error.get_codes()
        if isinstance(codes, str) and codes in CODES:
            return codes
    return CODE_OF_STATUS.get(status, "bad_request")


def _flat(detail: Any, pointer: str = "") -> Iterator[Mapping[str, str]]:
    """Every leaf of a validation error with the JSON pointer of the value it speaks of."""
    if isinstance(detail, Mapping):
        for key, value in detail.items():
            part = "" if key == "non_field_errors" else f"/{_escaped(str(key))}"
            yield from _flat(value, pointer + part)
    elif isinstance(detail, list | tuple):
        for position, value in enumerate(detail):
            # A list of messages is about the value itself, a list of mappings about its elements.
            nested = isinstance(value, Mapping | list | tuple)
            yield from _flat(value, f"{pointer}/{position}" if nested else pointer)
    else:
        yield _complaint(pointer, getattr(detail, "code", "invalid"), detail)


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")


class ApiProblems:
    """Gives errors that no API view made (no such address, a crash) the same shape.

    Also refuses a body that is too long before anything reads it.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith("/api/"):
            return self.get_response(request)
        if _length(request) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
            detail = _("The body is longer than %(limit)d bytes.") % {"limit": limit}
            return _response(request, Problem(code="too_large", status=413, detail=detail))
        response = self.get_response(request)
        if response.status_code >= 400 and response.get("Content-Type", "") != MEDIA_TYPE:
            return _response(request, _of_status(response.status_code))
        return response


def _length(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


def _of_status(status: int) -> Problem:
    code = CODE_OF_STATUS.get(status)
    if code is None:
        code = "server_error" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "bad_request"
    return Problem(code=code, status=status)


def page(request: HttpRequest, code: str) -> HttpResponse:
    """What a code means and what to do about it: the address an error's `type` names."""
    if code not in CODES:
        raise Http404
    return render(request, "problem.html", {"code": code, "problem": CODES[code]})


def _response(request: HttpRequest, problem: Problem) -> HttpResponse:
    body = json.dumps(problem.body(request), ensure_ascii=False).encode()
    length = {"Content-Length": str(len(body))}
    return HttpResponse(body, status=problem.status, content_type=MEDIA_TYPE, headers=length)
