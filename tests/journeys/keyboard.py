"""A browser without a mouse: whatever a journey clicks, ticks, picks or fills in is walked to by Tab and pressed.

The walk fails where the focus cannot reach a control, where it is lost on the way (an answer took away what had it),
and where who looks at the page does not see it: out of sight, beneath something, or without a ring around it.
"""

from collections.abc import Callable
from typing import Any
from weakref import WeakSet

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

ROUNDS = 12  # of walking again what is left: a field for a time has a stop for each of its parts
LOOKS = 200  # at a page that still moves
MANY = 4  # stops at the head of a page, above which the link to the content is taken
NATIVE = ("date", "datetime-local", "time", "month", "week", "color", "range")
FILL, FILES = Locator.fill, Locator.set_input_files
WITHOUT_SCRIPT: WeakSet[BrowserContext] = WeakSet()

# Remembers that something had the focus on this page: it may go elsewhere, but not nowhere.
WATCH = 'addEventListener("focusin", () => { document.hadFocus = true; }, true);'
# What takes the focus where something within it, or its label, is pointed at.
CONTROL = """const control = one.closest("label")?.control
  ?? one.closest("a[href], button, summary, input, select, textarea, [tabindex]") ?? one;
const group = one => one.type === "radio"
  ? [...document.querySelectorAll("input[type=radio]")].filter(
      other => other.name === one.name && other.form === one.form && !other.matches(":disabled"))
  : [one];
const stands = one => group(one).find(other => other.checked) ?? group(one)[0] ?? one;
const stops = [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]")].filter(
  one => one.tabIndex >= 0 && one.type !== "hidden" && !one.matches(":disabled")
    && one.checkVisibility({ visibilityProperty: true }));
const focus = document.activeElement;"""
# What is wrong with the focus for who looks at the page; empty where nothing is.
UNSEEN = f"""one => {{ {CONTROL}
  if (!group(control).includes(focus)) return `has lost the focus to ${{focus.outerHTML}}`;
  const shown = [focus, ...(focus.labels ?? [])];
  const parts = shown.flatMap(one => [...one.getClientRects()]).filter(box => box.width > 2 && box.height > 2)
    .flatMap(box => [0.5, 0.1, 0.9].flatMap(x => [0.5, 0.15, 0.85].map(
      y => [box.left + x * box.width, box.top + y * box.height])));
  const there = parts.map(([x, y]) => document.elementFromPoint(x, y)).filter(Boolean);
  if (!there.length) return "is out of sight";
  if (!there.some(one => shown.some(mine => mine.contains(one)))) return `is beneath ${{there[0].outerHTML}}`;
  const ringed = [...shown, focus.nextElementSibling].filter(Boolean).some(one => {{
    const {{ outlineStyle, outlineWidth }} = getComputedStyle(one);
    return outlineStyle !== "none" && parseFloat(outlineWidth) >= 1;
  }});
  return ringed ? "" : "has no ring around it";
}}"""
# The same of every stop of a page in turn, each as if Tab had come to it.
EVERY = f"""() => {{ const one = document.body; {CONTROL}
  const unseen = {UNSEEN};
  return stops.flatMap(stop => {{
    stop.focus({{ focusVisible: true }});
    const amiss = unseen(stop);
    return amiss ? [`${{stop.outerHTML.slice(0, 120)}} ${{amiss.slice(0, 120)}}`] : [];
  }});
}}"""
# All that a walk asks of a page, at one look: whether it lost the focus; whether the link to the content is the
# quicker way, at the head of a page to what stands in it or behind it; how many stops of Tab lie between the focus
# and a control, negative where it is behind (none: it is no stop); how many arrows between the radio button that has
# the focus and the one that is meant; and what is amiss with the focus.
LOOK = f"""([one]) => {{
  if (!one) return null;
  {CONTROL}
  const lost = document.hadFocus === true && focus === document.body;
  const follows = (one, other) => one.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING;
  const link = document.querySelector(".skip"), content = link && document.querySelector(link.hash);
  const skips = Boolean(content && focus === document.body
    && (content.contains(control) || follows(content, control)));
  const singly = stops.filter(one => stands(one) === one);
  const goal = singly.indexOf(stands(control)), at = singly.indexOf(stands(focus));
  const steps = () => {{
    if (goal < 0) return null;
    if (group(control).includes(focus)) return 0;
    if (at >= 0) return goal - at;
    if (focus === document.body) return goal + 1;
    const before = singly.filter(one => follows(one, focus)).length;
    return goal >= before ? goal - before + 1 : goal - before;
  }};
  const left = steps(), arrows = group(control).indexOf(control) - group(control).indexOf(focus);
  return {{ lost, skips, left, arrows, kind: control.type, amiss: ({UNSEEN})(one).slice(0, 200) }};
}}"""
# How many arrows lie between what is chosen of a list and what is meant.
CHOICES = """(list, value) => {
  const open = [...list.options].filter(one => !one.disabled);
  return open.findIndex(one => one.value === value) - open.indexOf(list.selectedOptions[0]);
}"""


