"""The engine imports everywhere: nothing that only Unix has, and nothing of Django."""

import ast
from pathlib import Path

ENGINE = Path(__file__).parents[3] / "probes" / "engine"
ONLY_UNIX = {"fcntl", "grp", "pty", "pwd", "resource", "syslog", "termios", "tty"}

OPTIONAL = {"boto3", "botocore"}


def imported_at_the_top(path: Path) -> set[str]:
    found = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").partition(".")[0])
    return found


def test_nothing_that_only_unix_has_is_imported_at_the_top() -> None:
    imports = {path.name: imported_at_the_top(path) for path in ENGINE.rglob("*.py")}

    assert "asyncio" in imports["runner.py"]
    assert not {name: found & ONLY_UNIX for name, found in imports.items() if found & ONLY_UNIX}


def test_nothing_that_may_be_missing_is_imported_at_the_top() -> None:
    imports = {path.name: imported_at_the_top(path) for path in ENGINE.rglob("*.py")}

    assert "boto3" in (ENGINE / "aws.py").read_text(encoding="utf-8")
    assert not {name: found & OPTIONAL for name, found in imports.items() if found & OPTIONAL}
