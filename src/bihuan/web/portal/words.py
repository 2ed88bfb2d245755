"""What a customer reads: no internal words, no promise that is not an obligation in the system."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from bihuan.engine import manner
from bihuan.engine.acts import AWAITED, WITH_GOODS
from bihuan.engine.case import Case, Debt
from bihuan.engine.organisation import Seat
from bihuan.engine.outside import body_of
from bihuan.engine.step import catch_up
from bihuan.engine.world import World
from bihuan.records.queries.entries import Entry
from bihuan.web.words import Clock, Names, file_name

Json = Any
# Acts by which the customer hears something, is asked something, or is asked how it went.
_RANKS = ("经理", "主管", "主任", "店总", "总监", "总经理", "部长", "组长", "店长")  # zh: data
_DOUBLE = "欧阳 司马 上官 诸葛 皇甫 尉迟 公孙 令狐 慕容 司徒 夏侯"  # zh: data


@dataclass(frozen=True, slots=True)
class Promise:
    """What comes next: by when, who does what; what is going on meanwhile; and if not."""

    by: str
    does: str
    meanwhile: str = ""
    else_if: str = ""
    else_text: str = ""


@dataclass(frozen=True)
class Telling:
    """The words for one case at one instant. `case` is caught up to `clock.now`."""

    case: Case
    world: World
    clock: Clock

    @property
    def names(self) -> Names:
        """What posts and facts are called for this reader."""
        return Names(self.world.policy, self.world.organisation, self.clock.language)

    def who(self, place: Seat) -> str:
        """A post and a surname: 营运部沈经理, Operations manager 沈; the post alone where nobody holds it."""
        post = self.names.post(place)
        holders = self.world.organisation.holders.get(place, ())
        name = self.world.organisation.names.get(holders[0], "") if len(holders) == 1 else ""
        if not name or name.isascii():
            return post
        surname = name[:2] if name[:2] in _DOUBLE else name[0]
        if self.clock.language == "en":
            return f"{post} {surname}"
        for rank in _RANKS:
            if post.endswith(rank) and post != rank:
                return f"{post.removesuffix(rank)}{surname}{rank}"
        return post

    def when(self, instant: int) -> str:
        """`18:00 today`, `12:00 tomorrow`, `11-24 18:00`; midnight is the 24:00 of the day before."""
        days = self.clock.days_to(instant)
        time = {"time": manner.ending(self.clock.wall(instant))[1]}
        if days == 0:
            return _("%(time)s today") % time
        if days == 1:
            return _("%(time)s tomorrow") % time
        return self.clock.until(instant)

    def by(self, instant: int) -> str:
        """`By 18:00 today`."""
        return _("By %(time)s") % {"time": self.when(instant)}

    def promise(self) -> Promise | None:
        """The nearest thing the customer can count on; None once nothing is owed any more."""
        owed = [debt for debt in self.case.debts.values() if not debt.sheet]
        goods = any(debt.act in WITH_GOODS for debt in owed)
        heard = sorted(
            (debt for debt in owed if debt.act in (*AWAITED, *WITH_GOODS)),
            # The money matters more to whoever waits for it than the next call about it.
            key=lambda debt: (goods and debt.act == "contact", debt.due),
        )
        agreed = self.case.agreed
        answered = "respond" in {debt.act for debt in owed} or "respond" in self.case.marks
        if agreed > self.clock.now and not answered and not (heard and heard[0].due <= agreed):
            return Promise(
                self.by(agreed),
                _("you have our answer"),
                self._meanwhile(),
                _("If there is no answer by then"),
                self._if_no_answer(),
            )
        if heard:
            return self._of(heard[0])
        rest = sorted(owed, key=lambda debt: debt.due)
        if not rest or self.case.ended:
            return None
        first = rest[0]
        return Promise(
            self.by(first.due),
            _("%(who)s takes your matter one step further") % {"who": self.who(first.seat)},
            self._meanwhile(),
            *self._otherwise(first),
        )

    def _of(self, debt: Debt) -> Promise:
        who = {"who": self.who(debt.seat)}
        if debt.act == "acknowledge":
            agreeing = any(
                step.act == "acknowledge" and "feedback time agreed" in step.needs
                for step in self.world.policy.steps
            )
            does = (
                _("%(who)s tells you when you will have an answer") % who
                if agreeing
                else _("%(who)s tells you that your matter is in hand") % who
            )
        elif debt.act == "respond":
            does = _("%(who)s gives you the answer") % who
        elif debt.act == "ask_missing":
            does = _("%(who)s asks you for what is still missing") % who
        elif debt.act == "confirm":
            does = _("you tell us whether the answer is good enough")
        elif debt.act == "follow_up":
            does = _("%(who)s asks you how it went") % who
        elif debt.act in WITH_GOODS:
            does = self._with_goods(debt.act) % who
        else:
            does = _("%(who)s tells you how things stand") % who
        return Promise(self.by(debt.due), does, self._meanwhile(debt), *self._otherwise(debt))

    def _with_goods(self, act: str) -> str:
        return {
            "confirm_return": _("%(who)s calls or writes to you to confirm your request"),
            "review_return": _("%(who)s reviews your request"),
            "receive_goods": _("you send the goods, and %(who)s notes that they have arrived"),
            "inspect": _("%(who)s inspects the goods"),
            "refund": _("%(who)s pays your money back"),
            "exchange": _("%(who)s sends you others in exchange"),
            "repair": _("%(who)s repairs the goods and hands them back"),
        }[act]

    def _meanwhile(self, debt: Debt | None = None) -> str:
        """What is going on, or what was missed before."""
        if debt and debt.first_due < self.clock.now:
            return _(
                "We promised it for %(time)s and were late; it has been reported to %(who)s."
            ) % {
                "time": self.when(debt.first_due),
                "who": self.who(debt.seat),
            }
        if debt and debt.act == "confirm":
            return _("Only your word closes it. Below you can say it now.")
        replies = [
            item
            for item in self.case.debts.values()
            if item.sheet and item.act in ("receipt", "reply", "issue")
        ]
        if replies:
            due = max(item.due for item in replies)
            return _("We have asked those concerned for a written account; it is due %(time)s.") % {
                "time": self.when(due)
            }
        return ""

    def _otherwise(self, debt: Debt) -> tuple[str, str]:
        """What the policy makes of it if the time passes: found by letting it pass."""
        condition = _("If nothing has happened by %(time)s") % {"time": self.when(debt.due)}
        after = catch_up(self.case, self.world, debt.due + 1).case
        later = after.debts.get(debt.id) if after else None
        if after is None or later is None:
            if debt.act in ("confirm", "follow_up"):
                return condition, _("we note that we could not reach you, and go on.")
            return condition, _("the next step is due at once. You need do nothing.")
        if later.seat != debt.seat:
            return condition, _("it goes by itself to %(who)s. You need do nothing.") % {
                "who": self.who(later.seat)
            }
        if debt.act in ("confirm", "follow_up"):
            return condition, _("we ask you again by %(time)s.") % {"time": self.when(later.due)}
        return condition, _("%(who)s is reminded, and it counts as late. You need do nothing.") % {
            "who": self.who(later.seat)
        }

    def _if_no_answer(self) -> str:
        allowed = self.world.policy.may.get("postpone")
        if allowed is None:
            return _("it goes by itself to the next higher rank. You need do nothing.")
        limit = self.world.count(allowed.at_most, self.case) if allowed.at_most else 0
        left = max(limit - self.case.rounds.get("postpone", 0), 0)
        who = ""
        if allowed.then.hand_to is not None:
            post = self.world.policy.posts.get(allowed.then.hand_to.post)
            who = self.names.text(post.text) if post else ""
        if left and who:
            return _(
                "the time can move only if you agree (%(left)s more), else %(who)s takes over."
            ) % {"left": left, "who": who}
        if left:
            return _("the time can move only if you agree (%(left)s more).") % {"left": left}
        if who:
            return _("the time cannot move again: %(who)s takes over.") % {"who": who}
        return _("the time cannot move again; it goes to the next higher rank.")

    def story(self, entries: tuple[Entry, ...], url: Json) -> Iterator[dict[str, Json]]:
        """What the customer may know of the history, oldest first, as the story macro wants it.

        Each line with the `sequence` of its entry; `url(digest)` is the address of a file the customer sent.
        """
        asked = False
        day = ""
        for entry in entries:
            if entry.kind in ("issue", "dispatch"):
                if asked:
                    continue
                asked = True
            told = self._event(entry, url)
            if not told:
                continue
            dated, time = self.clock.dated(entry.at), self.clock.time(entry.at)
            on = dated.removesuffix(time)
            at_text = time if on == day else dated
            yield told | {"at_text": at_text, "sequence": entry.sequence}
            day = on

    def _event(self, entry: Entry, url: Json) -> dict[str, Json]:
        data, mine = entry.data, entry.by == "customer"
        kind = entry.kind
        outcome = data.get("outcome", "")
        if kind == "register":
            if self.case.facts.get("kind", "complaint") != "complaint":
                return {"what": _("Your request was received")}
            return {"what": _("Your complaint was received")}
        if kind in WITH_GOODS:
            return self._goods(kind, outcome, data)
        if kind == "acknowledge":
            return {
                "what": _("Agreed: answer by %(time)s") % {"time": self.when(int(agreed))}
                if (agreed := data.get("agreed_time"))
                else _("Taken in hand")
            }
        if kind == "postpone" and data.get("new_time"):
            time = self.when(int(data["new_time"]))
            return {"what": _("You agreed to a new time: %(time)s") % {"time": time}}
        if kind == "contact":
            return {"what": _("We told you how things stand"), "detail": data.get("said", "")}
        if kind == "respond":
            return {"what": _("Our answer"), "detail": data.get("answer", "")}
        if kind == "confirm":
            return self._opinion(outcome, data)
        if kind == "rate":
            what = _("You rated our answer: %(score)s of 5") % {"score": data.get("score", "")}
            return {"what": what, "detail": data.get("opinion", "")}
        if kind == "follow_up":
            said = {"satisfied": _("You said later: satisfied")}.get(
                outcome, _("You said later: not satisfied") if outcome == "unsatisfied" else ""
            )
            return {"what": said, "detail": data.get("opinion", "")} if said else {}
        if kind == "refer":
            return {
                "what": _("We pointed you to: %(body)s") % {"body": body_of(data)},
                "detail": data.get("told", ""),
            }
        if kind == "decline":
            return {"what": _("We cannot take this on"), "detail": data.get("reason", "")}
        if kind in ("remark", "attach"):
            return self._added(data, url) if mine else {}
        if kind == "lapsed":
            if data.get("act") in AWAITED[:3]:
                return {
                    "what": _("We were late; it was reported one rank higher"),
                    "broken": True,
                }
            return {}
        plain = {
            "dispatch": _("We asked those concerned for a written account"),
            "issue": _("We asked those concerned for a written account"),
            "ask_missing": _("You told us what was missing"),
            "withdraw": _("You withdrew the complaint")
            if self.case.facts.get("kind", "complaint") == "complaint"
            else _("You withdrew the request"),
            "close": _("Closed"),
            "reopen": _("Taken up again"),
            "appeal_received": _("You turned to an outside body"),
        }.get(kind, "")
        return {"what": plain} if plain else {}

    def _goods(self, kind: str, outcome: str, data: dict[str, Json]) -> dict[str, Json]:
        """What happened to what was sent back, and to the money."""
        what = {
            ("confirm_return", ""): _("We confirmed your request with you"),
            ("review_return", "accepted"): _("We agreed to your request"),
            ("review_return", "refused"): _("We could not agree to your request"),
            ("receive_goods", "arrived"): _("Your goods have arrived"),
            ("receive_goods", "wrong"): _("Other goods arrived than were agreed"),
            ("receive_goods", "not_arrived"): _("Your goods have not arrived"),
            ("inspect", "passed"): _("Inspected: the goods are as agreed"),
            ("inspect", "failed"): _("Inspected: the goods are not as agreed"),
            ("exchange", ""): _("Others were sent to you in exchange"),
            ("repair", ""): _("Repaired and handed back"),
        }.get((kind, outcome), "")
        if kind == "refund":
            what = _("Paid back: %(amount)s") % {"amount": manner.money(int(data.get("amount", 0)))}
        quantity = data.get("quantity") if kind == "receive_goods" else data.get("accepted")
        counted = _("Quantity: %(count)s") % {"count": quantity} if quantity else ""
        detail = str(data.get("reasons") or data.get("method") or counted)
        return {"what": what, "detail": detail} if what else {}

    def _opinion(self, outcome: str, data: dict[str, Json]) -> dict[str, Json]:
        what = {
            "satisfied": _("You said: satisfied"),
            "disputed": _("You said: not good enough"),
            "unreachable": _("We could not reach you"),
        }.get(outcome, "")
        return {"what": what, "detail": data.get("opinion", "")} if what else {}

    def _added(self, data: dict[str, Json], url: Json) -> dict[str, Json]:
        files = [
            {"name": file_name(str(item)), "url": url(str(item).partition(":")[0])}
            for item in data.get("files") or ()
        ]
        return {"what": _("You added"), "detail": data.get("text", ""), "files": files}
