"""A small guide about a server that cannot be reached, and what its checks saw."""

from datetime import timedelta

from django.contrib.auth.models import User
from django.utils import timezone

from kb import services
from kb.models import Check, Guide, Investigation
from probes.engine.spec import ProbeResult, Status
from probes.models import Batch, Location
from probes.services import claim, record, server_location
from tests import factories as make

TEXT = "GET http://localhost:8001/ net::ERR_CONNECTION_REFUSED"

_STATUS = {
    "no_agent": Status.UNKNOWN,
    "listening": Status.OK,
    "connected": Status.OK,
    "bound_loopback_only": Status.WARNING,
    "permission_denied": Status.UNKNOWN,
}


def make_unreachable(slug: str = "connection") -> Guide:
    guide = make.make_guide(
        slug,
        title="Server cannot be reached",
        parameters={
            "host": {"type": "host", "default": "127.0.0.1", "from": "host"},
            "port": {"type": "port", "default": 8000, "from": "port"},
        },
    )
    listen = make.make_probe(
        f"{slug}-listen", kind="port_listen", params={"port": "${port}", "expect": "listening"}
    )
    tcp = make.make_probe(f"{slug}-tcp")
    ask = make.make_probe(f"{slug}-ask", kind="manual", params={"question": "Is the container Up?"})
    make.make_check(guide, "listener", listen, parameters={"port": "${port}"})
    both = {"host": "${host}", "port": "${port}"}
    make.make_check(guide, "outside", tcp, parameters=both)
    make.make_check(guide, "container", ask)
    _add_causes(guide)
    make.make_symptom(
        guide,
        "refused",
        phrases=("ERR_CONNECTION_REFUSED",),
        suggests={"not-running": "strong", "port-held": "weak"},
    )
    make.reindex(guide)
    return guide


def _add_causes(guide: Guide) -> None:
    not_running = make.make_cause(guide, "not-running", position=0)
    make.make_evidence(not_running, "strongly-for", listener="not_listening", outside="refused")
    make.make_evidence(not_running, "for", listener="not_listening")
    make.make_evidence(not_running, "rules-out", listener=["listening", "held_by_other"])
    make.make_resolution(not_running, "start", verify=("listener", "outside"))
    make.make_resolution(not_running, "blame-firewall", kind="avoid")
    port_held = make.make_cause(guide, "port-held", weight=3, position=1)
    make.make_evidence(port_held, "strongly-for", listener="held_by_other")
    make.make_evidence(port_held, "rules-out", listener="not_listening")
    make.make_resolution(port_held, "free")
    died = make.make_cause(guide, "died", refines=not_running, position=2)
    make.make_evidence(died, "strongly-for", container="denied")


def check(guide: Guide, slug: str) -> Check:
    return guide.checks.select_related("guide", "probe").get(slug=slug)


def see(
    investigation: Investigation,
    guide: Guide,
    *,
    by: User | None = None,
    purpose: str = Batch.Purpose.DIAGNOSE,
    ago: timedelta = timedelta(0),
    at: Location | None = None,
    **reasons: str,
) -> Batch:
    """Request these checks and record that they saw this: `see(..., listener="listening")`."""
    checks = [check(guide, slug) for slug in reasons]
    place = at or server_location()
    batch = services.run_checks(
        investigation, checks, by=by, purpose=purpose, confirm=True, location=place
    )
    claimed = claim(location=place, runner="test")
    assert claimed is not None
    started = timezone.now() - ago
    results = {
        item.item_id: ProbeResult(
            status=_STATUS.get(reason, Status.CRITICAL),
            reason_code=reason,
            facts={},
            summary=reason,
            output="",
            attempts=[],
            started_at=started,
            elapsed_s=0.01,
            lateness_s=0.0,
        )
        for item, reason in zip(claimed.items, reasons.values(), strict=True)
    }
    assert record(claimed, results).is_done
    return batch
