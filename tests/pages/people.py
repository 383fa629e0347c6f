"""Who looks at a page: someone logged in with exactly some permissions."""

from django.contrib.auth.models import Permission, User
from django.test import Client

RESPONDER = (
    "kb.match_text",
    "kb.view_guide",
    "probes.run_probe",
    "probes.view_probe",
    "probes.view_run",
    "incidents.view_incident",
    "incidents.add_incident",
    "incidents.change_incident",
    "incidents.add_note",
)


def named(permissions: tuple[str, ...]) -> list[Permission]:
    """The permissions of these names (`kb.view_guide`), by one query."""
    found = {
        f"{one.content_type.app_label}.{one.codename}": one
        for one in Permission.objects.select_related("content_type").filter(
            codename__in=[name.partition(".")[2] for name in permissions]
        )
    }
    return [found[name] for name in permissions]


def person(client: Client, *permissions: str, password: str | None = None) -> User:
    """Logged in without a password, unless the test is about one: hashing takes a fifth of a second."""
    user = User.objects.create_user("mina", password=password)
    user.user_permissions.add(*named(permissions))
    client.force_login(user)
    client.cookies["django_language"] = "en"
    return user
