"""Gives the cases that were concluded before their identifying terms; others get them when they end."""

from django.db import migrations

from kb.matching import analyse
from kb.matching.identity import identifiers

BATCH = 500


def fill(apps, schema_editor):
    Investigation = apps.get_model("kb", "Investigation")
    CaseFact = apps.get_model("kb", "CaseFact")
    concluded = Investigation.objects.filter(concluded_at__isnull=False).order_by("pk")
    rows = []
    for pk, text in concluded.values_list("pk", "text").iterator(chunk_size=BATCH):
        rows += [
            CaseFact(investigation_id=pk, term=one.term, is_concluded=True)
            for one in identifiers(analyse(text))
        ]
        if len(rows) >= BATCH:
            CaseFact.objects.bulk_create(rows)
            rows = []
    CaseFact.objects.bulk_create(rows)


class Migration(migrations.Migration):

    dependencies = [("kb", "0003_case_facts")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
