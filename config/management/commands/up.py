"""Starts everything: database, content, accounts, web server and worker."""

import contextlib
import os
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import ProxyHandler, build_opener

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection, connections

from config import first_run
from config.running import addresses, ports
from config.running.lock import AlreadyRuns, Lock
from config.running.steps import line, step
from config.running.supervisor import Child, Supervisor
from incidents.models import Incident
from incidents.services import load_starter_templates
from incidents.services.starter import load_starter_incidents
from kb import index
from kb.models import Guide
from kb.services import load_starter

# Any number; two bases on one PostgreSQL server must not share it by accident.
MIGRATION_LOCK = 842_084_201
SAMPLE = "GET http://localhost:8000/ net::ERR_CONNECTION_REFUSED"


class Command(BaseCommand):
    help = "Start the base: migrate, load the starter content, serve, and run probes."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="Address to answer on.")
        parser.add_argument("--port", type=int, default=8420, help="Port; the next one if taken.")
        parser.add_argument("--no-worker", action="store_true", help="Run no probes here.")
        parser.add_argument("--no-starter", action="store_true", help="Load no starter content.")
        # Read by config/bootstrap.py, before the settings are.
        parser.add_argument("--database", metavar="URL", help="postgres://… or sqlite:///…")

    def handle(self, *args: Any, **options: Any) -> None:
        if sys.platform == "win32":
            raise CommandError("`up` needs Linux or macOS; on Windows start it inside WSL.")
        try:
            lock = Lock(settings.VAR_DIR / "up.lock")
        except AlreadyRuns as found:
            raise CommandError(str(found)) from found
        except OSError as error:
            raise CommandError(
                f"{settings.VAR_DIR} cannot be written to ({error.strerror}): "
                "name a folder of yours in KNOWNFIX_VAR."
            ) from error
        with contextlib.closing(lock):
            sys.exit(self._run(lock, options))

    def _run(self, lock: Lock, options: dict[str, Any]) -> int:
        self.stdout.write("Knownfix\n")
        made_in = os.environ.get("KNOWNFIX_ENVIRONMENT_S", "0.0")
        self._line("environment", f"{float(made_in):5.1f} s  {sys.prefix}")
        self._check_database()
        admin = self._prepare(with_starter=not options["no_starter"])
        listener = self._listen(options["host"], options["port"])
        url = addresses.url(options["host"], listener.getsockname()[1])
        # The children make their own connections; one shared with them would be broken by both.
        connections.close_all()
        supervisor = Supervisor(
            _children(listener.fileno(), listener.getsockname()[1], options), say=self._say
        )
        supervisor.take_signals()
        supervisor.start()
        try:
            self._await_answer(supervisor, url)
            lock.say(url)
            if not supervisor.is_asked_to_stop:
                self._greet(url, options, admin)
            return supervisor.watch()
        finally:
            self._say("stopping")
            supervisor.stop()
            listener.close()
            self._say("stopped")

    def _check_database(self) -> None:
        """Say in one sentence why the database cannot be used, before anything is written."""
        if connection.vendor == "sqlite" and connection.settings_dict["NAME"] == ":memory:":
            raise CommandError("sqlite:// needs a file, as in sqlite:////home/me/knownfix.sqlite3.")
        try:
            connection.ensure_connection()
        except DatabaseError as error:
            reason = str(error).strip().splitlines()[0]
            raise CommandError(f"The database cannot be used: {reason}") from error

    def _prepare(self, *, with_starter: bool) -> first_run.NewAdmin | None:
        with _alone_on_the_database():
            with step("database", out=self.stdout) as database:  # type: ignore[arg-type]
                call_command("migrate", verbosity=0, interactive=False)
                database.said = f"{connection.vendor}, {connection.settings_dict['NAME']}"
            if not index.is_current():
                with step("index", out=self.stdout) as anew:  # type: ignore[arg-type]
                    anew.said = f"made anew by this version, {index.rebuild()} guides"
            with step("starter content", out=self.stdout) as starter:  # type: ignore[arg-type]
                starter.said = _load_starter() if with_starter else "left out (--no-starter)"
            with step("admin account", out=self.stdout) as account:  # type: ignore[arg-type]
                admin = first_run.ensure_admin()
                account.said = f"{admin.name} made" if admin else "there already"
            with step("API key", out=self.stdout) as key:  # type: ignore[arg-type]
                made = first_run.ensure_terminal_key(_key_path())
                key.said = f"{_shown(_key_path())}, {'made' if made else 'there already'}"
        return admin

    def _listen(self, host: str, port: int) -> Any:
        try:
            return ports.listen(host, port, on_taken=self._name_holder)
        except (ports.NoPort, OSError, OverflowError) as problem:
            raise CommandError(f"{host}:{port} cannot be used: {problem}") from problem

    def _name_holder(self, port: int) -> None:
        holder = ports.holder_of(port) or "a process of another user or in a container"
        self._line("port", f"{port} is taken by {holder}; trying {port + 1}")

    def _await_answer(self, supervisor: Supervisor, url: str) -> None:
        with step("server", out=self.stdout) as server:  # type: ignore[arg-type]
            until = time.monotonic() + 30
            while not supervisor.is_asked_to_stop and not _answers(url):
                if time.monotonic() > until or not supervisor.children[0].is_alive():
                    raise CommandError("The web server does not answer; its words are above.")
                time.sleep(0.02)
            server.said = ", ".join(f"{c.name} is process {c.pid}" for c in supervisor.children)

    def _greet(self, url: str, options: dict[str, Any], admin: first_run.NewAdmin | None) -> None:
        self.stdout.write("\n")
        self._line("open", url)
        self._line("admin", f"{url}admin/")
        if admin:
            self._line(
                "sign in", f"{admin.name} / {admin.password}   (shown once; change it there)"
            )
        key = _shown(_key_path())
        self._line(
            "terminal",
            f'curl -sS --data-binary "{SAMPLE}" '
            f'-H "Authorization: Bearer $(cat {key})" "{url}api/v1/match.txt?limit=3"',
        )
        if settings.KNOWNFIX_SELF_APPROVAL:
            self._line("self-approval", "on: who writes a probe may approve it")
        if not addresses.is_loopback(options["host"]):
            self._line("note", f"listens on {options['host']}: other machines can reach it, no TLS")
        if options["no_worker"]:
            self._line("note", "no worker here: checks wait until one runs (manage.py worker)")
        self._line("stop", "Ctrl-C")

    def _line(self, name: str, text: str) -> None:
        line(name, text, out=self.stdout)  # type: ignore[arg-type]

    def _say(self, text: str) -> None:
        self._line(time.strftime("%H:%M:%S"), text)


