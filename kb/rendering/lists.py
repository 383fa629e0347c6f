"""Lists as people write them: without a blank line before, and indented as a whole."""

import re
from collections.abc import Iterator

_ITEM = re.compile(r"(?P<indent> *)(?:[*+-]|\d+\.)\s+\S")
# Only `1.` may begin a list below a line of prose: "…\n2025. 이후" is a sentence going on.
_OPENING = re.compile(r" *(?:[*+-]|1\.)\s+\S")
_NOT_PROSE = re.compile(r" *(?:#|>|\|)")


def separate_lists(markdown: str) -> str:
    """Put a blank line before a list that follows a paragraph, as `markdown` needs one."""
    return "\n".join(_lines(markdown.splitlines()))


def _lines(lines: list[str]) -> Iterator[str]:
    in_list, shift, above = False, 0, ""
    for line in lines:
        item = _ITEM.match(line)
        if not in_list and item and _begins_here(line, above):
            # With two spaces per level, a whole list indented by two would read as code.
            in_list, shift = True, min(len(item["indent"]), 3)
            if above.strip() and not _NOT_PROSE.match(above):
                yield ""
        elif line.strip() and not item and not line.startswith(" "):
            in_list, shift = in_list and bool(above.strip()), 0
        above = line
        yield line[_leading(line, shift) :]


def _begins_here(line: str, above: str) -> bool:
    return not above.strip() or _OPENING.match(line) is not None


def _leading(line: str, most: int) -> int:
    return min(len(line) - len(line.lstrip(" ")), most)
