"""A process that saves, renames and deletes guides at random: `python -m tests.kb.index_writer 7`."""

import os
import random
import sys

import django

CHANGES = 40
SLUGS = [f"guide-{number}" for number in range(8)]
WORDS = ["broker", "kafka", "zookeeper", "lantern", "harbour", "ECONNREFUSED", "연결", "거부"]


def main(seed: int) -> None:
    """Says how many changes were made. Whatever the database refuses ends it with a traceback."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    django.setup()
    dice = random.Random(seed)
    for _ in range(CHANGES):
        dice.choice([save, save, save, rename, delete, unpublish])(dice)
    sys.stdout.write(f"{CHANGES}\n")


def save(dice: random.Random) -> None:
    from kb.ingest import GuideDraft
    from kb.services import save_guide

    body = " ".join(dice.choices(WORDS, k=dice.randint(1, 30)))
    draft = GuideDraft(
        slug=dice.choice(SLUGS), language="en", title=dice.choice(WORDS), summary="", body=body
    )
    save_guide(draft, by=None, source="api")


def rename(dice: random.Random) -> None:
    from django.db import transaction

    from kb import index
    from kb.models import Guide

    with transaction.atomic():
        index.lock()
        old, new = dice.choice(SLUGS), dice.choice(SLUGS)
        if not Guide.objects.filter(slug=new).exists():
            for guide in Guide.objects.filter(slug=old):
                guide.slug = new
                guide.save()
                index.update(guide)


def delete(dice: random.Random) -> None:
    from kb.models import Guide

    Guide.objects.filter(slug__in=dice.sample(SLUGS, 2)).delete()


def unpublish(dice: random.Random) -> None:
    from django.db import transaction

    from kb import index
    from kb.models import Guide

    with transaction.atomic():
        index.lock()
        for guide in Guide.objects.filter(slug=dice.choice(SLUGS)):
            guide.state = dice.choice([Guide.State.DRAFT, Guide.State.PUBLISHED])
            guide.save()
            index.update(guide)


if __name__ == "__main__":
    main(int(sys.argv[1]))
