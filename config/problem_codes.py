"""The stable codes of API errors: each has a title, what to do about it, and a page."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


@dataclass(frozen=True, kw_only=True)
class Code:
    title: "_StrPromise"
    advice: "_StrPromise"


CODES: Mapping[str, Code] = {
    "invalid": Code(
        title=_("The input is not valid"),
        advice=_(
            "Each entry of `errors` names a field by its JSON pointer and says what is wrong."
        ),
    ),
    "parse_error": Code(
        title=_("The body cannot be read"),
        advice=_("Send JSON in UTF-8, or the text itself as text/plain."),
    ),
    "bad_request": Code(
        title=_("The request cannot be understood"),
        advice=_("Compare the request with the description at /api/docs/."),
    ),
    "not_authenticated": Code(
        title=_("Who is asking?"),
        advice=_("Send an API key: `Authorization: Bearer kb_...`."),
    ),
    "authentication_failed": Code(
        title=_("This key does not open anything"),
        advice=_(
            "The key is unknown or was revoked, or its user is switched off. Use another one."
        ),
    ),
    "permission_denied": Code(
        title=_("This key or user may not do that"),
        advice=_("The user needs the permission, and the key needs it among its scopes."),
    ),
    "not_found": Code(
        title=_("There is nothing here"),
        advice=_("Check the address and the id; a draft is found only by those who may edit it."),
    ),
    "method_not_allowed": Code(
        title=_("The address does not take this method"),
        advice=_("The description at /api/docs/ lists the methods of each address."),
    ),
    "not_acceptable": Code(
        title=_("The answer cannot be given in that form"),
        advice=_("Ask for application/json; match and investigations also know text/plain."),
    ),
    "conflict": Code(
        title=_("Something changed in between"),
        advice=_("Read the current state and try again."),
    ),
    "needs_confirmation": Code(
        title=_("Values from the pasted text must be confirmed"),
        advice=_("Look at the values, then send them in `parameters`."),
    ),
    "missing_parameter": Code(
        title=_("A check needs values that are not known"),
        advice=_("Send the named values as `parameters`."),
    ),
    "bad_parameter": Code(
        title=_("A value cannot be used"),
        advice=_("Each entry of `errors` names a parameter and what it must look like."),
    ),
    "cannot_conclude": Code(
        title=_("This cannot be what fixed it"),
        advice=_("Name a fix or workaround of an investigation that is still open."),
    ),
    "illegal_move": Code(
        title=_("The incident cannot take this status now"),
        advice=_("`next_statuses` of the incident names where it can go."),
    ),
    "cannot_merge": Code(
        title=_("These incidents cannot be merged or parted"),
        advice=_("The detail says why; read both incidents again."),
    ),
    "request_refused": Code(
        title=_("The request is well formed but cannot be done"),
        advice=_("Nothing was changed. Each entry of `errors` names a value and what is wrong."),
    ),
    "idempotency_conflict": Code(
        title=_("The idempotency key belongs to another request"),
        advice=_("Use a new Idempotency-Key for a request that is not the same."),
    ),
    "too_large": Code(
        title=_("The body is too long"),
        advice=_("Send the part around the error; a body may have 1 MB."),
    ),
    "unsupported_media_type": Code(
        title=_("The content type is not known here"),
        advice=_("Send application/json, or the text itself as text/plain."),
    ),
    "throttled": Code(
        title=_("Too many requests"),
        advice=_("Wait for the seconds that Retry-After names."),
    ),
    "server_error": Code(
        title=_("Something broke on our side"),
        advice=_("The log of the server has more under the request id."),
    ),
    "unavailable": Code(
        title=_("The base cannot answer at the moment"),
        advice=_("Try again in a moment; /health/ready says whether the database answers."),
    ),
}

CODE_OF_STATUS: Mapping[int, str] = {
    400: "bad_request",
    401: "not_authenticated",
    403: "permission_denied",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    409: "conflict",
    413: "too_large",
    422: "request_refused",
    415: "unsupported_media_type",
    429: "throttled",
    500: "server_error",
    503: "unavailable",
}
