"""What every answer passes through: a request id, the content policy, logins that have ended."""

from collections.abc import Callable
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from probes import public_ids

Handler = Callable[[HttpRequest], HttpResponse]

# No inline script or style, nothing from another host, no framing.
CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)


class RequestId:
    """Names each request, so that an error page and the log speak of the same thing."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.id = public_ids.new_id("req")  # type: ignore[attr-defined]
        response = self.get_response(request)
        response["X-Request-ID"] = request.id  # type: ignore[attr-defined]
        return response


class ContentSecurityPolicy:
    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", CONTENT_POLICY)
        return response


class NoNulInAddress:
    """Refuses a NUL in an address. PostgreSQL stores none, and asked for one it raises."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\x00" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            raise BadRequest("a NUL in the address")
        return self.get_response(request)


class PasswordMustChange:
    """Sends a user whose password is due to the page that changes it, and nowhere else."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: object, args: object, kwargs: object
    ) -> HttpResponse | None:
        match = request.resolver_match
        if match is None or match.url_name in ("password_change", "logout", "language", "theme"):
            return None
        if not (request.user.is_authenticated and hasattr(request.user, "password_due")):
            return None
        if request.headers.get("HX-Request") == "true":
            return HttpResponse(status=204)  # a whole page has no place in a fragment's
        return redirect(reverse("password_change"))


class SessionEnded:
    """Leads someone whose login ended over a form back to the page that held it, not to its target.

    A target often takes POST only. The page keeps what was typed and puts it back
    (`drafts.js`). A fragment would show the login inside the page, so there the page itself goes.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != 302 or not _leads_to_login(response["Location"]):
            return response
        if request.headers.get("HX-Request") == "true":
            return HttpResponse(status=204, headers={"HX-Redirect": _login_again(request)})
        return redirect(_login_again(request)) if request.method == "POST" else response


def _leads_to_login(address: str) -> bool:
    return urlsplit(address).path == resolve_url(settings.LOGIN_URL) and "next=" in address


def _login_again(request: HttpRequest) -> str:
    stood_on = request.headers.get("HX-Current-URL") or request.headers.get("Referer", "")
    is_ours = url_has_allowed_host_and_scheme(
        stood_on, {request.get_host()}, require_https=request.is_secure()
    )
    page = urlsplit(stood_on) if is_ours else urlsplit(reverse("find"))
    back = f"{page.path}?{page.query}" if page.query else page.path
    query = urlencode({"next": back, "ended": "yes"})
    return f"{resolve_url(settings.LOGIN_URL)}?{query}"
