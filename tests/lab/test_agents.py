"""An agent inside each of two namespaces, a real server between them: what one place cannot tell, two can."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.db import transaction

from kb import services
from kb.models import Check
from probes.models import Batch, Location, Run
from probes.services import issue_token
from tests.lab.lab import ROOT, Lab, wait_until
from tests.lab.machine import FILTERED, missing
from tests.lab.parts import firewall
from tests.lab.parts.namespace import INSIDE, OUTSIDE
from tests.lab.parts.site import PORT, Site
from tests.lab.place import Place
from tests.starter import put_starter_content

pytestmark = [pytest.mark.lab, pytest.mark.django_db(transaction=True)]

BASE_PORT = 8420
ASKED = {
    Check.Role.TARGET: ("listener", "bind", "inside"),
    Check.Role.CLIENT: ("outside", "root", "docs"),
}


@dataclass(frozen=True, kw_only=True)
class TwoPlaces:
    """The site, and the location of the agent at each of its ends."""

    site: Site
    outside: Location
    inside: Location


@pytest.fixture
def places(database_url: str, tmp_path: Path) -> Iterator[TwoPlaces]:
    if lacking := missing(FILTERED):
        pytest.fail("; ".join(need.complaint for need in lacking), pytrace=False)
    # In one piece: its rows refer to one another in any order.
    with transaction.atomic():
        put_starter_content()
    with Lab() as lab:
        site = Site(lab)
        _serve_the_base(lab, site.outside, database_url)
        outside, inside = (_agent(lab, place) for place in (site.outside, site.inside))
        yield TwoPlaces(site=site, outside=outside, inside=inside)


def _serve_the_base(lab: Lab, place: Place, database_url: str) -> None:
    listen = f"--listen={OUTSIDE}:{BASE_PORT}"
    env = {
        "DATABASE_URL": database_url,
        "KNOWNFIX_NO_VENV": "1",
        "KNOWNFIX_VAR": str(lab.folder / "var"),
        "ALLOWED_HOSTS": OUTSIDE,
    }
    argv = [sys.executable, "-m", "waitress", listen, "config.wsgi:application"]
    lab.start("base", argv, at=place, cwd=ROOT, env=env).wait_until_listening(BASE_PORT)


def _agent(lab: Lab, place: Place) -> Location:
    networks = lab.limits["networks"]
    location = Location.objects.create(slug=place.name, name=place.name, networks=networks)
    url = f"http://{OUTSIDE}:{BASE_PORT}"
    options = ["--server", url, "--limits", str(lab.write_limits())]
    lab.start(
        f"agent-{place.name}",
        [sys.executable, "-m", "probes.engine.agent", *options],
        at=place,
        cwd=ROOT,
        env={"KNOWNFIX_TOKEN": issue_token(location, by=None)},
    )
    return location


def _drops(site: Site) -> None:
    site.serve()
    firewall.filter_port(site.inside, PORT, firewall.DROP)


def _rejects(site: Site) -> None:
    site.serve()
    firewall.filter_port(site.inside, PORT, firewall.REJECT_WITH_RESET)


def _loopback(site: Site) -> None:
    site.serve(host="127.0.0.1")


def _off(site: Site) -> None:
    pass


def _hangs(site: Site) -> None:
    site.serve().freeze()


REFUSED = f"GET http://{INSIDE}:{PORT}/ net::ERR_CONNECTION_REFUSED"
TIMED_OUT = f"GET http://{INSIDE}:{PORT}/ net::ERR_CONNECTION_TIMED_OUT"


@pytest.mark.parametrize(
    ("happens", "paste", "seen", "cause"),
    [
        (_drops, TIMED_OUT, ("timed_out_connect", "connected", "listening"), "filtered"),
        (_rejects, REFUSED, ("refused", "connected", "listening"), "rejected"),
        (_loopback, REFUSED, ("refused", "connected", "bound_loopback_only"), "loopback"),
        (_off, REFUSED, ("refused", "refused", "not_listening"), "not-running"),
        (_hangs, TIMED_OUT, ("connected", "connected", "listening"), "hung"),
    ],
    ids=["firewall drops", "firewall rejects", "loopback only", "server off", "process hung"],
)
def test_two_agents_together_tell_what_the_same_words_hide(
    places: TwoPlaces,
    happens: Callable[[Site], None],
    paste: str,
    seen: tuple[str, str, str],
    cause: str,
) -> None:
    happens(places.site)
    investigation = services.find_fixes(paste)
    values = {"host": INSIDE, "client_host": INSIDE, "port": PORT, "process": "uvicorn"}
    services.set_parameters(investigation, values, by=None)

    for role, location in ((Check.Role.TARGET, places.inside), (Check.Role.CLIENT, places.outside)):
        checks = Check.objects.filter(guide__slug="connection", role=role, slug__in=ASKED[role])
        services.request_runs(investigation, list(checks), by=None, confirm=True, location=location)
    wait_until(lambda: not _unfinished(), "the agents to run what they were asked for")

    said = {run.item.ref.partition("/")[2]: run for run in Run.objects.select_related("item")}
    assert tuple(said[name].reason_code for name in ("outside", "inside", "bind")) == seen
    assert {said[name].item.batch.location for name in ("outside", "root")} == {places.outside}
    assert {said[name].item.batch.location for name in ("inside", "bind")} == {places.inside}
    first = services.diagnose(investigation).causes[0]
    assert (first.cause.key, first.state) == (f"connection/{cause}", "supported")


def _unfinished() -> list[Batch]:
    return [batch for batch in Batch.objects.all() if batch.state != Batch.State.DONE]
