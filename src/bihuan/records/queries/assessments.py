"""Assessment sheets recomputed from the events of their case."""

from bihuan.engine.assessing import Recomputed, recomputed
from bihuan.records.queries.entries import history


def assessment_sheets(case_id: int) -> list[Recomputed]:
    """Each time evidence was written on a sheet of the case, beside what its events say it should be."""
    return list(recomputed(history(case_id)))
