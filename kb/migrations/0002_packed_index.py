"""The index in packed rows. The old postings go; `reindex`, which `up` runs, writes the new ones."""

import django.db.models.deletion
from django.db import migrations, models


def keep_postings_plain(apps, schema_editor):
    """On PostgreSQL: a block is read whole and often; compressing and moving it out costs more."""
    if schema_editor.connection.vendor == "postgresql":
        for table, column in (
            ("kb_postingblock", "postings"),
            ("kb_indexterm", "postings"),
            ("kb_indexedguide", "terms"),
        ):
            schema_editor.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET STORAGE EXTERNAL")
            schema_editor.execute(f"ALTER TABLE {table} SET (toast_tuple_target = 8160)")


class Migration(migrations.Migration):
    dependencies = [
        ('kb', '0001_initial'),
    ]

    operations = [
        migrations.DeleteModel(name='Posting'),
        migrations.CreateModel(
            name='IndexState',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ('version', models.CharField(default='', max_length=40)),
                ('guides', models.PositiveIntegerField(default=0)),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='IndexTerm',
            fields=[
                ('id', models.BigIntegerField(primary_key=True, serialize=False)),
                ('guides', models.PositiveIntegerField()),
                ('postings', models.BinaryField()),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='PostingBlock',
            fields=[
                ('pk', models.CompositePrimaryKey('term', 'block', blank=True, editable=False, primary_key=True, serialize=False)),
                ('term', models.BigIntegerField()),
                ('block', models.IntegerField()),
                ('postings', models.BinaryField()),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='IndexedGuide',
            fields=[
                ('guide', models.OneToOneField(editable=False, on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='indexed', serialize=False, to='kb.guide')),
                ('terms', models.BinaryField()),
                ('causes', models.BinaryField()),
                ('details', models.JSONField()),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='Sign',
            fields=[
                ('term', models.BigIntegerField(primary_key=True, serialize=False)),
                ('anchor', models.CharField(db_index=True, max_length=50)),
                ('needs', models.TextField(blank=True)),
                ('text', models.TextField()),
                ('is_pattern', models.BooleanField(default=False)),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.RunPython(keep_postings_plain, migrations.RunPython.noop),
    ]
