"""People at work: clerks who register and act by the real forms, customers who complain on the web."""

import random
import re
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from itertools import count

from tools.crash.books import DAY, MANAGER, PASSWORD, Sent
from tools.crash.browsing import Answer, Browser, Form, LostError, form_in

SHANGHAI = timezone(timedelta(hours=8))
REGISTER = "/cases/new/"
SIGN_IN = "/accounts/login/"
# The way of a complaint the desk can solve by itself, with what is typed at each step.
WAY: tuple[tuple[str, dict[str, str]], ...] = (
    ("acknowledge", {"agreed_time": "TOMORROW"}),
    ("classify", {"category": "service", "desk_can_solve": "yes"}),
    ("resolve", {"resolution": "已派人修好"}),  # zh: data
    ("respond", {"form_": "phone", "answer": "已修好，致歉"}),  # zh: data
    ("confirm", {"outcome": "satisfied"}),
    ("countersign", {"outcome": "approved"}),
    ("close", {"summary": "已办结"}),  # zh: data
)
_NUMBER = re.compile(r"[A-Z]+\d{8}-\d{4,}")
_AT_CASE = re.compile(r"/cases/([^/]+)/")


@dataclass
class Office:
    """What those at work share."""

    dice: random.Random
    queues: dict[bool, deque[tuple[str, int]]] = field(
        default_factory=lambda: {True: deque(), False: deque()}
    )  # whose turn (the manager's?): cases with their next step
    numbers: list[str] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)  # in this life of the server
    faults: list[str] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)
    killed: threading.Event = field(default_factory=threading.Event)

    def hand_on(self, number: str, step: int) -> None:
        """Put a case where the one who owes its next step finds it."""
        if step < len(WAY):
            self.queues[WAY[step][0] == "countersign"].append((number, step))

    def in_hand(self) -> int:
        """How many forms were sent and not answered."""
        return sum(one.told == "unknown" for one in self.sent)


class Clerk:
    """One person of the staff at their browser."""

    def __init__(self, name: str, number: int) -> None:
        self.name = name
        self.dice = random.Random(number)
        self.browser = Browser()
        self.seen: dict[str, Form] = {}  # the last form of each act

    def work(self, office: Office) -> None:
        """Work until told to stop or the server is gone."""
        try:
            while not office.stopping.is_set():
                self._one_thing(office)
        except LostError as error:
            if not office.killed.is_set():
                office.faults.append(f"the server gave {self.name} no answer: {error}")
        finally:
            self.browser.close()

    def sign_in(self, office: Office) -> None:
        """Come in; the cookies stay good when the server is killed."""
        self._page(REGISTER, office)

    def repeat(self, one: Sent, office: Office) -> Answer | None:
        """Send a form again, as it was sent before; None where nobody is signed in any more."""
        form = self._form("register", REGISTER, office)
        if form is None:
            return None
        return self.browser.post(one.url, one.values | _token(form))

    def _one_thing(self, office: Office) -> None:
        turn = self.dice.random()
        mine = [one for one in office.sent[-40:] if one.who == self.name and one.told == "accepted"]
        if turn < 0.08 and mine:
            self._again(self.dice.choice(mine), office)
        elif turn < 0.2 and office.numbers:
            self._act(
                self.dice.choice(office.numbers), -1, "remark", {"text": "来电催问"}, office
            )  # zh: data
        elif work := self._next(office):
            number, step = work
            self._act(number, step, *WAY[step], office)
        elif self.name != MANAGER:
            self._register(office)
        else:
            office.stopping.wait(0.05)

    def _next(self, office: Office) -> tuple[str, int] | None:
        queue = office.queues[self.name == MANAGER]
        if self.name != MANAGER and self.dice.random() < 0.3:
            return None
        try:
            return queue.popleft()
        except IndexError:
            return None

    def _page(self, url: str, office: Office) -> Answer | None:
        """A page for staff, signing in where that is asked for."""
        answer = self.browser.get(url)
        if answer.status == 302 and answer.to.startswith(SIGN_IN):
            page = self.browser.get(SIGN_IN)
            form = form_in(page.text, SIGN_IN)
            typed = {"login": self.name, "password": PASSWORD}
            signed = self.browser.post(SIGN_IN, typed | _token(form)) if form else page
            if signed.status != 302:
                office.faults.append(f"{self.name} cannot sign in: {signed.status}")
                return None
            answer = self.browser.get(url)
        if answer.status != 200:
            office.faults.append(f"{self.name} asked for {url} and got {answer.status}")
            return None
        return answer

    def _register(self, office: Office) -> None:
        typed = {"channel": "phone", "name": "测试", "phone": f"138{self.dice.randrange(10**8):08d}",
                 "content": "扶梯异响"}  # fmt: skip  # zh: data
        if self.dice.random() < 0.5:
            typed["agreed_time"] = _tomorrow()
        self._send("register", "", REGISTER, typed, office)

    def _act(self, number: str, step: int, act: str, typed: dict[str, str], office: Office) -> None:
        url = f"/cases/{number}/{act}/"
        typed = {name: _tomorrow() if value == "TOMORROW" else value
                 for name, value in typed.items()}  # fmt: skip
        self._send(act, number, url, typed, office, step)

    def _form(self, act: str, url: str, office: Office) -> Form | None:
        """The form as it is served; two times in three as it was seen before, for more acts a second."""
        if act in self.seen and self.dice.random() < 0.67:
            return self.seen[act]
        page = self._page(url, office)
        form = form_in(page.text, url) if page else None
        if form is None:
            office.faults.append(f"the page {url} has no form")
            return None
        # The place in the history that was looked at is that case's, not the next one's.
        kept = {name: value for name, value in form.hidden.items() if name != "version"}
        self.seen[act] = Form(form.action, kept, form.names)
        return form

    def _send(
        self, act: str, number: str, url: str, typed: dict[str, str], office: Office, step: int = -1
    ) -> None:  # fmt: skip
        form = self._form(act, url, office)
        if form is None:
            return
        typed = {name: value for name, value in typed.items() if name in form.names}
        values = form.hidden | typed | {"act_id": f"{self.dice.getrandbits(128):032x}"}
        one = Sent(self.name, act, values["act_id"], url, values, number, step=step)
        office.sent.append(one)
        self._heard(one, self.browser.post(url, values), office)

    def _heard(self, one: Sent, answer: Answer, office: Office) -> None:
        found = _AT_CASE.fullmatch(answer.to) if answer.status == 302 else None
        if found is None:
            one.told = "refused"
            if answer.status not in (409, 422):
                office.faults.append(f"{one.act} on {one.number}: answered {answer.status}")
            return
        one.number = one.number or found[1]
        one.told = "accepted"
        if one.act == "register":
            office.numbers.append(one.number)
            office.hand_on(one.number, 1 if "agreed_time" in one.values else 0)
        elif one.step >= 0:
            office.hand_on(one.number, one.step + 1)

    def _again(self, one: Sent, office: Office) -> None:
        """What a second click does: nothing but give the first answer."""
        answer = self.repeat(one, office)
        if answer and (answer.status, answer.to) != (302, f"/cases/{one.number}/"):
            office.faults.append(
                f"{one.act} {one.act_id} on {one.number} sent again was answered {answer.status}"
            )


