"""A large base keeps how each guide was found, since nobody can look at all of them for a page."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("kb", "0011_pictures_and_ticks"),
    ]

    operations = [
        migrations.CreateModel(
            name="GuideHealth",
            fields=[
                (
                    "guide",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="kept_health",
                        serialize=False,
                        to="kb.guide",
                        verbose_name="guide",
                    ),
                ),
                ("looked_at", models.DateTimeField(db_index=True)),
                ("badness", models.PositiveSmallIntegerField()),
                ("reasons", models.PositiveSmallIntegerField()),
                ("codes", models.CharField(blank=True, max_length=300)),
            ],
            options={
                "default_permissions": (),
            },
        ),
    ]
