"""`Idempotency-Key`: the same creating request again gets the stored answer and creates nothing."""

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import exceptions, status
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from probes.models import AnsweredRequest
from probes.services import scoped_key

MAX_KEY_CHARS = 200
KEPT = timedelta(hours=24)
KEY_HEADER = OpenApiParameter(
    name="Idempotency-Key", location=OpenApiParameter.HEADER, type=str, required=False
)
Post = Callable[..., Response]


class KeyReused(exceptions.APIException):
    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    default_code = "idempotency_conflict"


def idempotency_key(request: Request) -> str | None:
    key = request.headers.get("Idempotency-Key")
    if key is not None and not 0 < len(key.strip()) <= MAX_KEY_CHARS:
        message = _("Send 1 to %(most)d characters.") % {"most": MAX_KEY_CHARS}
        raise exceptions.ValidationError({"Idempotency-Key": [message]})
    return key


def creates_once(post: Post) -> Post:
    """For a view's `post`: under a key it runs once; a refused request may be sent again.

    Everything it stores is stored together with its answer. Of two at once the second waits for
    the first. Raises KeyReused where the key belongs to another request.
    """

    @extend_schema(parameters=[KEY_HEADER])
    @wraps(post)
    def once(view: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        key = idempotency_key(request)
        if key is None:
            return post(view, request, *args, **kwargs)
        with transaction.atomic():
            row, is_new = _claimed(key, request)
            if not is_new:
                return _again(row, _digest(request))
            response = post(view, request, *args, **kwargs)
            _keep(row, response)
            return response

    return once


def _claimed(key: str, request: Request) -> tuple[AnsweredRequest, bool]:
    AnsweredRequest.objects.filter(created_at__lt=timezone.now() - KEPT).delete()
    someone: Any = request.user
    return AnsweredRequest.objects.get_or_create(
        key=scoped_key(key, by=someone), defaults={"request_hash": _digest(request)}
    )


def _digest(request: Request) -> str:
    asked = [request.method, request.path, request.data]
    canonical = json.dumps(asked, sort_keys=True, default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _keep(row: AnsweredRequest, response: Response) -> None:
    row.status = response.status_code
    row.body = JSONRenderer().render(response.data).decode()
    row.location = response.get("Location", "")
    row.save(update_fields=["status", "body", "location"])


def _again(row: AnsweredRequest, digest: str) -> Response:
    if row.request_hash != digest:
        raise KeyReused(_("This Idempotency-Key was used for another request; take a new one."))
    headers = {"Idempotency-Replayed": "true"}
    if row.location:
        headers["Location"] = row.location
    return Response(json.loads(row.body), status=row.status, headers=headers)
