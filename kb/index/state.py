"""What the index was written by, and the row that whoever writes it holds."""

from functools import cache
from hashlib import sha256
from pathlib import Path

from kb import matching
from kb.models import IndexState

# What is read from guides, and how it is stored, is decided by these folders' files.
_FOLDERS = (Path(matching.__file__).parent, Path(__file__).parent)


@cache
def current_version() -> str:
    """A digest of all that decides what is stored: whoever changes it need not remember to say so."""
    files = sorted(file for folder in _FOLDERS for file in folder.glob("*.*"))
    digest = sha256()
    for file in files:
        digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()[:16]


def is_current() -> bool:
    """Whether this version of the program wrote the index."""
    return IndexState.objects.filter(version=current_version()).exists()


def lock() -> IndexState:
    """Hold the index until the transaction ends.

    Call it before anything else is written: a writer that holds a guide's row and waits for the
    index, and one that holds the index and waits for that guide, would wait for ever. SQLite has
    one writer at a time anyway.
    """
    state, _ = IndexState.objects.select_for_update().get_or_create(pk=IndexState.ONLY)
    return state
