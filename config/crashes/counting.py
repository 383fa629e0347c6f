"""A server that accepts connections and counts them: how often probes really looked."""

import contextlib
import socket
import threading
from collections.abc import Iterator


class Counter:
    def __init__(self, listening: socket.socket) -> None:
        self.accepted = 0
        self.port = int(listening.getsockname()[1])
        self._listening = listening

    def serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                self._listening.accept()[0].close()
                self.accepted += 1


@contextlib.contextmanager
def counting() -> Iterator[Counter]:
    with socket.create_server(("127.0.0.1", 0), backlog=512) as listening:
        counter = Counter(listening)
        thread = threading.Thread(target=counter.serve, daemon=True)
        thread.start()
        try:
            yield counter
        finally:
            # Closing alone would not wake who waits in accept.
            listening.shutdown(socket.SHUT_RDWR)
            thread.join()
