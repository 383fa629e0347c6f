"""A guide knows the last day on which a text led to it. For those there are, counting begins today."""

from django.db import migrations, models
from django.utils import timezone


def begin_today(apps, schema_editor):
    apps.get_model("kb", "Guide").objects.update(matched_on=timezone.now().date())


class Migration(migrations.Migration):

    dependencies = [("kb", "0008_confirmation_addresses_reviews")]

    operations = [
        migrations.AddField(
            model_name="guide",
            name="matched_on",
            field=models.DateField(blank=True, editable=False, help_text="The last day on which a text led to it or its checks were started.", null=True, verbose_name="last found on"),
        ),
        migrations.RunPython(begin_today, migrations.RunPython.noop),
    ]
