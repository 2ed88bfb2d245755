"""The forms of a policy and what they ask."""

from collections.abc import Iterable

from bihuan.engine.acts import ACTS
from bihuan.engine.findings import Finding, Level
from bihuan.engine.needs import NEEDS
from bihuan.engine.nodes import Mapping, Node
from bihuan.engine.policy import Duty, PrintedForm, Question, SheetKind, Step
from bihuan.engine.policy_rows import Rows
from bihuan.engine.words import PRINTED, YES_NO, Text

ASKED = ("zh", "en", "is", "required", "unsatisfied", "only", "fails", "clause")  # of a question


class Forms(Rows):
    """Reads `forms`."""

    def _form(self, name: str, node: Node) -> PrintedForm:
        place = f"forms.{name}"
        mapping = self.read.mapping(node, place)
        self.read.known(mapping, ("zh", "en", "of", "asks", "clause"), place)
        self.read.element(mapping, place, "form")
        printed = Text("何物的表单", "what the form is of")
        return PrintedForm(
            self.read.words(mapping, place, name),
            self.read.choice(mapping.get("of"), PRINTED, f"{place}.of", printed),
        )

    def _questions(self, node: Node, form: str) -> tuple[Question, ...]:
        asks = self.read.mapping(node, form).get("asks")
        return tuple(
            self._question(key.text, self.read.mapping(value, f"{form}.asks.{key.text}"), form)
            for key, value in self.read.mapping(asks, f"{form}.asks").items
        )

    def _question(self, name: str, mapping: Mapping, form: str) -> Question:
        read, place = self.read, f"{form}.asks.{name}"
        read.known(mapping, ASKED, place)
        read.required(mapping, ("zh", "is"), place)
        kind, against = mapping.get("is"), mapping.get("unsatisfied")
        values = {}
        if isinstance(kind, Mapping):
            type_ = "one of"
            values = {
                key.text: read.words(text, f"{place}.is.{key.text}", key.text)
                for key, text in kind.items
            }
        else:
            types = ("yes/no", "score", "text")
            type_ = read.choice(kind, types, f"{place}.is", Text("类型", "type"), "text")
            values = YES_NO if type_ == "yes/no" else {}
        if against is None:
            said = ""
        elif type_ == "score":
            said = self.number(against, f"{place}.unsatisfied")
        else:
            said = read.choice(against, values, f"{place}.unsatisfied", Text("答案", "answer"))
        return Question(
            name,
            read.words(mapping, place, name),
            type_,
            values,
            read.yes(mapping.get("required"), f"{place}.required"),
            said,
            self.condition(mapping.get("only"), f"{place}.only"),
            self._fails(mapping.get("fails"), values, f"{place}.fails"),
            read.element(mapping, place, "question", cites=mapping.get("clause") is not None),
        )

    def _fails(self, node: Node | None, values: Iterable[str], place: str) -> tuple[str, ...]:
        """The answers with which the act cannot end well: of those the question names."""
        what = Text("答案(须是 yes/no 或列出的答案)", "answer of yes/no or of a list")
        return tuple(
            self.read.choice(item, values, place, what) for item in self.read.sequence(node)
        )

    def _check_questions(
        self,
        questions: dict[str, tuple[Question, ...]],
        steps: tuple[Step, ...],
        sheets: dict[str, SheetKind],
        owed: tuple[Duty, ...],
    ) -> None:
        """No question has the name of a fact, or of a field of an act recorded on its form.

        Only what a visit keeps as its `score` is the answer to the question of that name.
        """
        rows: list[tuple[Step | Duty, tuple[str, ...]]] = [(step, ()) for step in steps]
        rows += [(duty, ()) for duty in owed]
        rows += [(step, kind.filled) for kind in sheets.values() for step in kind.steps]
        for row, filled in rows:
            act = ACTS.get(row.act)
            if act is None or not questions.get(row.form):
                continue
            needs = row.needs if isinstance(row, Step) else ()
            fields = [*act.fields, *(item for need in needs for item in NEEDS[need].fields)]
            taken = {*self.facts, "outcome", *filled, *(item.name for item in fields)}
            scored = any((item.name, item.kind) == ("score", "score") for item in act.fields)
            for question in questions[row.form]:
                kept = scored and (question.name, question.type) == ("score", "score")
                if question.name in taken and not kept:
                    self._taken(question, act.text)

    def _taken(self, question: Question, act: Text) -> None:
        at, name = question.at, question.name
        words = Text(
            f"{at.place}：“{name}”是“{act.zh}”或案件已有的栏目，请另取名",
            f"{at.place}: '{name}' is a field of '{act.en}' or of the case already; "
            "give the question another name",
        )
        self.read.findings.append(
            Finding(Level.ERROR, "taken-name", words, at.place, at.clauses, at.line, at.column)
        )
