"""Which files, folders and interpreters a probe may touch. Nothing is allowed until it is listed."""

import os

from probes.engine.errors import CannotLook
from probes.engine.spec import Policy


def allowed_path(path: str, policy: Policy) -> str:
    """The real path, links followed, when it lies in one of the location's folders.

    Raises CannotLook/not_allowed otherwise: a link out of a folder leads out of it.
    """
    real = os.path.realpath(path)
    if any(_inside(real, os.path.realpath(root)) for root in policy.roots):
        return real
    raise CannotLook(
        "not_allowed",
        f"{path} is not in a folder this location allows; add its folder to the location's folders",
    )


def _inside(path: str, root: str) -> bool:
    try:
        return os.path.commonpath([path, root]) == root
    except ValueError:  # two drives, on Windows
        return False


def allowed_interpreter(path: str, policy: Policy) -> str:
    """The interpreter exactly as the location lists it.

    Links are not followed: the `python` of a virtual environment is a link, and another path to
    the same file is another environment.
    """
    if path in policy.interpreters:
        return path
    raise CannotLook(
        "not_allowed",
        f"{path} is not an interpreter this location allows; add it to the location's interpreters",
    )
