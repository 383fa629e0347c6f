"""Our own HTML is kept aside while the author's is cleaned, so that nobody can imitate it."""

import re
import secrets


class Kept:
    """Pieces of trusted HTML behind tokens that no author can guess."""

    def __init__(self) -> None:
        self._prefix = f"kept{secrets.token_hex(8)}n"
        self._pieces: list[str] = []

    def keep(self, piece: str) -> str:
        self._pieces.append(piece)
        return f"{self._prefix}{len(self._pieces) - 1}z"

    def put_back(self, html: str) -> str:
        """A block's token stands alone in a paragraph, which it replaces."""
        token = re.escape(self._prefix) + r"(\d+)z"
        html = re.sub(rf"<p>\s*{token}\s*</p>", self._piece, html)
        return re.sub(token, self._piece, html)

    def _piece(self, match: re.Match[str]) -> str:
        return self._pieces[int(match[1])]