class Customer:
    """A customer who complains on the web: what they wrote in one life is sent in the next."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.browser = Browser()
        self.count = 0
        self.marker = ""  # of the complaint written and not sent
        self.written = 0.0
        self.sending: list[str] = []  # markers sent and not answered
        self.told: list[tuple[str, str]] = []  # markers answered, with the number

    def work(self, office: Office) -> None:
        """Send what was written before, then write the next."""
        try:
            if self.marker and time.monotonic() - self.written > 4:
                self._send(office)
            if not self.marker and not office.stopping.is_set():
                self._write(office)
        except LostError as error:
            if not office.killed.is_set():
                office.faults.append(f"the server gave customer {self.number} no answer: {error}")
        finally:
            self.browser.close()

    def _write(self, office: Office) -> None:
        self.count += 1
        marker = f"web{self.number}n{self.count}"
        self.browser.get("/portal/")
        if self._step(1, {"content": f"{marker} 空调漏水"}, office) and self._step(  # zh: data
            2,
            {"demand": "修好"},
            office,  # zh: data
        ):
            self.marker, self.written = marker, time.monotonic()

    def _step(self, step: int, typed: dict[str, str], office: Office) -> bool:
        url = f"/portal/complain/{step}"
        page = self.browser.get(url)
        form = form_in(page.text, url)
        if form is None:
            office.faults.append(f"the page {url} has no form ({page.status})")
            return False
        answer = self.browser.post(url, form.hidden | typed)
        if answer.to != f"/portal/complain/{step + 1}":
            office.faults.append(f"{url} was answered {answer.status} {answer.to}")
        return answer.status == 302

    def _send(self, office: Office) -> None:
        """Send it, or send it again; where it had arrived, the receipt is what is shown."""
        url = "/portal/complain/3"
        page = self.browser.get(url)
        form = form_in(page.text, url) if page.status == 200 else None
        if form:
            if self.marker not in self.sending:
                self.sending.append(self.marker)
            typed = {
                "name": "测试",
                "contact": f"136{self.number:08d}",
                "consent": "yes",
            }  # zh: data
            answer = self.browser.post(url, form.hidden | typed | _proof(form))
            if answer.to != "/portal/receipt":
                office.faults.append(f"{url} was answered {answer.status} {answer.to}")
                return
        shown = self.browser.get("/portal/receipt")
        found = _NUMBER.search(shown.text) if shown.status == 200 else None
        if found is None:
            # The draft itself was lost with the session it was kept in: nothing was promised.
            if self.marker in self.sending:
                office.faults.append(f"no receipt for {self.marker}: {shown.status} {shown.to}")
        else:
            self.told.append((self.marker, found[0]))
        if self.marker in self.sending:
            self.sending.remove(self.marker)
        self.marker = ""


def _token(form: Form) -> dict[str, str]:
    return {"csrfmiddlewaretoken": form.hidden.get("csrfmiddlewaretoken", "")}


def _proof(form: Form) -> dict[str, str]:
    """What a browser's script finds for the challenge of the last screen."""
    from bihuan.web.portal.robots import proves

    text = form.hidden.get("challenge", "")
    return {"proof": next(one for one in map(str, count()) if proves(text, one))}


def _tomorrow() -> str:
    later = datetime.fromtimestamp(time.time() + DAY, UTC).astimezone(SHANGHAI)
    return later.strftime("%Y-%m-%dT%H:%M")
