"""One entry of the front matter, read key by key."""

from kb.ingest.fields import Field


class Row:
    """The known keys of one entry; a key that is absent reads as its default."""

    def __init__(
        self, field: Field, keys: tuple[str, ...], *, required: tuple[str, ...] = ()
    ) -> None:
        self.field = field
        self.fields = field.known(keys, required=required)

    def text(self, key: str, most: int, *, lines: bool = False, default: str = "") -> str:
        if key not in self.fields:
            return default
        return self.fields[key].text(most, lines=lines)

    def slug(self, key: str) -> str:
        return self.fields[key].slug() if key in self.fields else ""

    def slugs(self, key: str) -> frozenset[str]:
        return frozenset(item.slug() for item in self.items(key)) - {""}

    def texts(self, key: str, most: int) -> tuple[str, ...]:
        return tuple(text for item in self.items(key) if (text := item.text(most)))

    def items(self, key: str) -> list[Field]:
        """A list's entries, or the single value as a list of one."""
        return self.fields[key].one_or_more() if key in self.fields else []

    def choice(self, key: str, choices: tuple[str, ...], default: str) -> str:
        return self.fields[key].choice(choices, default) if key in self.fields else default

    def rows(self, key: str) -> list[tuple[str, Field]]:
        return list(self.fields[key].rows()) if key in self.fields else []

    def names(self, key: str) -> list[tuple[str, Field]]:
        return list(self.fields[key].names()) if key in self.fields else []
