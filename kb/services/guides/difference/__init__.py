"""What differs between two versions of a guide, in words instead of lines of a file."""

from kb.services.guides.difference.changes import FactChange, ItemChange, SectionChange
from kb.services.guides.difference.comparing import GuideDifference, guide_difference
from kb.services.guides.difference.items import Item, Section, sections_of

__all__ = [
    "FactChange",
    "GuideDifference",
    "Item",
    "ItemChange",
    "Section",
    "SectionChange",
    "guide_difference",
    "sections_of",
]
