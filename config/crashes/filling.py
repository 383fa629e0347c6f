"""Inside the site of a trial: what waits in its queue, and the key that writers use."""

from collections.abc import Iterator

from django.contrib.auth.models import User

from config.first_run import make_key
from probes import services
from probes.models import Batch, Probe

WRITERS_MAY = ("incidents.add_incident", "kb.import_guide", "kb.publish_guide")


def fill(items: int, *, port: int, batch_size: int) -> None:
    """Ask for `items` connections to `port` of this host, in batches."""
    probe = Probe(
        slug="crash-trial",
        name="A connection, counted by who accepts it",
        kind="tcp_connect",
        params={"host": "127.0.0.1", "port": "${port}"},
        timeout_s=10,
    )
    author, approver = (User.objects.create_user(name) for name in ("author", "approver"))
    services.save_probe(probe, by=author)
    services.approve_probe(probe, by=approver)
    for refs in _parts(items, batch_size):
        wanted = [
            services.Wanted(probe=probe, values={"port": port}, ref=f"item {ref}") for ref in refs
        ]
        services.request_batch(wanted, purpose=Batch.Purpose.TRY, by=author)


def _parts(items: int, size: int) -> Iterator[range]:
    for first in range(0, items, size):
        yield range(first, min(first + size, items))


def key_for_writers() -> str:
    user = User.objects.create_superuser("writer")
    return make_key("crash trial", user=user, scopes=WRITERS_MAY)[1]
