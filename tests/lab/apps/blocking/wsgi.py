"""A WSGI application whose worker never comes back from a request, unless it is told to serve."""

import os
import time
from collections.abc import Callable, Iterable
from typing import Any


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    while os.environ.get("BLOCKS") == "1":
        time.sleep(60)
    start_response("200 OK", [("Content-Type", "application/json")])
    return [b'{"status": "OK"}']
