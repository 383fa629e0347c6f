"""`manage.py worker`: the server's runner. Any number may run beside one another."""

import argparse
import asyncio
import os
import signal
import socket
import threading
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from probes import services
from probes.management.work import Worker
from probes.models import Location


class Command(BaseCommand):
    help = "Run the probes that people and schedules ask for, until told to stop."
    # They would load every page of the site; `up` and the web server make them.
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--location", default="server", help="the place this worker looks from")
        parser.add_argument(
            "--watch-parent",
            action="store_true",
            help="stop when the pipe given as standard input closes",
        )
        parser.add_argument("--lease", type=float, default=None, help=argparse.SUPPRESS)

    def handle(self, *args: Any, **options: Any) -> None:
        location = _location(options["location"])
        runner = f"{socket.gethostname()}:{os.getpid()}"
        lease = services.LEASE
        if options["lease"] is not None:
            lease = timedelta(seconds=options["lease"])
        self.stdout.write(f"worker {runner} runs the probes of location {location.slug}")
        self.stdout.flush()
        worker = Worker(location_id=location.pk, runner=runner, lease=lease)
        asyncio.run(_serve(worker, watch_parent=options["watch_parent"]))


def _location(slug: str) -> Location:
    if slug == "server":
        return services.server_location()
    location = Location.objects.filter(slug=slug).first()
    if location is None:
        raise CommandError(f"There is no location {slug!r}.")
    return location


async def _serve(worker: Worker, *, watch_parent: bool) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    if watch_parent:
        threading.Thread(target=_wait_for_parent, args=(loop, stop), daemon=True).start()
    await worker.serve(stop)


def _wait_for_parent(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    """End of file on standard input: the parent is gone, however it went."""
    try:
        # The descriptor and not sys.stdin, whose lock would be held at exit.
        while os.read(0, 1024):
            pass
    except OSError:
        pass
    if not loop.is_closed():
        loop.call_soon_threadsafe(stop.set)
