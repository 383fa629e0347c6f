"""What nearly every test would do again to the same end: done once for a process, or cheaply."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test.utils import override_settings


@pytest.fixture(scope="session", autouse=True)
def static_files_listed_once() -> Iterator[None]:
    """A test client starts the middleware anew, and WhiteNoise would look for every file again.

    That was a quarter of the time of the tests of pages. The first list is WhiteNoise's own.
    """
    from whitenoise.middleware import WhiteNoiseMiddleware as Middleware

    listed: dict[str, Any] = {}
    list_files = Middleware.add_files_from_finders

    def list_once(middleware: Any) -> None:
        if not listed:
            list_files(middleware)
            listed.update(middleware.files)
        middleware.files.update(listed)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Middleware, "add_files_from_finders", list_once)
        yield


@pytest.fixture(scope="session", autouse=True)
def passwords_hashed_quickly() -> Iterator[None]:
    """The product's own hashing is slow on purpose: a fifth of a second for each password."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield
