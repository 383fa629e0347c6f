"""The web server: waitress on a socket that the supervisor bound and keeps.

`python -m config.running.web FD`. The socket outlives this process: while a new one starts after
a crash, requests wait in its queue.
"""

import os
import signal
import socket
import sys
from types import FrameType

import waitress

from config.running import parent

# Eight busy and as many waiting for SQLite's one writer.
THREADS = 16
# A longer body than this is refused by the server itself; Django refuses from 1 MB.
LARGEST_BODY = 64 * 1024 * 1024


def main(descriptor: int) -> None:
    # waitress answers what is in flight when Ctrl-C arrives, but SIGTERM cuts it off.
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent.stop_with_parent()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from config.wsgi import application

    waitress.serve(
        application,
        sockets=[socket.socket(fileno=descriptor)],
        threads=THREADS,
        # select() dies at descriptor 1024; every thread that queried SQLite keeps three.
        asyncore_use_poll=True,
        connection_limit=1000,
        max_request_body_size=LARGEST_BODY,
        clear_untrusted_proxy_headers=True,
        ident=None,
        _quiet=True,
    )


def _stop(number: int, frame: FrameType | None) -> None:
    # Once: a second signal must not break the answers that are being finished.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise KeyboardInterrupt


if __name__ == "__main__":
    main(int(sys.argv[1]))
