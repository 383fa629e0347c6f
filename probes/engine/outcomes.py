"""Ways in which a server does not answer, in words that follow its name."""

from collections.abc import Mapping

SAYS: Mapping[str, str] = {
    "refused": "refused the connection",
    "timed_out_connect": "did not answer to connecting; the connection was dropped",
    "timed_out_ttfb": "accepted the connection and then did not answer in time",
    "timed_out_body": "began to answer and did not end in time",
}
