"""The guides beside a guide: what to read next when this one is not it."""

from django.db.models import Count, F

from kb.models import Guide

MOST_NEIGHBOURS = 3


def neighbours_of(guide: Guide) -> list[Guide]:
    """Published guides that share services with it: most in common first, then lately needed."""
    services = [service.pk for service in guide.services.all()]
    if not services:
        return []
    rows = Guide.objects.published().filter(services__in=services).exclude(pk=guide.pk)
    counted = rows.annotate(shared=Count("services")).order_by(
        "-shared", F("matched_on").desc(nulls_last=True), "slug"
    )
    return list(counted.prefetch_related("translations")[:MOST_NEIGHBOURS])
