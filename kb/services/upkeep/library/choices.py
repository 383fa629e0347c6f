"""What a person chose on the list of guides, as the address says it."""

from collections.abc import Container, Mapping
from dataclasses import dataclass, field, replace

# Shorter, nearly every guide has it.
SHORTEST_SEARCH = 2
MOST_WORDS = 8
ORDERS = ("useful", "recent", "title")


@dataclass(frozen=True, kw_only=True)
class Choice:
    """`picked` holds one value per facet that narrows; what is not known picks nothing there."""

    text: str = ""
    picked: Mapping[str, str] = field(default_factory=dict)
    order: str = ORDERS[0]

    @classmethod
    def read(cls, address: Mapping[str, str], facets: tuple[str, ...]) -> "Choice":
        text = " ".join(address.get("q", "").replace("\x00", "").split())
        order = address.get("sort", "")
        return cls(
            text=text if len(text) >= SHORTEST_SEARCH else "",
            picked={name: value for name in facets if (value := address.get(name, ""))},
            order=order if order in ORDERS else ORDERS[0],
        )

    @property
    def words(self) -> list[str]:
        return self.text.casefold().split()[:MOST_WORDS]

    @property
    def narrows(self) -> bool:
        return bool(self.text or self.picked)

    def among(self, known: Mapping[str, Container[str]]) -> "Choice":
        """Without values that no facet has: an old address must not hide every guide."""
        picked = {name: value for name, value in self.picked.items() if value in known[name]}
        return replace(self, picked=picked)
