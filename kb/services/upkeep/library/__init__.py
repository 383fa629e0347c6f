"""The guides as a library: what narrows them, how many of each sort there are, in which order."""

from kb.services.upkeep.library.browsing import GROUPS, Facet, Option, Shelf, browse
from kb.services.upkeep.library.choices import ORDERS, Choice
from kb.services.upkeep.library.volumes import Volume

__all__ = ["GROUPS", "ORDERS", "Choice", "Facet", "Option", "Shelf", "Volume", "browse"]
