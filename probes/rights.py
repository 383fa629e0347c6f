"""What the caller of the API may do: what the person may, and with a key only what its scopes hold."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.request import Request


def may(request: Request, permission: str) -> bool:
    """Whether the caller may do `app_label.codename`."""
    return not missing(request, permission)


def need(request: Request, permission: str) -> None:
    """Raises PermissionDenied, which names what is missing."""
    if said := missing(request, permission):
        raise exceptions.PermissionDenied(said)


def missing(request: Request, permission: str) -> str:
    """Who lacks the permission, the user or the key, in sentences; empty where nobody does."""
    said = []
    if not request.user.has_perm(permission):
        said.append(_("The user does not have the permission %(name)s."))
    # A session has no key. The key's model belongs to the app above, so it is asked by its shape.
    key: Any = request.auth
    if key is not None and not key.allows(permission):
        said.append(_("The key does not have %(name)s among its scopes."))
    return " ".join(sentence % {"name": permission} for sentence in said)
