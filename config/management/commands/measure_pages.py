"""Measure what every page takes on a full base, beside the same base with a hundredth of it."""

import json
import os
import subprocess
import sys
from argparse import SUPPRESS, ArgumentParser
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from config.evaluation.full_base import Size, fill
from config.evaluation.page_times import measure_pages
from probes.evaluation.scratch import scratch_database

_SMALL = 0.01


class Command(BaseCommand):
    help = (
        "Fills two bases of its own with invented guides, incidents and runs, a full one and one "
        "with a hundredth of it, and asks every page of both that links lead to, as an "
        "administrator. Prints the server's time, the ratio to the small base and both numbers of "
        "queries, the slowest first. All of it is gone afterwards. The configured database is not "
        "touched."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--guides", type=int, default=5_000)
        parser.add_argument("--incidents", type=int, default=20_000)
        parser.add_argument("--runs", type=int, default=1_000_000)
        parser.add_argument("--rounds", type=int, default=5, help="how often each page is asked")
        parser.add_argument("--only", default="", help="views whose name holds this")
        parser.add_argument("--postgres", default="", help="URL of a server to make bases on")
        parser.add_argument(
            "--keep", type=Path, help="folder for the SQLite bases, which are used again"
        )
        parser.add_argument("--json", action="store_true", help="print the figures as JSON")
        # What the command asks of itself, once for each base.
        parser.add_argument("--here", action="store_true", help=SUPPRESS)
        parser.add_argument("--filled", action="store_true", help=SUPPRESS)

    def handle(self, *args: Any, **options: Any) -> None:
        size = Size(**{name: options[name] for name in ("guides", "incidents", "runs")})
        if options["here"]:
            if not options["filled"]:
                fill(size)
            pages = measure_pages(options["rounds"], only=options["only"])
            self.stdout.write(json.dumps(pages))
            return
        small, full = (self._base(one, options) for one in (size.part(_SMALL), size))
        if options["json"]:
            self.stdout.write(json.dumps({"small": small, "full": full}, indent=2))
        else:
            self._print(small, full)

    def _base(self, size: Size, options: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
        with _database(size, options) as (url, is_filled):
            said = subprocess.run(
                [*_argv(size, options), *(["--filled"] if is_filled else [])],
                env={**os.environ, "DATABASE_URL": url, "KNOWNFIX_NO_VENV": "1"},
                stdout=subprocess.PIPE,
                text=True,
                check=True,
            )
        pages: dict[str, dict[str, Any]] = json.loads(said.stdout.splitlines()[-1])
        return pages

    def _print(self, small: Mapping[str, Any], full: Mapping[str, Any]) -> None:
        head = f"{'ms':>8} {'CPU ms':>8} {'× small':>8} {'queries':>8} {'small':>6} {'kB':>6}  page"
        self.stdout.write(head)
        for name, one in sorted(full.items(), key=lambda item: -item[1]["ms"]):
            beside = small.get(name)
            ratio = f"{one['ms'] / beside['ms']:.2f}" if beside else "–"
            fewer = beside["queries"] if beside else "–"
            self.stdout.write(
                f"{one['ms']:8.1f} {one['cpu_ms']:8.1f} {ratio:>8} {one['queries']:>8} {fewer:>6}"
                f" {one['bytes'] / 1000:6.1f}  {name} {one['path']}"
            )
        more = [name for name, one in full.items() if _asks_more(one, small.get(name))]
        self.stdout.write(f"More queries than on the small base: {', '.join(more) or 'none'}")


def _asks_more(full: Mapping[str, Any], small: Mapping[str, Any] | None) -> bool:
    """No failure by itself: a guide or case with more parts than the other base's has more to ask.

    A number that follows the rows is far larger than the other.
    """
    return small is not None and full["queries"] > small["queries"]


def _argv(size: Size, options: Mapping[str, Any]) -> list[str]:
    counts = [f"--{name}={getattr(size, name)}" for name in ("guides", "incidents", "runs")]
    asked = [f"--rounds={options['rounds']}", f"--only={options['only']}"]
    manage = str(settings.BASE_DIR / "manage.py")
    return [sys.executable, manage, "measure_pages", "--here", *counts, *asked]


@contextmanager
def _database(size: Size, options: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    """The address of a base of this size, and whether it is filled already."""
    if options["postgres"]:
        with scratch_database(options["postgres"], prefix="knownfix_pages") as url:
            yield url, False
    elif options["keep"]:
        options["keep"].mkdir(parents=True, exist_ok=True)
        file = options["keep"] / f"{size.guides}-{size.incidents}-{size.runs}.sqlite3"
        yield f"sqlite:///{file.resolve()}", file.exists()
    else:
        with TemporaryDirectory(prefix="knownfix-pages-") as folder:
            yield f"sqlite:///{Path(folder) / 'base.sqlite3'}", False
