"""Runs the tests that need nothing but this machine, and says what was left out."""

import json
import os
import subprocess
import sys
import tempfile
from argparse import ArgumentParser
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from django.conf import settings
from django.core.management.base import BaseCommand

LAB, RECORD = "--lab", "--record"
LEFT_OUT = {
    "browser": "they drive Chromium",
    "postgres": "they need a PostgreSQL server",
    "shared": "they read documents beside the checkout",
    "lint": "they need the lint and type tools",
    "bench": "they need search engines and clients to measure beside ours",
    "lab": "they need root, namespaces, dockerd and nginx",
}


class Command(BaseCommand):
    help = "Run the tests; with --lab, those of the laboratory. Further arguments go to pytest."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("pytest_args", nargs="*", help="What pytest is given, after `--`.")

    def run_from_argv(self, argv: list[str]) -> None:
        # pytest's options are not ours: they are handed on as they stand.
        sys.exit(run_tests(argv[2:]))

    def handle(self, *args: Any, **options: Any) -> None:
        sys.exit(run_tests(options["pytest_args"]))


def run_tests(arguments: list[str]) -> int:
    """Run pytest in its own process; its exit code, after the plain line with the counts.

    With `--lab` among the arguments, only the laboratory's tests, and none of them may be skipped;
    with `--record` beside it, what their checks said goes to `benchmarks/diagnosis`.
    """
    is_recorded = RECORD in arguments
    arguments = [each for each in arguments if each != RECORD]
    if is_lab := LAB in arguments:
        arguments = ["-m", "lab", "-rs", *(each for each in arguments if each != LAB)]
        _say_what_is_missing()
    with tempfile.TemporaryDirectory(prefix="knownfix-test-") as folder:
        report, left_out = Path(folder, "report.xml"), Path(folder, "left-out.json")
        environment = {
            **os.environ,
            "KNOWNFIX_VAR": str(Path(folder, "var")),
            "KNOWNFIX_NO_VENV": "1",
            "KNOWNFIX_LEFT_OUT": str(left_out),
            **({"KNOWNFIX_LAB_RECORD": "1"} if is_recorded else {}),
        }
        # Every worker, and every process that a test starts, would compile the whole tree again.
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        done = subprocess.run(
            [*_pytest(arguments), f"--junitxml={report}"],
            cwd=settings.BASE_DIR,
            env=environment,
            check=False,
        )
        if "-m" not in arguments:
            _say_what_was_left_out(left_out)
        counts = count(report)
    code = done.returncode
    if is_lab and counts["skipped"]:
        counts = {**counts, "failed": counts["failed"] + counts["skipped"], "skipped": 0}
        code = code or 1
    if code and not counts["failed"]:
        counts["failed"] = 1
    print(plain_line(counts), flush=True)
    return code


def _say_what_is_missing() -> None:
    """What the laboratory lacks on this machine, before it fails for want of it."""
    from tests.lab.machine import EVERYTHING, missing

    for need in missing(EVERYTHING):
        print(need.complaint, flush=True)


def _pytest(arguments: list[str]) -> list[str]:
    command = [sys.executable, "-m", "pytest"]
    if "-m" not in arguments:
        command += ["-m", " and ".join(f"not {marker}" for marker in LEFT_OUT)]
    if not any(argument.startswith("-n") for argument in arguments):
        # Many tests wait for a process or a deadline: two for each core keep it busy.
        command += ["-n", str(min(2 * (os.cpu_count() or 1), 8))]
    return [*command, *arguments]


def _say_what_was_left_out(path: Path) -> None:
    counts = json.loads(path.read_text()) if path.exists() else {}
    for marker, reason in LEFT_OUT.items():
        if number := counts.get(marker):
            print(f"LEFT OUT: {number} {marker} tests, because {reason}; .ci/run runs them")


def count(report: Path) -> dict[str, int]:
    """How many tests of a JUnit report passed, failed (or broke) and were skipped."""
    if not report.exists():
        return {"passed": 0, "failed": 0, "skipped": 0}
    suites = list(ElementTree.parse(report).getroot().iter("testsuite"))  # noqa: S314 - our own file

    def total(*names: str) -> int:
        return sum(int(suite.get(name, 0)) for suite in suites for name in names)

    failed, skipped = total("failures", "errors"), total("skipped")
    return {
        "passed": max(total("tests") - failed - skipped, 0),
        "failed": failed,
        "skipped": skipped,
    }


def plain_line(counts: Mapping[str, int]) -> str:
    line = f"{counts['passed']} passed, {counts['failed']} failed"
    return f"{line}, {counts['skipped']} skipped" if counts["skipped"] else line
