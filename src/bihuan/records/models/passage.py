"""What was said, as it is looked for: a projection of the events, and of the library's documents."""

from typing import Any

from django.db import models
from django.db.models import Lookup

OWN = 20  # the bits of a passage's id below the case's: fourteen for the entry, six for its part
PARTS = 1 << 6
ENTRIES = 1 << (OWN - 6)
STRETCHES = (10, 13, 16, 19)  # bits of a case's id below its stretch: each the eighth of the next


def stretch(bits: int, case: int) -> str:
    """The sign on PostgreSQL of all passages of a stretch of cases: its index knows no order by itself."""
    return f"b{bits}.{case >> bits}"


class Passage(models.Model):
    """The folded words of one entry of a case, or (below 0) of a version of a document.

    Its id says which: the case, the place of the entry in its history, the part of a long text. So
    those of a case stand together and newer cases have the greater ids.
    """

    id = models.BigIntegerField(primary_key=True)
    who = models.TextField(blank=True)  # number, names, what a customer calls their things
    contact = models.TextField(blank=True)
    told = models.TextField(blank=True)  # what was told when it was registered
    said = models.TextField(blank=True)  # what was said and written later
    sheets = models.TextField(blank=True, default="")  # whose readers may read it: " 1 2 "

    def __str__(self) -> str:
        return str(self.id)


class PassageSigns(models.Model):
    """The index over the passages: an FTS5 table on SQLite, a tsvector with GIN on PostgreSQL."""

    id = models.BigIntegerField(primary_key=True, db_column="rowid")
    signs = models.TextField(db_column="records_passagesigns")

    class Meta:
        managed = False

    def __str__(self) -> str:
        return str(self.id)


@models.TextField.register_lookup
class Matches(Lookup):  # type: ignore[type-arg]
    """That a passage fits what is looked for: an object that has it in either database's words."""

    lookup_name = "matches"
    prepare_rhs = False

    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        """As FTS5 asks."""
        left, params = self.process_lhs(compiler, connection)
        return f"{left} MATCH %s", [*params, self.rhs.fts5]

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        """As a tsvector is asked."""
        left, params = self.process_lhs(compiler, connection)
        return f"{left} @@ %s::tsquery", [*params, self.rhs.tsquery]
