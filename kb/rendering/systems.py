"""Which operating system a block of commands is for, and which blocks say the same for others."""

import re
from collections.abc import Sequence

from kb.rendering.blocks import Block
from kb.rendering.commands import is_wrong

WINDOWS, UNIX = "windows", "unix"
NAMES = {WINDOWS: "Windows", UNIX: "Linux/macOS"}

_LANGUAGES = {
    **dict.fromkeys(("powershell", "ps1", "pwsh", "cmd", "bat", "batch"), WINDOWS),
    **dict.fromkeys(("bash", "sh", "zsh", "fish"), UNIX),
}
_WORDS = {
    **dict.fromkeys(("windows", "윈도우", "powershell", "cmd", "wsl2"), WINDOWS),
    **dict.fromkeys(
        ("linux", "리눅스", "macos", "mac", "맥", "bash", "zsh", "unix", "ubuntu"), UNIX
    ),
}
# What may stand beside a system's name in a line that only names it.
_FILLING = frozenset(
    {
        "a", "and", "command", "commands", "console", "in", "on", "or", "os", "prompt", "shell",
        "terminal", "with", "x", "과", "또는", "및", "명령", "명령어", "와", "터미널", "프롬프트",
    }
)  # fmt: skip
# "Windows에서:" names Windows.
_PARTICLE = re.compile(r"(?<=\w)(?:에서는?|용)$")
_WORD = re.compile(r"\w+")
_HEADING_OR_LINK = re.compile(r"\s*#|\]\(")
_LONGEST_LABEL = 60
# A prompt, or a path that only Windows reads, whatever shell the fence says.
_WINDOWS_ONLY = re.compile(
    r"^(?:PS(?: [^>\n]*)?>|[A-Za-z]:\\[^>\n]*>|\.\\\w)|\\Scripts\\", re.MULTILINE
)

Item = str | Block | tuple[Block, ...]


def system_of(block: Block) -> str:
    """`windows`, `unix`, or empty where it runs anywhere or nobody can tell."""
    if said := label_system(block.label):
        return said
    if _WINDOWS_ONLY.search(block.text):
        return WINDOWS
    return _LANGUAGES.get(block.language, "")


def label_system(line: str) -> str:
    """The system that a line names and says nothing else: `**Windows (PowerShell):**`."""
    if len(line) > _LONGEST_LABEL or _HEADING_OR_LINK.search(line):
        return ""
    words = [_PARTICLE.sub("", word.lower()) for word in _WORD.findall(line)]
    systems = {_WORDS[word] for word in words if word in _WORDS}
    is_only_that = all(word in _WORDS or word in _FILLING for word in words)
    return systems.pop() if is_only_that and len(systems) == 1 else ""


def with_variants(items: Sequence[str | Block]) -> list[Item]:
    """Neighbouring blocks for different systems become one; their label lines go into them."""
    found: list[Item] = []
    place = 0
    while place < len(items):
        run, end = _run(items, place)
        groups = _groups(run)
        if not groups:
            found += items[place:end]
        else:
            found = _without_label(found, groups[0][0])
            found += groups
        place = end
    return found


def _run(items: Sequence[str | Block], place: int) -> tuple[list[Block], int]:
    """The blocks that follow one another from `place`, with no more than labels between."""
    first = items[place]
    if isinstance(first, str):
        return [], place + 1
    run, end = [first], place + 1
    while (following := _next_block(items, end)) is not None:
        block = items[following]
        assert isinstance(block, Block)
        if block.prefix != first.prefix:
            break
        run.append(block)
        end = following + 1
    return run, end


def _next_block(items: Sequence[str | Block], place: int) -> int | None:
    """Where the next block stands if nothing but blank lines and one label comes before."""
    labels = 0
    for at in range(place, len(items)):
        item = items[at]
        if isinstance(item, Block):
            return at
        if item.strip(" >\t"):
            labels += 1
            if labels > 1 or not label_system(item):
                return None
    return None


def _groups(run: Sequence[Block]) -> list[tuple[Block, ...]]:
    """One group where every system comes once, pairs where they take turns; else none."""
    systems = [system_of(block) for block in run]
    size = len(set(systems))
    takes_turns = (
        size > 1 and len(run) % size == 0 and systems == systems[:size] * (len(run) // size)
    )
    if not takes_turns or "" in systems or len({_is_wrong(block) for block in run}) > 1:
        return []
    return [tuple(run[at : at + size]) for at in range(0, len(run), size)]


def _is_wrong(block: Block) -> bool:
    return is_wrong(block.text, lead=block.lead)


def _without_label(found: list[Item], first: Block) -> list[Item]:
    """The lines so far without the label, which the first variant shows by itself."""
    if not label_system(first.label):
        return found
    at = len(found) - 1 - found[::-1].index(first.label)
    return [*found[:at], *found[at + 1 :]]
