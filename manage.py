#!/usr/bin/env python3
"""Runs Django's commands, after making the virtual environment on a fresh machine.

This file parses on every Python 3, so that an old one gets a sentence and not a traceback.
"""

import os
import sys


def main() -> None:
    if sys.version_info < (3, 11):
        sys.exit("Python 3.11 or newer is needed; this is %d.%d." % sys.version_info[:2])
    from config import bootstrap

    bootstrap.prepare(sys.argv)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.core.management import execute_from_command_line

    from config.env import BadSetting

    try:
        execute_from_command_line(sys.argv)
    except BadSetting as problem:
        if "--nagios" in sys.argv:
            # Who asked reads the exit code, and 1 would be a warning.
            print("UNKNOWN: %s" % problem)
            sys.exit(3)
        sys.exit(str(problem))


if __name__ == "__main__":
    main()
