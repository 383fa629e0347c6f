"""A listener that says nothing, for what connects and what waits."""

import socket
import threading
from collections.abc import Iterator

import pytest


class Listener:
    """Accepts on loopback and counts; says nothing, so that an HTTP probe waits for it."""

    def __init__(self) -> None:
        self.accepted = 0
        self._kept: list[socket.socket] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                accepted, _address = self._socket.accept()
            except OSError:
                return
            self.accepted += 1
            self._kept.append(accepted)

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for accepted in self._kept:
            accepted.close()


@pytest.fixture
def listener() -> Iterator[Listener]:
    listener = Listener()
    yield listener
    listener.close()


@pytest.fixture
def silent() -> Iterator[Listener]:
    listener = Listener()
    yield listener
    listener.close()
