"""The database itself refuses to change or delete events; only `private` may be blanked."""

from django.db import migrations

FIXED = (
    "id", "case_id", "sequence", "kind", "act_id", '"by"', "seat", "sheet", "at", "recorded_at",
    "data", "effects", "previous", "hash",
)  # fmt: skip
CHANGED = " OR ".join(f"NEW.{name} {{differs}} OLD.{name}" for name in FIXED)
NO = "events are never changed or deleted"

SQLITE = (
    f"""
    CREATE TRIGGER records_event_never_changes BEFORE UPDATE ON records_event
    WHEN {CHANGED.format(differs="IS NOT")}
      OR (NEW.private IS NOT OLD.private AND NEW.private IS NOT '{{}}')
    BEGIN SELECT RAISE(ABORT, '{NO}'); END
    """,
    f"""
    CREATE TRIGGER records_event_never_leaves BEFORE DELETE ON records_event
    BEGIN SELECT RAISE(ABORT, '{NO}'); END
    """,
)
POSTGRESQL = (
    f"""
    CREATE FUNCTION records_event_refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION '{NO}' USING ERRCODE = 'integrity_constraint_violation'; END $$
    """,
    f"""
    CREATE TRIGGER records_event_never_changes BEFORE UPDATE ON records_event FOR EACH ROW
    WHEN ({CHANGED.format(differs="IS DISTINCT FROM")}
      OR (NEW.private IS DISTINCT FROM OLD.private AND NEW.private IS DISTINCT FROM '{{}}'))
    EXECUTE FUNCTION records_event_refuse()
    """,
    """
    CREATE TRIGGER records_event_never_leaves BEFORE DELETE ON records_event FOR EACH ROW
    EXECUTE FUNCTION records_event_refuse()
    """,
)


def install(_apps, schema_editor):
    statements = POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE
    for statement in statements:
        schema_editor.execute(statement)


def remove(_apps, schema_editor):
    on = " ON records_event" if schema_editor.connection.vendor == "postgresql" else ""
    for name in ("changes", "leaves"):
        schema_editor.execute(f"DROP TRIGGER records_event_never_{name}{on}")
    if on:
        schema_editor.execute("DROP FUNCTION records_event_refuse()")


class Migration(migrations.Migration):
    dependencies = [("records", "0001_first_tables")]
    operations = [migrations.RunPython(install, remove)]
