"""Signs say in which text of a passage they stand, so that each text has postings of its own."""

from django.db import migrations

from bihuan.records.models.passage import OWN, STRETCHES, stretch
from bihuan.records.wording import indexed, placed

PART = 1_000
NEXT = """
SELECT id, who, contact, told, said FROM records_passage WHERE id > %s ORDER BY id LIMIT %s
"""
SQLITE = """
CREATE VIRTUAL TABLE records_passagesigns USING fts5(
    signs, content='', tokenize="ascii tokenchars '~='"
)
"""
POSTGRESQL = "CREATE INDEX passage_signs ON records_passage USING gin (signs)"


def stretches(key):
    return [stretch(bits, key >> OWN) for bits in STRETCHES]


def make_anew(_apps, schema_editor):
    connection = schema_editor.connection
    on = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX passage_signs" if on else "DROP TABLE records_passagesigns")
        if not on:
            cursor.execute(SQLITE)
        last = -(1 << 62)
        while True:
            cursor.execute(NEXT, (last, PART))
            rows = cursor.fetchall()
            if not rows:
                break
            if on:
                cursor.executemany(
                    "UPDATE records_passage SET signs = %s::tsvector WHERE id = %s",
                    [(placed(texts, stretches(key)), key) for key, *texts in rows],
                )
            else:
                cursor.executemany(
                    "INSERT INTO records_passagesigns (rowid, signs) VALUES (%s, %s)",
                    [(key, indexed(texts)) for key, *texts in rows],
                )
            last = rows[-1][0]
        if on:
            cursor.execute(POSTGRESQL)


class Migration(migrations.Migration):
    dependencies = [("records", "0031_complainants_by_email")]
    operations = [migrations.RunPython(make_anew, migrations.RunPython.noop)]
