"""Text as a Markdown code block that nothing inside it can end."""

import re

_TICKS = re.compile(r"`{3,}")


def fenced(text: str, language: str = "text") -> str:
    """The block, with a fence longer than any run of backticks in the text."""
    longest = max((len(run) for run in _TICKS.findall(text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"
