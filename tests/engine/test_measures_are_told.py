"""The document that says what is counted names every measure there is."""

from pathlib import Path

from bihuan.engine.measures import MEASURES

DOCUMENT = Path(__file__).parents[2] / "docs/reports.md"


def test_every_measure_stands_in_the_document_with_what_it_counts():
    text = DOCUMENT.read_text("utf-8")
    missing = [
        name for name, measure in MEASURES.items()
        if f"| `{name}`" not in text or measure.says.en not in text or measure.says.zh not in text
    ]  # fmt: skip
    assert not missing
