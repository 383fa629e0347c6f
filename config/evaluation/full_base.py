"""A base as full as a busy company's after years, invented with a fixed seed."""

from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection

from config.evaluation.many_others import seed_others
from incidents.evaluation.many_incidents import seed_incidents
from kb.evaluation.judged import read_set
from kb.evaluation.many_cases import seed_cases
from kb.evaluation.many_guides import seed_guides
from kb.services.guides.starter import STARTER
from kb.services.upkeep.kept_health import look_at_all
from probes.evaluation.many_runs import seed_runs

# There is one person, place and draft for so many guides.
_OTHERS = 25


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
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        # A base that is made anew after a power failure needs no care for one.
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous=OFF")
    call_command("migrate", verbosity=0)
    User.objects.create_superuser("measurer")
    seed(size)
    # What the worker does in time.
    look_at_all()
    with connection.cursor() as cursor:
        # What a database does by itself.
        cursor.execute("ANALYZE")


def seed(size: Size) -> None:
    """So much more of everything in a base that may hold some already."""
    judged = read_set(settings.BASE_DIR / "benchmarks" / "starter", starter=STARTER, half="tune")
    seed_runs(size.runs)
    seed_guides(judged, size.guides)
    seed_incidents(seed_cases(judged, size.incidents))
    seed_others(max(2, size.guides // _OTHERS))
