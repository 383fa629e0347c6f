"""Static files under addresses that change with their content, so that browsers keep them for long.

`manage.py up` serves files from where they lie, without collectstatic, so there is no manifest.
An address carries a digest as `?v=`; only an answer whose digest is right may be kept.
"""

import hashlib
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage
from django.http import HttpRequest, HttpResponse

_DIGITS = 10
FOREVER = "max-age=31536000, public, immutable"


def digest_of(name: str) -> str:
    """The first digits of the file's SHA-256; empty where there is no such file.

    A file that changed under a running server gets a new digest: it is read again then.
    """
    path = _path_of(name)
    if not path:
        return ""
    about = Path(path).stat()
    return _digest(path, about.st_mtime_ns, about.st_size)


@lru_cache(maxsize=1024)
def _path_of(name: str) -> str:
    # Looks into every app's folder; where a file lies does not change.
    found = finders.find(name)
    return found if isinstance(found, str) else ""


@lru_cache(maxsize=1024)
def _digest(path: str, changed_ns: int, size_bytes: int) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:_DIGITS]


class DigestedFiles(StaticFilesStorage):
    """What `{% static %}` asks for an address."""

    def url(self, name: str | None) -> str:
        address = super().url(name)
        digest = digest_of(name or "")
        return f"{address}?v={digest}" if digest else address


class KeepDigested:
    """Tells browsers to keep a file that was asked for by its right digest. Before WhiteNoise."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.get_response(request)
        if _is_asked_by_digest(request) and answer.status_code in (200, 304):
            answer["Cache-Control"] = FOREVER
        return answer


def _is_asked_by_digest(request: HttpRequest) -> bool:
    name = request.path_info.removeprefix(settings.STATIC_URL)
    if name == request.path_info or "v" not in request.GET:
        return False
    return request.GET["v"] == digest_of(name)
