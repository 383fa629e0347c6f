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


def person(client: Client, *permissions: str, password: str | None = None) -> User:
    """Logged in without a password, unless the test is about one: hashing takes a fifth of a second."""
    user = User.objects.create_user("mina", password=password)
    for permission in permissions:
        app, codename = permission.split(".")
        user.user_permissions.add(
            Permission.objects.get(content_type__app_label=app, codename=codename)
        )
    client.force_login(user)
    client.cookies["django_language"] = "en"
    return user
