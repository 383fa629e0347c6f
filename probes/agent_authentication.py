"""Who calls the agents' addresses: an agent, by the token that fixes the location it looks from."""

from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext as _
from rest_framework import authentication, exceptions, permissions
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView

from probes.models import Location
from probes.services import location_of_token


class TokenAuthentication(authentication.BaseAuthentication):
    """`Authorization: Bearer ka_...`; `request.auth` is the token's location."""

    def authenticate(self, request: Request) -> tuple[AnonymousUser, Location] | None:
        scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        location = location_of_token(secret.strip())
        if location is None:
            raise exceptions.AuthenticationFailed(
                _("This agent token is unknown, was revoked, or was replaced by another one.")
            )
        return AnonymousUser(), location

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="knownfix-agent"'


class IsAgent(permissions.BasePermission):
    def has_permission(self, request: Request, view: APIView) -> bool:
        return isinstance(request.auth, Location)


class AgentThrottle(SimpleRateThrottle):
    """Generous for many agents of one location, a bound for one that went wild."""

    scope = "agent"
    rate = "1200/min"

    def get_cache_key(self, request: Request, view: APIView) -> str | None:
        location = request.auth
        return f"agent-{location.pk}" if isinstance(location, Location) else None


class AgentView(APIView):
    """What agents ask. No key and no session opens it, and a token opens nothing else."""

    authentication_classes = [TokenAuthentication]
    permission_classes = [IsAgent]
    throttle_classes = [AgentThrottle]

    @property
    def location(self) -> Location:
        location = self.request.auth
        assert isinstance(location, Location)
        return location
