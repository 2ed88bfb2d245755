"""What closed cases teach, and what it said of the cases that came after."""

import django.db.models.deletion
from django.db import migrations, models

import bihuan.records.models.json_text


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0026_sources"),
    ]

    operations = [
        migrations.CreateModel(
            name="Learned",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("policy_code", models.CharField(max_length=60)),
                ("fact", models.CharField(max_length=60)),
                ("at", models.BigIntegerField()),
                ("cases", models.IntegerField()),
                ("accuracy", models.FloatField()),
                ("floor", models.FloatField()),
                ("weights", bihuan.records.models.json_text.JsonText()),
            ],
            options={
                "indexes": [
                    models.Index(fields=["policy_code", "fact", "-at"], name="learned_latest")
                ],
            },
        ),
        migrations.CreateModel(
            name="Suggested",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("value", models.CharField(max_length=60)),
                ("confidence", models.FloatField()),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="suggested",
                        to="records.case",
                    ),
                ),
                (
                    "learned",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="suggested",
                        to="records.learned",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("case", "learned"), name="weights_judge_a_case_once"
                    )
                ],
            },
        ),
    ]
