"""What belongs to no app: coming in, language, theme, and the pages for what went wrong."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import views as auth_views
from django.contrib.auth.forms import PasswordChangeForm
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse, reverse_lazy
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import requires_csrf_token
from django.views.decorators.http import require_POST

from config.context import THEMES
from config.models import PasswordDue

YEAR_S = 365 * 24 * 60 * 60


class Login(auth_views.LoginView):
    template_name = "registration/login.html"
    redirect_authenticated_user = True


class ChangePassword(auth_views.PasswordChangeView):
    template_name = "registration/password_change.html"
    success_url = reverse_lazy("find")

    def form_valid(self, form: PasswordChangeForm) -> HttpResponse:
        answer = super().form_valid(form)
        PasswordDue.objects.filter(user=form.user).delete()
        messages.success(self.request, _("The new password is in use from now on."))
        return answer


@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    answer = HttpResponseRedirect(_where_they_were(request))
    language = request.POST.get("language", "")
    if check_for_language(language) and language in dict(settings.LANGUAGES):
        _remember(answer, settings.LANGUAGE_COOKIE_NAME, language)
    return answer


@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    answer = HttpResponseRedirect(_where_they_were(request))
    theme = request.POST.get("theme", "")
    if theme in THEMES:
        _remember(answer, "theme", theme)
    return answer


@require_POST
def set_tour(request: HttpRequest) -> HttpResponse:
    """Fold the tour of the first page away, or show it again there."""
    is_shown = request.POST.get("tour") == "shown"
    answer = HttpResponseRedirect(reverse("find") if is_shown else _where_they_were(request))
    if is_shown:
        answer.delete_cookie("tour")
    else:
        _remember(answer, "tour", "hidden")
    return answer


def _where_they_were(request: HttpRequest) -> str:
    """The page that held the switch, as long as it is one of ours."""
    wanted = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if is_ours else reverse("find")


def _remember(answer: HttpResponse, name: str, value: str) -> None:
    secure = settings.SESSION_COOKIE_SECURE
    answer.set_cookie(name, value, max_age=YEAR_S, samesite="Lax", secure=secure)


@requires_csrf_token
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    is_too_large = isinstance(exception, RequestDataTooBig)
    status = 413 if is_too_large else 400
    size_bytes = request.META.get("CONTENT_LENGTH") or "0"
    about = {
        "is_too_large": is_too_large,
        "size": int(size_bytes) if size_bytes.isdecimal() else 0,
        "limit": settings.DATA_UPLOAD_MAX_MEMORY_SIZE,
    }
    return render(request, "400.html", about, status=status)


@requires_csrf_token
def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "403.html", status=403)


@requires_csrf_token
def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "404.html", status=404)


@requires_csrf_token
def server_error(request: HttpRequest) -> HttpResponse:
    # Asks neither the session nor the database: either may be what is broken.
    return render(request, "500.html", {"perms": {}, "messages": ()}, status=500)


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without its token: sent from an old page, or with cookies switched off."""
    return render(request, "403_csrf.html", status=403)
