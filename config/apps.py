"""The configuration's own app: keys, roles and the commands that know every app."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class ConfigConfig(AppConfig):
    name = "config"


class KnownfixAdminConfig(AdminConfig):
    default_site = "config.admin_site.KnownfixAdminSite"
