"""Lines that may hold a secret: listed for a decision, replaced unless a person keeps them."""

import re
from collections.abc import Collection, Iterator, Sequence

from kb.ingest.plain.proposals import Secret
from probes.engine.redact import mask, redact

# `mina@example.com / hunter2`: a log-in written out for the reader.
_LOGIN = re.compile(
    r"(?P<who>[\w.+-]{1,64}@[\w.-]{1,80})(?P<between>\s*[/,|]\s*)(?P<word>[^\s/,|]{1,64})"
)
_KEY_BEGINS = re.compile(r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY")
_KEY_ENDS = re.compile(r"-----END [A-Z ]{0,30}PRIVATE KEY")
# A longer line is masked in pieces, so that one line costs no more than a page of them.
_KEY_LINES = 200


def secrets_of(text: str) -> list[Secret]:
    """Every line that may hold a secret, in order."""
    return list(_secrets(text.split("\n")))


def _secrets(texts: Sequence[str]) -> Iterator[Secret]:
    key_lines = 0
    for number, text in enumerate(texts, start=1):
        if _KEY_BEGINS.search(text):
            key_lines = _KEY_LINES
        if key_lines:
            key_lines = 0 if _KEY_ENDS.search(text) else key_lines - 1
            yield Secret(line=number, sorts=("private-key",), masked=mask("private-key"))
        elif secret := _in_line(number, text):
            yield secret


def _in_line(number: int, text: str) -> Secret | None:
    hidden, logins = _without_logins(text)
    found = redact(hidden)
    sorts = tuple(sorted({*found.counts, *(["password"] if logins else [])}))
    return Secret(line=number, sorts=sorts, masked=found.text) if sorts else None


def _without_logins(text: str) -> tuple[str, int]:
    if "@" not in text:
        return text, 0
    return _LOGIN.subn(lambda found: f"{found['who']}{found['between']}{mask('password')}", text)


def with_replaced(text: str, secrets: Sequence[Secret], *, keep: Collection[str] = ()) -> str:
    """The document with every secret's line replaced, but those whose id is in `keep`."""
    texts = text.split("\n")
    for secret in secrets:
        if secret.id not in keep:
            end = "\r" if texts[secret.line - 1].endswith("\r") else ""
            texts[secret.line - 1] = secret.masked.removesuffix("\r") + end
    return "\n".join(texts)
