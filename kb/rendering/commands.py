"""What a code block asks a person to do: which lines are commands, and which are dangerous."""

import re
from collections.abc import Iterable

SHELLS = frozenset(
    {
        "",
        "bash",
        "sh",
        "shell",
        "zsh",
        "console",
        "powershell",
        "ps1",
        "pwsh",
        "cmd",
        "bat",
        "batch",
    }
)
_OUTPUT = frozenset({"text", "txt", "log", "output", "plain"})

_PROMPT = re.compile(r"(?:PS(?: [^>\n]*)?>|[A-Za-z]:\\[^>\n]*>|\$|>>>|\.\.\.)(?:[ \t]+|$)")
_COMMENT = re.compile(r"\s*(?:#|//|::|REM\b)", re.IGNORECASE)

# Notes and output that stand in a shell's fence: a list, a sentence, `INFO: started`.
_NO_COMMAND = re.compile(r"\s*(?:[-*+•]\s|\d+[.)]\s|[^\x00-\x7f]|[\w.]+:\s)")
# A comment outside a shell, where `#include` is none.
_SAID = re.compile(r"\s*(?:#\s|//)")
# A browser's console, whatever language its fence says: `GET http://localhost:8001/ net::ERR_…`
_CONSOLE = re.compile(r"\s*(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)\s+https?://", re.IGNORECASE)
_GOES_ON = re.compile(r"[\\`^|]\s*$")

_MARKED_WRONG = re.compile("❌")
_MARKED_RIGHT = re.compile("✅")
_SAID_WRONG = re.compile(
    r"잘못된\s*(?:실행|명령|설정|코드|예|방법|사용|구성)|실행하지 마"
    r"|\b(?:wrong|incorrect|do not run|don't run)\b",
    re.IGNORECASE,
)
_DESTRUCTIVE = re.compile(
    r"""
      taskkill\s[^\n]*/F | \bkill\s+-(?:9|KILL|SIGKILL)\b | \bpkill\b
    | \bdocker(?:-compose|\s+compose)\b[^\n]*\s(?:down|rm)\b | --force-recreate\b
    | \bdocker\s[^\n]*(?<![\w-])(?:rm|rmi|prune)\b | \bkubectl\s+delete\b | \bterraform\s+destroy\b
    | (?<![\w-])rm\s+\S | \bRemove-Item\b | \bStop-Process\b[^\n]*-Force | \bmkfs | \bdd\s+if=
    | \bDROP\s+(?:TABLE|DATABASE|SCHEMA|INDEX|VIEW|COLUMN|USER|ROLE)\b
    | \bTRUNCATE\s+(?:TABLE|DATABASE|SCHEMA|INDEX)\b | \bDELETE\s+FROM\b
    | \bgit\s+(?:reset\s+--hard|clean\s+-\w*f|push\s[^\n]*--force)
    """,
    re.IGNORECASE | re.VERBOSE,
)


def is_wrong(text: str, *, lead: str = "") -> bool:
    """Whether the block shows what not to do. One that shows wrong beside right is not."""
    if _MARKED_RIGHT.search(text):
        return False
    comments = "\n".join(line for line in text.splitlines() if _COMMENT.match(line))
    marked = _MARKED_WRONG.search(text) or _MARKED_WRONG.search(lead)
    return bool(marked or _SAID_WRONG.search(lead) or _SAID_WRONG.search(comments))


def is_destructive(text: str, language: str) -> bool:
    """Whether running the block throws something away."""
    if language not in SHELLS | {"sql"}:
        return False
    return any(_DESTRUCTIVE.search(line) for line in text.splitlines() if not _COMMENT.match(line))


def copyable(text: str, language: str) -> str:
    """What Copy takes: commands without prompts, output and comments; other code as it stands."""
    if (
        language in _OUTPUT
        or is_console(text)
        or (_MARKED_WRONG.search(text) and _MARKED_RIGHT.search(text))
    ):
        return ""
    return "\n".join(commands(text, language)) or _code(text, language)


def commands(text: str, language: str) -> list[str]:
    """The block's commands one by one; a command may go on over several lines."""
    lines = text.splitlines()
    prompted = [line for line in map(_without_prompt, lines) if line]
    if prompted or language not in SHELLS:
        return prompted
    return ["\n".join(whole) for whole in _whole(lines) if not _NO_COMMAND.match(whole[0])]


def _whole(lines: Iterable[str]) -> list[list[str]]:
    """The lines without comments, each with those that go on with it."""
    found: list[list[str]] = []
    for line in (line for line in lines if line.strip() and not _COMMENT.match(line)):
        if found and (line[0] in " \t" or _GOES_ON.search(found[-1][-1])):
            found[-1].append(line)
        else:
            found.append([line])
    return found


def is_console(text: str) -> bool:
    """Whether it is what a browser's console printed, not code in some language."""
    lines = (line for line in text.splitlines() if line.strip() and not _COMMENT.match(line))
    return _CONSOLE.match(next(lines, "")) is not None


def _code(text: str, language: str) -> str:
    is_said_only = all(_SAID.match(line) for line in text.splitlines() if line.strip())
    return "" if language in SHELLS or is_said_only else text.strip("\n")


def _without_prompt(line: str) -> str:
    """The command behind a prompt; nothing where the line has no prompt."""
    found = _PROMPT.match(line)
    return line[found.end() :] if found else ""
