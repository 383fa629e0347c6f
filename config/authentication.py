"""Who calls the API, and whether the view's declared permission allows it."""

from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from rest_framework import authentication, exceptions, permissions
from rest_framework.request import Request

from config.models import ApiKey
from probes.rights import missing

if TYPE_CHECKING:
    # Imported for real, it would be a circle: the views' defaults name this module.
    from rest_framework.views import APIView


class KeyAuthentication(authentication.BaseAuthentication):
    """`Authorization: Bearer kb_...`"""

    def authenticate(self, request: Request) -> tuple[Any, ApiKey] | None:
        scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        key = (
            ApiKey.objects.select_related("user")
            .filter(digest=ApiKey.digest_of(secret.strip()), revoked_at=None, user__is_active=True)
            .first()
        )
        if key is None:
            raise exceptions.AuthenticationFailed
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=timezone.now())
        return key.user, key

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="knownfix"'


class HasDeclaredPermission(permissions.BasePermission):
    """A view declares `required_permissions = {"GET": "kb.view_guide"}`; what it does not is denied."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        if not hasattr(view, (request.method or "").lower()):
            raise exceptions.MethodNotAllowed(request.method or "")
        needed = getattr(view, "required_permissions", {}).get(request.method)
        if needed is None or isinstance(request.user, AnonymousUser):
            return False
        self.message = missing(request, needed)
        return not self.message
