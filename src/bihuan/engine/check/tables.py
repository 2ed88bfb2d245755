"""P1: decision tables answer every case, and every row can be the one that answers."""

from collections.abc import Iterator

from bihuan.engine.check.cells import Cell, Cells
from bihuan.engine.check.story import Story, facts_text, found
from bihuan.engine.findings import Finding, Level
from bihuan.engine.policy import Condition, Policy, Table
from bihuan.engine.words import Text


def check_tables(policy: Policy, cells: Cells) -> Iterator[Finding]:
    """Cells without a row, rows that no case comes to, rows that change nothing."""
    for table in policy.tables.values():
        if not table.rows:
            yield found(Level.ERROR, "no-row", table.at, "判定表没有行", "the table has no rows")
            continue
        yield from _total(table, policy, cells)
        yield from _shadowed(table, policy, cells)


def _total(table: Table, policy: Policy, cells: Cells) -> Iterator[Finding]:
    cell = cells.witness((), (row.when for row in table.rows))
    if cell is None:
        return
    clauses = tuple(dict.fromkeys(clause for row in table.rows for clause in row.at.clauses))
    yield found(
        Level.ERROR,
        "no-row",
        table.at,
        "有的案件没有一行可用；请在最后加 otherwise",
        "some cases fit no row; end the table with otherwise",
        story=(
            facts_text(cell, policy),
            Text(f"{table.name} 没有答案", f"{table.name} has no answer"),
        ),
        clauses=clauses,
    )


def _shadowed(table: Table, policy: Policy, cells: Cells) -> Iterator[Finding]:
    for index, row in enumerate(table.rows):
        above = [each.when for each in table.rows[:index]]
        if not row.when and index < len(table.rows) - 1:
            lost = table.rows[index + 1 :]
            clauses = tuple(dict.fromkeys(clause for each in lost for clause in each.at.clauses))
            yield found(
                Level.ERROR,
                "otherwise-first",
                row.at,
                f"otherwise 之后还有 {len(lost)} 行，永远轮不到",
                f"{len(lost)} rows stand below otherwise and can never answer",
                story=(
                    facts_text(cells.witness((lost[0].when,), ()) or {}, policy),
                    Text(
                        "由 otherwise 回答，其下各行落空",
                        "is answered by otherwise, not by the rows below",
                    ),
                ),
                clauses=clauses or row.at.clauses,
            )
            return
        if cells.witness((row.when,), above) is None:
            alone = cells.witness((row.when,), ())
            story: Story = ()
            if alone is not None:
                first = next(
                    n for n, each in enumerate(table.rows) if cells_hold(cells, each.when, alone)
                )
                story = (
                    facts_text(alone, policy),
                    Text(f"先由第 {first + 1} 行回答", f"is answered by row {first + 1} before"),
                )
            yield found(
                Level.ERROR,
                "shadowed-row",
                row.at,
                "永远轮不到这一行：凡合于此行的案件，上面各行已先回答",
                "this row can never answer: every case it fits is answered by the rows above",
                story=story,
            )
        elif index < len(table.rows) - 1 and not _matters(table, index, cells):
            yield found(
                Level.WARNING,
                "pointless-row",
                row.at,
                "去掉这一行，答案也不会变：下面各行给出同样的结果",
                "without this row every answer stays the same: the rows below give the same",
            )


def cells_hold(cells: Cells, condition: Condition, cell: Cell) -> bool:
    """Whether the engine finds that a condition holds in a cell."""
    return all(cells.fits(name, test, cell.get(name)) for name, test in condition)


def _matters(table: Table, index: int, cells: Cells) -> bool:
    """Whether some case that comes to the row would be answered otherwise without it."""
    row = table.rows[index]
    above = [each.when for each in table.rows[:index]]
    for later in range(index + 1, len(table.rows)):
        other = table.rows[later]
        if other.then == row.then:
            continue
        between = [each.when for each in table.rows[index + 1 : later]]
        if cells.witness((row.when, other.when), (*above, *between)) is not None:
            return True
    # A table that is not total: without the row, some case would have no answer at all.
    return (
        cells.witness((row.when,), (*above, *(each.when for each in table.rows[index + 1 :])))
        is not None
    )
