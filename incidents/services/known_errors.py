"""Known errors (ITIL): causes that are not repaired yet and have a workaround."""

from django.db.models import QuerySet

from kb.models import Cause, Guide, Resolution


def open_known_errors() -> QuerySet[Cause]:
    """Those of every guide but the archived ones, with what their names need."""
    open_causes = Cause.objects.exclude(standing=Cause.Standing.FIXED)
    known = open_causes.exclude(guide__state=Guide.State.ARCHIVED).filter(
        pk__in=Resolution.objects.filter(kind=Resolution.Kind.WORKAROUND).values("cause")
    )
    return (
        known.select_related("guide")
        .prefetch_related("guide__translations")
        .order_by("guide__slug", "position", "id")
    )


def is_open_known_error(cause: Cause) -> bool:
    return open_known_errors().filter(pk=cause.pk).exists()


def only_workaround(cause: Cause) -> Resolution | None:
    """The cause's workaround, where it has exactly one."""
    found = list(cause.resolutions.filter(kind=Resolution.Kind.WORKAROUND)[:2])
    return found[0] if len(found) == 1 else None
