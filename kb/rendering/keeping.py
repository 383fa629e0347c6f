"""Our own HTML is kept aside while the author's is cleaned, so that nobody can imitate it."""

import re
import secrets
from collections.abc import Iterator

from kb.rendering.slots import Piece


class Kept:
    """Pieces of trusted HTML behind tokens that no author can guess."""

    def __init__(self) -> None:
        self._prefix = f"kept{secrets.token_hex(8)}n"
        self._token = re.compile(re.escape(self._prefix) + r"(\d+)z")
        self._alone = re.compile(rf"<p>\s*({self._token.pattern})\s*</p>")
        self._kept: list[tuple[Piece, ...]] = []

    def keep(self, *pieces: Piece) -> str:
        self._kept.append(pieces)
        return f"{self._prefix}{len(self._kept) - 1}z"

    def unwrapped(self, html: str) -> str:
        """A block's token stands alone in a paragraph, which it replaces."""
        return self._alone.sub(r"\1", html)

    def without(self, html: str) -> str:
        """The HTML without tokens: an attribute is no place for what was kept."""
        return self._token.sub("", html)

    def put_back(self, text: str) -> Iterator[Piece]:
        """A text between two tags, with what was kept in the place of its tokens."""
        at = 0
        for token in self._token.finditer(text):
            yield text[at : token.start()]
            yield from self._kept[int(token[1])]
            at = token.end()
        yield text[at:]
