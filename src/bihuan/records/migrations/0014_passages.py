"""What was said as it is looked for, with the index that each database has for it."""

from django.db import migrations, models

SQLITE = (
    """
    CREATE VIRTUAL TABLE records_passagesigns USING fts5(
        who, contact, told, said, content='', tokenize="ascii tokenchars '~='"
    )
    """,
)
POSTGRESQL = (
    "ALTER TABLE records_passage ADD COLUMN signs tsvector",
    "CREATE INDEX passage_signs ON records_passage USING gin (signs)",
    """
    CREATE VIEW records_passagesigns AS
    SELECT id AS rowid, signs AS records_passagesigns FROM records_passage
    """,
)


def install(_apps, schema_editor):
    statements = POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE
    for statement in statements:
        schema_editor.execute(statement)


def remove(_apps, schema_editor):
    on = schema_editor.connection.vendor == "postgresql"
    schema_editor.execute(f"DROP {'VIEW' if on else 'TABLE'} records_passagesigns")


class Migration(migrations.Migration):
    dependencies = [("records", "0013_cases_by_the_unit_concerned")]
    operations = [
        migrations.CreateModel(
            name="Passage",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("who", models.TextField(blank=True)),
                ("contact", models.TextField(blank=True)),
                ("told", models.TextField(blank=True)),
                ("said", models.TextField(blank=True)),
            ],
        ),
        migrations.CreateModel(
            name="PassageSigns",
            fields=[
                (
                    "id",
                    models.BigIntegerField(db_column="rowid", primary_key=True, serialize=False),
                ),
                ("signs", models.TextField(db_column="records_passagesigns")),
            ],
            options={"managed": False},
        ),
        migrations.RunPython(install, remove),
    ]
