"""Running one approved probe here and now: no queue, and nothing is stored."""

import asyncio
from collections.abc import Mapping

from django.utils.translation import gettext as _

from probes.engine import registry
from probes.engine.runner import run_one
from probes.engine.spec import ProbeResult
from probes.models import Probe
from probes.services.errors import Problem, RequestRefused
from probes.services.locations import policy_of, server_location
from probes.services.requests import Wanted, freeze
from probes.services.running import spec_of


def look_now(slug: str, *, values: Mapping[str, str]) -> ProbeResult:
    """What the probe sees from the server's own location, held by that location's policy.

    Raises RequestRefused with every problem, InvalidParams when the host's limits cannot be read.
    """
    probe = Probe.objects.filter(slug=slug).first()
    if probe is None:
        raise RequestRefused(
            [_problem(slug, "unknown_probe", _("There is no probe of this name."))]
        )
    if unasked := sorted(values.keys() - registry.placeholders(probe.params)):
        message = _("The probe does not ask for this value.")
        raise RequestRefused(
            [_problem(slug, "invalid_value", message, field=name) for name in unasked]
        )
    (item,) = freeze([Wanted(probe=probe, values=values)])
    return asyncio.run(run_one(spec_of(item), policy=policy_of(server_location())))


def _problem(slug: str, code: str, message: str, *, field: str = "") -> Problem:
    return Problem(index=0, ref=slug, code=code, field=field, message=message)
