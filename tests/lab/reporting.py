"""At the end of a run of the laboratory: one table of what its diagnoses came to and cost."""

import os
import tempfile
from pathlib import Path

import pytest

from tests.lab import records


def pytest_configure(config: pytest.Config) -> None:
    # The workers of one run leave what they learnt in one folder.
    is_worker = hasattr(config, "workerinput")
    if config.option.markexpr == "lab" and not is_worker:
        os.environ.setdefault(records.FOLDER, tempfile.mkdtemp(prefix="kflab-told-"))


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """All together must reach what no single scenario can show; a part of them need not."""
    if hasattr(session.config, "workerinput"):
        return
    rows = _rows()
    if records.is_whole(rows) and records.shortcomings(rows):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
    if rows and os.environ.get(records.RECORD):
        records.record(records.kept(_folder()))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if rows := _rows():
        terminalreporter.section("diagnoses of the laboratory")
        for line in records.table(rows):
            terminalreporter.write_line(line)
        for sentence in records.shortcomings(rows):
            terminalreporter.write_line(f"TOO LITTLE: {sentence}")


def _rows() -> list[dict[str, object]]:
    return [each["row"] for each in records.kept(_folder())]


def _folder() -> Path:
    return Path(os.environ.get(records.FOLDER, "/nonexistent"))
