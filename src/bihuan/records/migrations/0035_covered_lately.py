"""Which cases had a sheet for their problem lately is asked whenever others complained of the same."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("records", "0034_found_by_one_question")]
    operations = [
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                fields=["covered_at"],
                name="case_covered",
                condition=models.Q(covered_at__gt=0),
            ),
        ),
    ]
