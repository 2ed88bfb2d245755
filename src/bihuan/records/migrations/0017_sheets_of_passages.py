"""On which sheets a passage stands: what a party that has only those may find."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("records", "0016_received")]
    operations = [
        migrations.AddField(
            model_name="passage",
            name="sheets",
            field=models.TextField(blank=True, default=""),
        ),
    ]
