"""A base as full as a busy company's after years, invented with a fixed seed."""

from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection

from incidents.evaluation.many_incidents import seed_incidents
from kb.evaluation.judged import read_set
from kb.evaluation.many_cases import seed_cases
from kb.evaluation.many_guides import seed_guides
from kb.services.starter import STARTER
from probes.evaluation.many_runs import seed_runs


@dataclass(frozen=True, kw_only=True)
class Size:
    guides: int
    incidents: int
    runs: int

    def part(self, share: float) -> "Size":
        """The same base with so much of everything, and at least one."""
        guides, incidents, runs = self.guides * share, self.incidents * share, self.runs * share
        return Size(
            guides=max(1, int(guides)), incidents=max(1, int(incidents)), runs=max(1, int(runs))
        )


def fill(size: Size) -> None:
    """Make the tables of the configured database and fill them. It must be empty."""
    call_command("migrate", verbosity=0)
    User.objects.create_superuser("measurer")
    judged = read_set(settings.BASE_DIR / "benchmarks" / "starter", starter=STARTER, half="tune")
    seed_runs(size.runs)
    seed_guides(judged, size.guides)
    seed_incidents(seed_cases(judged, size.incidents))
    with connection.cursor() as cursor:
        # What a database does by itself in time.
        cursor.execute("ANALYZE")
