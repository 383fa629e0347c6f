"""The API's description, and how it speaks of keys and tokens.

drf-spectacular knows the two classes once this is loaded: with the addresses, and not before, because
a worker needs none of it.
"""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.views import SpectacularAPIView as Schema
from drf_spectacular.views import SpectacularSwaggerSplitView as Docs

__all__ = ["AgentScheme", "Docs", "KeyScheme", "Schema"]


class KeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "config.authentication.KeyAuthentication"
    name = "key"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "kb_…"}


class AgentScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "probes.agent_authentication.TokenAuthentication"
    name = "agent"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "ka_…"}
