"""The ledgers are few among the cases, and asked for every minute."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("records", "0032_signs_say_their_text")]
    operations = [
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                fields=["kind", "id"], name="case_ledger", condition=models.Q(ledger=True)
            ),
        ),
    ]
