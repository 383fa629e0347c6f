"""What a first start leaves behind: an administrator, and a key for the terminal."""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from django.contrib.auth.models import Permission, User
from django.db import transaction
from django.utils import timezone

from config.models import ApiKey, PasswordDue

TERMINAL_SCOPES = ("kb.match_text", "kb.view_guide")


@dataclass(frozen=True, kw_only=True)
class NewAdmin:
    name: str
    password: str


@transaction.atomic
def ensure_admin() -> NewAdmin | None:
    """Make `admin` when there is no administrator yet; its password is told once, then due."""
    if User.objects.filter(is_superuser=True).exists():
        return None
    password = secrets.token_urlsafe(12)
    name = _free_name("admin")
    admin = User.objects.create_superuser(name, password=password)
    PasswordDue.objects.create(user=admin)
    return NewAdmin(name=name, password=password)


def _free_name(wanted: str) -> str:
    taken = set(User.objects.filter(username__startswith=wanted).values_list("username", flat=True))
    names = [wanted, *(f"{wanted}{number}" for number in range(2, len(taken) + 3))]
    return next(name for name in names if name not in taken)


def ensure_terminal_key(path: Path) -> bool:
    """Keep a key that can look up fixes and read guides in `path`; True when it was made now."""
    if _holds_a_live_key(path):
        return False
    with transaction.atomic():
        _revoke_lost_keys()
        _key, secret = make_key("terminal", user=_terminal_user(), scopes=TERMINAL_SCOPES)
        _write_secret(path, secret)
    return True


def _holds_a_live_key(path: Path) -> bool:
    if not path.is_file():
        return False
    digest = ApiKey.digest_of(path.read_text().strip())
    return ApiKey.objects.filter(digest=digest, revoked_at=None, user__is_active=True).exists()


def _revoke_lost_keys() -> None:
    """A key whose file is gone is in nobody's hands; it should not stay valid."""
    lost = ApiKey.objects.filter(name="terminal", user__username="terminal", revoked_at=None)
    lost.update(revoked_at=timezone.now())


def _terminal_user() -> User:
    user, created = User.objects.get_or_create(username="terminal")
    if created:
        user.set_unusable_password()
        user.save()
    user.user_permissions.add(*permissions(TERMINAL_SCOPES))
    return user


def _write_secret(path: Path, secret: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    # Created closed: a chmod afterwards would leave a moment in which others can read it.
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secret + "\n")


@transaction.atomic
def make_key(name: str, *, user: User, scopes: tuple[str, ...]) -> tuple[ApiKey, str]:
    """A new key and its secret, which is stored nowhere. Raises UnknownScope."""
    secret = ApiKey.new_secret()
    key = ApiKey.objects.create(name=name, user=user, digest=ApiKey.digest_of(secret))
    key.scopes.set(permissions(scopes))
    return key, secret


class UnknownScope(ValueError):
    """A scope that is no permission of the base."""


def permissions(scopes: tuple[str, ...]) -> list[Permission]:
    found = [_permission(scope) for scope in scopes]
    if unknown := [scope for scope, one in zip(scopes, found, strict=True) if one is None]:
        raise UnknownScope(f"Not a permission: {', '.join(unknown)}")
    return [one for one in found if one is not None]


def _permission(scope: str) -> Permission | None:
    app_label, _, codename = scope.partition(".")
    return Permission.objects.filter(content_type__app_label=app_label, codename=codename).first()
