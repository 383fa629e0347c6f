"""Who is working in the admin."""

from django.contrib.auth.models import User
from django.http import HttpRequest


def person(request: HttpRequest) -> User:
    """The user; the admin lets nobody in without one."""
    assert isinstance(request.user, User)
    return request.user
