"""What reading or checking a policy finds: level, code, place, clause, and what would be right."""

from dataclasses import dataclass, field
from enum import StrEnum

from bihuan.engine.words import Text


class Level(StrEnum):
    """How bad a finding is: errors block approval, warnings must be acknowledged with a reason."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


LEVEL_TEXT = {
    Level.ERROR: Text("必须改", "must change"),
    Level.WARNING: Text("提醒", "warning"),
    Level.NOTE: Text("说明", "note"),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found: `place` is the path in the policy, `story` a counter-example told in sentences."""

    level: Level
    code: str
    text: Text
    place: str = ""
    clauses: tuple[str, ...] = ()
    line: int = 0  # from 1; 0 where the finding is about the file as a whole
    column: int = 0
    story: tuple[Text, ...] = field(default=())

    def say(self, lang: str) -> str:
        """The finding as one line: place in the file, clause, what is wrong and what would be right."""
        where = f"{self.line}:{self.column} " if self.line else ""
        clause = f"({', '.join(self.clauses)}) " if self.clauses else ""
        return (
            f"{where}{LEVEL_TEXT[self.level].in_(lang)} {self.code} {clause}{self.text.in_(lang)}"
        )
