"""The index: written in a guide's own transaction, asked when a text is looked up."""

from kb.index.finding import Found, GuideMatch, find
from kb.index.holders import guides_with
from kb.index.rebuilding import rebuild
from kb.index.state import is_current, lock
from kb.index.writing import update

__all__ = ["Found", "GuideMatch", "find", "guides_with", "is_current", "lock", "rebuild", "update"]
