"""PostgreSQL finds the last passages by one question, and does not try in vain to compress their signs."""

from django.db import migrations

# Its index gives all that fits, in no order: so more and more of what is last is asked for, each stretch
# of cases by its sign, until there is enough.
FIND = """
CREATE FUNCTION records_last_passages(
    asked tsquery, first bigint, until bigint, most integer, stretches integer[]
) RETURNS SETOF bigint LANGUAGE plpgsql STABLE ROWS 64 SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    last bigint := (SELECT id >> 20 FROM records_passage WHERE id < until ORDER BY id DESC LIMIT 1);
    awaited bigint := most;  -- in the stretch, by how many were in the one before
    bits integer;
    begun bigint;
    within tsquery;
    found integer;
BEGIN
    FOREACH bits IN ARRAY stretches LOOP
        begun := (last - (1::bigint << bits)) >> bits << bits << 20;
        IF awaited >= most THEN
            within := ('b' || bits || '.' || (last >> bits))::tsquery
                      || ('b' || bits || '.' || (last >> bits) - 1)::tsquery;
            RETURN QUERY WITH fits AS MATERIALIZED (
                SELECT id FROM records_passage WHERE signs @@ (within && asked)
            ) SELECT id FROM fits WHERE id >= greatest(begun, first) AND id < until
              ORDER BY id DESC LIMIT most;
            GET DIAGNOSTICS found = ROW_COUNT;
            most := most - found;
            IF most = 0 OR begun <= first THEN
                RETURN;
            END IF;
            until := begun;
            awaited := found;
        END IF;
        awaited := awaited * 8;
    END LOOP;
    RETURN QUERY WITH fits AS MATERIALIZED (
        SELECT id FROM records_passage WHERE signs @@ asked
    ) SELECT id FROM fits WHERE id >= first AND id < until ORDER BY id DESC LIMIT most;
END
$$
"""


def install(_apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(FIND)
        schema_editor.execute("ALTER TABLE records_passage ALTER COLUMN signs SET STORAGE EXTERNAL")


def remove(_apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP FUNCTION records_last_passages")


class Migration(migrations.Migration):
    dependencies = [("records", "0033_ledgers_at_once")]
    operations = [migrations.RunPython(install, remove)]
