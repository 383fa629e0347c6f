"""The posting table: rewritten in a guide's own transaction, asked when a text is looked up."""

from kb.index.finding import Found, GuideMatch, find
from kb.index.writing import remove, update

__all__ = ["Found", "GuideMatch", "find", "remove", "update"]
