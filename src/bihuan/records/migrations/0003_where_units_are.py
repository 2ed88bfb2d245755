"""Where a unit is, and what kinds of case it can do: the nearest one able is sent for."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("records", "0002_history_is_append_only")]

    operations = [
        migrations.AddField(
            "unit", "place", models.CharField(max_length=60, blank=True, default="")
        ),
        migrations.AddField(
            "unit", "can", models.CharField(max_length=200, blank=True, default="")
        ),
    ]
