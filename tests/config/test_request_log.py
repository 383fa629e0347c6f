"""What the log says of a failed request leads to the id that its error page shows."""

import logging

from django.conf import settings
from django.test import Client

from config.request_log import NamesRequest


def line_of(record: logging.LogRecord) -> str:
    NamesRequest().filter(record)
    form = settings.LOGGING["formatters"]["line"]
    return logging.Formatter(form["format"], style=form["style"]).format(record)


def test_line_of_a_failed_request_holds_its_id(client: Client, caplog) -> None:
    answer = client.get("/api/v1/nowhere")

    [record] = [one for one in caplog.records if one.name == "django.request"]
    assert answer["X-Request-ID"].startswith("req_")
    assert f"django.request {answer['X-Request-ID']} Not Found" in line_of(record)


def test_line_without_a_request_is_as_it_was() -> None:
    record = logging.LogRecord("knownfix.audit", logging.INFO, "", 1, "a token was made", (), None)

    assert line_of(record).endswith("INFO knownfix.audit a token was made")
