"""The configuration's own app: keys, roles and the commands that know every app."""

from django.apps import AppConfig, apps
from django.contrib.admin.apps import AdminConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class ConfigConfig(AppConfig):
    name = "config"
    verbose_name = _("Access")

    def ready(self) -> None:
        from config.roles import ensure_roles

        # After the last app, because each app's permissions are made at its own turn.
        last = [app for app in apps.get_app_configs() if app.models_module][-1]
        post_migrate.connect(ensure_roles, sender=last, dispatch_uid="roles")


class KnownfixAdminConfig(AdminConfig):
    default_site = "config.admin_site.KnownfixAdminSite"
