"""Who may come in: API keys, and passwords that must change."""

import hashlib
import secrets

from django.conf import settings
from django.contrib.auth.models import Permission
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class ApiKey(models.Model):
    """A key of a user, narrowed to scopes. Only the digest of the secret is stored.

    A scope is the name of a permission (`kb.match_text`); a key can do what is both in its
    scopes and among its user's permissions.
    """

    name = models.CharField(_("name"), max_length=120)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="api_keys", verbose_name=_("user")
    )
    digest = models.CharField(max_length=64, unique=True, editable=False)
    scopes = models.ManyToManyField(Permission, blank=True, verbose_name=_("scopes"))
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    last_used_at = models.DateTimeField(_("last used at"), null=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")

    def __str__(self) -> str:
        return self.name

    @staticmethod
    def digest_of(secret: str) -> str:
        # The secret has 240 random bits, so a plain digest cannot be guessed back.
        return hashlib.sha256(secret.encode()).hexdigest()

    @staticmethod
    def new_secret() -> str:
        return "kb_" + secrets.token_urlsafe(30)

    def allows(self, permission: str) -> bool:
        """Whether the key's scopes hold `app_label.codename`."""
        app_label, codename = permission.split(".")
        return self.scopes.filter(content_type__app_label=app_label, codename=codename).exists()


class PasswordDue(models.Model):
    """A user who must choose a new password before doing anything else."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="password_due"
    )

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.user)
