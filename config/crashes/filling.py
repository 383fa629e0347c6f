"""Inside the site of a trial: what waits in its queue, and the key that writers use."""

from collections.abc import Iterator

from django.contrib.auth.models import User

from config.first_run import make_key
from probes import services
from probes.models import Batch, Location, Probe

_ONE_SLOW_OF = 10
WRITERS_MAY = ("incidents.add_incident", "kb.import_guide", "kb.publish_guide")


def fill(items: int, *, port: int, batch_size: int, location: str) -> None:
    """Ask for `items` looks at `port` of this host, in batches of quick and slow ones.

    `location`: a new one that they look from, or empty for the server's own.
    """
    place = Location.objects.create(slug=location, name=location) if location else None
    author, approver = (User.objects.create_user(name) for name in ("author", "approver"))
    quick = Probe(slug="quick", kind="tcp_connect", params={"host": "127.0.0.1", "port": "${port}"})
    slow = Probe(slug="slow", kind="http", params={"url": "http://127.0.0.1:${port}/"})
    for probe in (quick, slow):
        probe.name, probe.timeout_s = f"A {probe.slug} look, counted by who is looked at", 10
        services.save_probe(probe, by=author)
        services.approve_probe(probe, by=approver)
    for numbers in _parts(items, batch_size):
        wanted = [
            services.Wanted(
                probe=quick if number % _ONE_SLOW_OF else slow,
                values={"port": port},
                ref=f"item {number}",
            )
            for number in numbers
        ]
        services.request_batch(wanted, purpose=Batch.Purpose.TRY, by=author, location=place)


def _parts(items: int, size: int) -> Iterator[range]:
    for first in range(0, items, size):
        yield range(first, min(first + size, items))


def key_for_writers() -> str:
    user = User.objects.create_superuser("writer")
    return make_key("crash trial", user=user, scopes=WRITERS_MAY)[1]
