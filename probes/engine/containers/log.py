"""A container's log as the engine sends it: framed or raw bytes in, its last lines out.

Without a terminal every piece has a header of eight bytes: the stream (1 out, 2 err), three
zeros and the length, big-endian. With one (`Tty`) the bytes come as the program wrote them.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from probes.engine.redact import names_a_secret, strip_controls

MAX_TEXT = 256 * 1024
_HEADER = 8
_STREAMS = (0, 1, 2)


class ContainerLog:
    """Takes what comes and keeps the end of it, `MAX_TEXT` bytes at most."""

    def __init__(self, *, is_tty: bool) -> None:
        self._is_framed = not is_tty
        self._pending = bytearray()
        self._text = bytearray()
        self._left, self._stream = 0, 0
        self.is_cut = False

    def take(self, data: bytes) -> None:
        if self._is_framed:
            self._pending += data
            self._unpack()
        else:
            self._keep(data)

    def lines(self) -> list[str]:
        """Without terminal sequences and empty lines; of a cut log, the first whole one on."""
        text = self._text.decode("utf-8", errors="replace")
        lines = strip_controls(text).split("\n")
        return [line.rstrip() for line in lines[1 if self.is_cut else 0 :] if line.strip()]

    def _unpack(self) -> None:
        while self._pending:
            if self._left == 0 and not self._begin_frame():
                return
            piece = bytes(self._pending[: self._left])
            del self._pending[: len(piece)]
            self._left -= len(piece)
            self._keep(piece)

    def _begin_frame(self) -> bool:
        """False until the whole header is there, or when there turned out to be no frames."""
        if len(self._pending) < _HEADER:
            return False
        stream, zeros = self._pending[0], bytes(self._pending[1:4])
        if stream not in _STREAMS or any(zeros):
            self._is_framed = False
            self._keep(bytes(self._pending))
            self._pending.clear()
            return False
        if stream != self._stream and self._text and not self._text.endswith(b"\n"):
            # The other stream begins a line of its own.
            self._keep(b"\n")
        self._stream, self._left = stream, int.from_bytes(self._pending[4:_HEADER], "big")
        del self._pending[:_HEADER]
        return True

    def _keep(self, data: bytes) -> None:
        self._text += data
        if len(self._text) > MAX_TEXT:
            self.is_cut = True
            del self._text[:-MAX_TEXT]


def own_secrets(found: Mapping[str, Any]) -> tuple[str, ...]:
    """Values of the container's own environment whose names say that they are secret."""
    variables: Iterable[Any] = (found.get("Config") or {}).get("Env") or ()
    pairs = (str(variable).partition("=") for variable in variables)
    return tuple(value for name, _, value in pairs if value and names_a_secret(name))
