"""`manage.py probe SLUG`: run an approved probe here and now, also as a monitoring plugin."""

import json
import sys
from collections.abc import Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError
from django.utils.translation import gettext as _
from django.utils.translation import override

from probes import services
from probes.engine.errors import InvalidParams
from probes.engine.spec import ProbeResult, Status
from probes.management.printing import (
    EXIT_CODES,
    for_a_person,
    for_a_program,
    for_monitoring,
    plugin_line,
)

_UNKNOWN = EXIT_CODES[Status.UNKNOWN]


class Refused(Exception):
    """The probe was not run; each sentence says what is wrong."""

    def __init__(self, sentences: Sequence[str]) -> None:
        self.sentences = tuple(sentences)
        super().__init__(" ".join(sentences))


class Command(BaseCommand):
    help = (
        "Run an approved probe here and now, with what the server's location allows. Nothing is "
        "stored. The exit code is the status: 0 OK, 1 WARNING, 2 CRITICAL, 3 could not look."
    )
    # A complaint about the project would end with 1, which is a WARNING.
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="the probe's short name")
        parser.add_argument(
            "--value",
            action="append",
            default=[],
            metavar="NAME=VALUE",
            help="fills in ${NAME} of the definition; once for each",
        )
        form = parser.add_mutually_exclusive_group()
        form.add_argument("--nagios", action="store_true", help="answer as a monitoring plugin")
        form.add_argument("--json", action="store_true", help="print everything as JSON")
        parser.add_argument("--lang", choices=["ko", "en"], default="en")

    def run_from_argv(self, argv: list[str]) -> None:
        """Who calls a plugin reads the exit code: whatever goes wrong, it must be 3."""
        is_plugin = "--nagios" in argv
        self._called_from_command_line = True
        try:
            self.create_parser(argv[0], argv[1]).parse_args(argv[2:])
        except SystemExit as ended:
            if ended.code and is_plugin:
                self.stdout.write(
                    plugin_line(Status.UNKNOWN, "the arguments are wrong; see --help")
                )
            sys.exit(_UNKNOWN if ended.code else 0)
        try:
            super().run_from_argv(argv)
        except Exception as error:
            if not is_plugin:
                raise
            self.stdout.write(plugin_line(Status.UNKNOWN, f"{type(error).__name__}: {error}"))
            sys.exit(_UNKNOWN)

    def handle(self, *args: Any, **options: Any) -> None:
        # A terminal of another encoding shows a question mark, never a traceback.
        if hasattr(sys.stdout, "reconfigure"):
            sys.stdout.reconfigure(errors="replace")
        with override(options["lang"]):
            try:
                result = _look(options["slug"], options["value"])
            except Refused as refused:
                self._refuse(refused.sentences, options)
                sys.exit(_UNKNOWN)
            self._print(result, options)
        sys.exit(EXIT_CODES[result.status])

    def _print(self, result: ProbeResult, options: dict[str, Any]) -> None:
        if options["nagios"]:
            self.stdout.write(for_monitoring(result))
        elif options["json"]:
            self.stdout.write(for_a_program(options["slug"], result))
        else:
            self.stdout.write("\n".join(for_a_person(result)))

    def _refuse(self, sentences: Sequence[str], options: dict[str, Any]) -> None:
        if options["nagios"]:
            self.stdout.write(plugin_line(Status.UNKNOWN, " ".join(sentences)))
        elif options["json"]:
            told = {"probe": options["slug"], "status": "UNKNOWN", "problems": list(sentences)}
            self.stdout.write(json.dumps(told, ensure_ascii=False, indent=2))
        else:
            self.stderr.write("\n".join(sentences))


def _look(slug: str, given: Sequence[str]) -> ProbeResult:
    try:
        return services.look_now(slug, values=_values(given))
    except services.RequestRefused as refused:
        raise Refused([_sentence(problem) for problem in refused.problems]) from None
    except InvalidParams as broken:
        raise Refused([str(complaint) for complaint in broken.complaints]) from None
    except DatabaseError as error:
        words = _("The database cannot be read: %(problem)s") % {"problem": error}
        raise Refused([words]) from None


def _values(given: Sequence[str]) -> dict[str, str]:
    values: dict[str, str] = {}
    problems = []
    for each in given:
        name, sign, value = each.partition("=")
        if not sign or not name or name in values:
            words = _("--value %(given)s: must be NAME=VALUE, and each name once.")
            problems.append(words % {"given": each})
        values[name] = value
    if problems:
        raise Refused(problems)
    return values


def _sentence(problem: services.Problem) -> str:
    where = f"{problem.ref}: {problem.field}" if problem.field else problem.ref
    return f"{where}: {problem.message}"
