"""What cases have in common: by what those that may be one matter are found."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("records", "0022_calls")]
    operations = [
        migrations.CreateModel(
            name="Trait",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "key",
                        "case_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("key", models.BigIntegerField()),
                (
                    "case",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="traits",
                        to="records.case",
                    ),
                ),
            ],
        ),
    ]