class Keyboard:
    """The keyboard of one page."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def to(self, control: Locator) -> dict[str, Any]:
        """Walk to a control by Tab: it then has the focus, in everybody's sight."""
        expect(control).to_be_visible()
        keyboard = self.page.keyboard
        seen = self._look(control, lambda seen: not seen["lost"])
        assert not seen["lost"], f"the focus was lost before {control} on {self.page.url}"
        if seen["skips"] and seen["left"] > MANY:
            keyboard.press("Tab")
            keyboard.press("Enter")
            seen = self._look(control)
        for _ in range(ROUNDS):
            if seen["left"] == 0:
                return self._is_seen(control) if seen["amiss"] else seen
            for _ in range(abs(seen["left"])):
                keyboard.press("Tab" if seen["left"] > 0 else "Shift+Tab")
            seen = self._look(control)
        where = self.page.evaluate("document.activeElement.outerHTML.slice(0, 200)")
        raise AssertionError(f"Tab does not reach {control} on {self.page.url}, but {where}")

    def _look(
        self, control: Locator, is_right: Callable[[dict[str, Any]], bool] = lambda _seen: True
    ) -> dict[str, Any]:
        """How the page stands once the control is a stop of Tab and all is right, or at the last look."""
        seen: dict[str, Any] | None = None
        for _ in range(LOOKS):
            seen = control.evaluate_all(LOOK)
            if seen is None:  # an answer is about to take its place
                expect(control).to_be_visible()
            elif seen["left"] is not None and is_right(seen):
                return seen
        assert seen, f"there is no {control} on {self.page.url}"
        assert seen["left"] is not None, f"{control} on {self.page.url} is no stop of Tab"
        return seen

    def _is_seen(self, control: Locator) -> dict[str, Any]:
        seen = self._look(control, lambda seen: not seen["amiss"])
        assert not seen["amiss"], f"{control} on {self.page.url} {seen['amiss']}"
        return seen

    def press(self, control: Locator, **_more: Any) -> None:
        """What a click does."""
        seen = self.to(control)
        is_radio = seen["kind"] == "radio"
        for _ in range(abs(seen["arrows"]) if is_radio else 0):
            self.page.keyboard.press("ArrowDown" if seen["arrows"] > 0 else "ArrowUp")
        if is_radio and seen["arrows"]:
            self._is_seen(control)
        else:  # and wait for the page that it leads to, as after a click
            space = seen["kind"] in ("radio", "checkbox")
            self.page.locator(":focus").press("Space" if space else "Enter")

    def tick(self, control: Locator, **_more: Any) -> None:
        """Choose a radio button, or tick a box that is not ticked."""
        if not control.is_checked():
            self.press(control)

    def put(self, control: Locator, text: str, **_more: Any) -> None:
        """Type in place of what stands in a field; a day or time is the browser's own to take."""
        self.to(control)
        if control.get_attribute("type") in NATIVE:
            FILL(control, text)
        else:
            self.page.keyboard.press("Control+A")
            self.page.keyboard.insert_text(text) if text else self.page.keyboard.press("Delete")

    def pick(self, control: Locator, value: str, **_more: Any) -> None:
        """Choose from a list by the arrows."""
        self.to(control)
        left = control.evaluate(CHOICES, value)
        for _ in range(abs(left)):
            self.page.keyboard.press("ArrowDown" if left > 0 else "ArrowUp")
        expect(control).to_have_value(value)

    def hand(self, control: Locator, files: Any, **_more: Any) -> None:
        """Give files to the window that the field opens; without script no test can see that window."""
        self.to(control)
        if self.page.context in WITHOUT_SCRIPT:
            FILES(control, files)
            return
        with self.page.expect_file_chooser() as window:
            self.page.keyboard.press("Enter")
        window.value.set_files(files)


def unseen(page: Page) -> list[str]:
    """One line for each stop of a page at which who looks does not see the focus."""
    return [f"{page.url}: {line}" for line in page.evaluate(EVERY)]


WAYS: dict[str, Callable[..., None]] = {
    "click": Keyboard.press,
    "focus": Keyboard.to,
    "check": Keyboard.tick,
    "fill": Keyboard.put,
    "select_option": Keyboard.pick,
    "set_input_files": Keyboard.hand,
}


def take_the_mouse(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on everything that is done at a page is done by its keyboard."""
    for name, way in WAYS.items():

        def by_locator(one: Locator, *args: Any, way: Any = way, **more: Any) -> None:
            way(Keyboard(one.page), one, *args, **more)

        def by_page(page: Page, selector: str, *args: Any, way: Any = way, **more: Any) -> None:
            way(Keyboard(page), page.locator(selector), *args, **more)

        monkeypatch.setattr(Locator, name, by_locator)
        monkeypatch.setattr(Page, name, by_page)
