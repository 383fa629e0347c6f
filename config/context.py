"""What every page's frame shows."""

from typing import Any

from django.http import HttpRequest

# In the order in which the switch goes through them.
THEMES = ("auto", "light", "dark")


def page(request: HttpRequest) -> dict[str, Any]:
    chosen = request.COOKIES.get("theme", "")
    theme = chosen if chosen in THEMES else "auto"
    following = THEMES[(THEMES.index(theme) + 1) % len(THEMES)]
    return {"theme": theme, "next_theme": following}
