"""Asks about a text, lets the advised checks run elsewhere, and prints what came of it as JSON.

    python ask_and_wait.py TEXT

A process of its own, on the database of its environment: the runs are made by a worker that
shares nothing with it but the rows.
"""

import json
import os
import sys
import time

import django

PATIENCE_S = 40.0


def main(text: str) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from kb import services
    from kb.services.guides.starter import load_starter
    from probes.models import Batch, Run

    load_starter()
    investigation = services.find_fixes(text)
    steps = 0
    while (advice := services.diagnose(investigation).next) and steps < 15:
        if not all(state.can_run for state in advice.checks):
            break
        checks = [state.check for state in advice.checks]
        batch = services.run_checks(investigation, checks, by=None, confirm=True)
        _wait(lambda pk=batch.pk: Batch.objects.get(pk=pk).state == Batch.State.DONE)
        steps += 1
    first = services.diagnose(investigation).causes[0]
    runs = Run.objects.filter(item__batch__investigations=investigation)
    found = {
        "first": first.cause.key,
        "state": first.state,
        "steps": steps,
        "leased_by": sorted(set(investigation.batches.values_list("leased_by", flat=True))),
        "unknown": sorted(
            runs.filter(status="UNKNOWN").values_list("item__kind", "reason_code").distinct()
        ),
        "seen": runs.exclude(status="UNKNOWN").count(),
    }
    sys.stdout.write(json.dumps(found))


def _wait(happened) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not happened():
        if time.monotonic() > deadline:
            raise SystemExit("no worker took the batch")
        time.sleep(0.05)


if __name__ == "__main__":
    main(sys.argv[1])
