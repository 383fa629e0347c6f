"""Every address of the base."""

from django.contrib import admin
from django.contrib.auth import views as auth_views
from django.urls import include, path

from config import health, problems, views
from config.schema import Docs, Schema

urlpatterns = [
    path("admin/", admin.site.urls),
    path("login/", views.Login.as_view(), name="login"),
    path("logout/", auth_views.LogoutView.as_view(), name="logout"),
    path("password/", views.ChangePassword.as_view(), name="password_change"),
    path("language/", views.set_language, name="language"),
    path("theme/", views.set_theme, name="theme"),
    path("tour/", views.set_tour, name="tour"),
    path("health/live", health.live, name="live"),
    path("health/ready", health.ready, name="ready"),
    path("problems/<slug:code>", problems.page, name="problem"),
    path("api/schema/", Schema.as_view(), name="schema"),
    path("api/docs/", Docs.as_view(url_name="schema"), name="docs"),
    path("api/v1/", include("incidents.api_urls")),
    path("api/v1/", include("kb.api_urls")),
    path("api/v1/", include("probes.api_urls")),
    path("", include("incidents.urls")),
    # Before the guides', whose probes/<slug>/ would take the list of schedules for a probe.
    path("", include("probes.urls")),
    path("", include("kb.urls")),
]

handler400 = "config.views.bad_request"
handler403 = "config.views.permission_denied"
handler404 = "config.views.page_not_found"
handler500 = "config.views.server_error"
