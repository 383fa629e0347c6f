"""What each page of the configured base takes on the server, asked in this process."""

import gzip
import time
from statistics import median

from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection
from django.http import HttpResponseBase
from django.test import Client
from django.test.utils import CaptureQueriesContext

from config.evaluation.pages import find_pages

STARTS = ("/", "/admin/")


def measure_pages(rounds: int, *, only: str = "") -> dict[str, dict[str, float | str]]:
    """The figures of each view, of the first page that links lead to, and that page's `path`.

    `only` keeps the views whose name holds it.
    """
    client = administrator()
    pages = find_pages(lambda path: _html(client, path), STARTS, examples=1)
    return {
        name: {**measure_page(client, paths[0], rounds), "path": paths[0]}
        for name, paths in pages.items()
        if only in name
    }


def administrator() -> Client:
    # As the product asks its own pages: no other host, and a session as anyone has.
    client = Client(SERVER_NAME=settings.ALLOWED_HOSTS[0], raise_request_exception=False)
    client.force_login(User.objects.filter(is_superuser=True)[0])
    return client


def _html(client: Client, path: str) -> str | None:
    answer = client.get(path)
    is_page = answer.status_code == 200 and answer["Content-Type"].startswith("text/html")
    return _content(answer).decode() if is_page else None


def _content(answer: HttpResponseBase) -> bytes:
    return b"".join(answer) if answer.streaming else bytes(getattr(answer, "content", b""))


def measure_page(client: Client, path: str, rounds: int) -> dict[str, float]:
    """`ms` of the clock and `cpu_ms` of this process (medians of `rounds`, after a first time),
    `queries`, and `bytes` of the compressed page.
    """
    took, busy = [], []
    with CaptureQueriesContext(connection) as asked:
        content = _content(client.get(path))
        queries = len(asked)
    for _ in range(rounds):
        started, began = time.perf_counter(), time.process_time()
        client.get(path)
        took.append(time.perf_counter() - started)
        busy.append(time.process_time() - began)
    return {
        "ms": 1000 * median(took),
        "cpu_ms": 1000 * median(busy),
        "queries": queries,
        "bytes": len(gzip.compress(content)),
    }
