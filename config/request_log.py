"""The request's id in the lines of the log that a request caused, as error pages promise."""

import logging


class NamesRequest(logging.Filter):
    """Gives a record `about`: ` req_...` where a request stands behind it, else nothing."""

    def filter(self, record: logging.LogRecord) -> bool:
        request_id = getattr(getattr(record, "request", None), "id", "")
        record.about = f" {request_id}" if request_id else ""
        return True