def _load_starter() -> str:
    saved = load_starter()
    load_starter_templates()
    changed = sum(one.created or one.changed for one in saved) + len(load_starter_incidents())
    guides, incidents = Guide.objects.count(), Incident.objects.count()
    return f"guides: {guides}, incidents: {incidents}, files new or changed: {changed}"


def _children(descriptor: int, port: int, options: dict[str, Any]) -> list[Child]:
    env = {
        **os.environ,
        # The supervisor already runs in the right environment.
        "KNOWNFIX_NO_VENV": "1",
        "KNOWNFIX_OWN_PORTS": str(port),
        "KNOWNFIX_SELF_APPROVAL": "1" if settings.KNOWNFIX_SELF_APPROVAL else "0",
    }
    env.setdefault("ALLOWED_HOSTS", ",".join(addresses.allowed_hosts(options["host"])))
    # The modules are found from the checkout, wherever `up` was started.
    env["PYTHONPATH"] = os.pathsep.join(
        filter(None, [str(settings.BASE_DIR), env.get("PYTHONPATH")])
    )
    server = [sys.executable, "-m", "config.running.web", str(descriptor)]
    children = [Child(name="server", argv=server, env=env, descriptors=[descriptor])]
    if not options["no_worker"]:
        worker = [sys.executable, str(settings.BASE_DIR / "manage.py"), "worker", "--watch-parent"]
        children.append(Child(name="worker", argv=worker, env=env))
    return children


@contextlib.contextmanager
def _alone_on_the_database() -> Iterator[None]:
    """Two starts on one PostgreSQL migrate one after the other; SQLite has the lock on `var`."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATION_LOCK])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATION_LOCK])


def _answers(url: str) -> bool:
    try:
        # No proxy of the environment stands between us and ourselves. A short time, because the
        # kernel already accepts on the kept socket while nobody answers yet.
        with build_opener(ProxyHandler({})).open(f"{url}health/live", timeout=1):
            return True
    except HTTPError:
        return True
    except (URLError, OSError):
        return False


def _key_path() -> Path:
    return Path(settings.VAR_DIR) / "api_key"


def _shown(path: Path) -> str:
    """Short where it can be: relative to where the person stands."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
