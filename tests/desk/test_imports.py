"""An import that is killed at any row is run again and ends as if it never was; a mapping has one meaning a name."""

import pytest

from bihuan.desk import import_mappings, imports
from bihuan.desk.import_mappings import Mapping
from bihuan.desk.tables import read_table
from bihuan.records.models import AdministrativeChange, Case
from tests.desk.firm import START, firm

ROWS, BATCH = 25, 10


class Killed(BaseException):
    """The process is gone: nothing of the import's own code catches it."""


@pytest.mark.django_db
@pytest.mark.parametrize("row", [1, 10, 11, 25])
def test_an_import_killed_at_any_row_is_taken_up_where_it_was(monkeypatch, row):
    text = "id,text\n" + "".join(
        f"{number},电梯第 {number} 次停运\n" for number in range(1, ROWS + 1)
    )
    table = read_table(text.encode(), "t.csv")
    how = {"policy": firm().policy, "unit": "firm", "by": "system", "now": START}
    mapping = {"id": "id", "text": "content"}
    register, seen = imports.register, []

    def killed(*args, **more):
        seen.append(1)
        if len(seen) == row:
            raise Killed
        return register(*args, **more)

    monkeypatch.setattr(imports, "BATCH", BATCH)
    monkeypatch.setattr(imports, "register", killed)
    with pytest.raises(Killed):
        imports.import_records(table.records, mapping, **how)
    assert Case.objects.filter(ledger=False).count() == (row - 1) // BATCH * BATCH

    monkeypatch.setattr(imports, "register", register)
    done = imports.import_records(table.records, mapping, **how)
    assert not done.rejected
    assert [one.line for one in done.taken] == list(range(2, ROWS + 2))
    assert Case.objects.filter(ledger=False).count() == ROWS


@pytest.mark.django_db
def test_a_mapping_is_kept_under_its_name_replaced_and_dropped():
    first = Mapping((("desc", "content"), ("brand", "")), (("channel", "phone"),), source="old")
    other = Mapping((("desc", "content"),), system="osticket")
    assert import_mappings.save(" 老  系统 ", first, START) is None
    assert import_mappings.find("老 系统") == first
    import_mappings.save("老 系统", first, START + 1)
    assert AdministrativeChange.objects.filter(area="import mappings").count() == 1

    import_mappings.save("老 系统", other, START + 2)
    assert (import_mappings.find("老 系统"), import_mappings.names()) == (other, ["老 系统"])
    assert import_mappings.drop("老 系统", START + 3)
    assert not import_mappings.drop("老 系统", START + 3)
    assert import_mappings.find("老 系统") is None
    for bad in ("", "长" * 61, "a\0b"):
        assert import_mappings.save(bad, first, START).field == "name"
