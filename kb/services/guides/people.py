"""Who does something: a user, or nobody in particular."""

from django.contrib.auth.models import AnonymousUser, User

Person = User | AnonymousUser | None


def person(by: Person) -> User | None:
    """The user, where somebody is logged in."""
    return by if isinstance(by, User) else None
