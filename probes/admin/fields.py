"""Fields of the administration that say more than Django's own."""

from typing import Any

from django.contrib.admin.widgets import AutocompleteSelect


class ChoiceWithWords(AutocompleteSelect):
    """A search field that says what it means to be empty; without words it has no name either."""

    def __init__(self, *args: Any, words: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.words = words

    def build_attrs(self, base_attrs: Any, extra_attrs: Any = None) -> dict[str, Any]:
        attrs = super().build_attrs(base_attrs, extra_attrs=extra_attrs)
        return {**attrs, "data-placeholder": self.words}
