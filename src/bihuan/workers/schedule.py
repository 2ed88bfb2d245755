"""Everything that wakes by itself, one line each."""

from collections.abc import Callable
from dataclasses import dataclass

from bihuan.channels.email import imap
from bihuan.channels.registry import judge_waiting, send_waiting
from bihuan.channels.social import feeds
from bihuan.channels.webhooks.sending import deliver as tell_programs
from bihuan.desk.calls import hand_in_waiting
from bihuan.desk.columns import refresh
from bihuan.desk.learning import learn
from bihuan.desk.ledgers import ensure_ledgers
from bihuan.desk.organisation import settle_what_came_true
from bihuan.desk.outbox import deliver
from bihuan.desk.problems import group
from bihuan.desk.reports import issue
from bihuan.desk.retention import remove_files
from bihuan.desk.succession import hand_over
from bihuan.desk.sweep import sweep
from bihuan.desk.verify import daily_anchor


@dataclass(frozen=True, slots=True)
class Job:
    """Something done every so many seconds; `does` takes the present instant and may say it again.

    What speaks to the outside has a lane of its own: however long somebody there takes to answer, the
    clock and everything else go on. Jobs of one lane are done one after another.
    """

    name: str
    every: int
    does: Callable[[int], object]
    lane: str = ""


SCHEDULE = (
    Job("sweep", 15, sweep),  # what fell due: lapses and periodic duties
    Job("changes", 60, settle_what_came_true),  # of the organisation, dated ahead
    Job("versions", 60, hand_over),  # open cases move where a new version of a policy says so
    Job("mail", 30, imap.wake, lane="mail"),  # what came to the mailboxes that are read
    Job("feeds", 60, feeds.wake, lane="feeds"),  # what was posted on the web
    Job("calls", 60, hand_in_waiting),  # that are over and in no ledger: a disk was full
    Job("received", 10, judge_waiting),  # what reached us and was not judged yet
    Job("outbox", 5, deliver),  # what is to be told
    Job("messages", 5, send_waiting, lane="messages"),  # what goes out of the house
    Job("webhooks", 5, tell_programs, lane="webhooks"),  # that subscribed to events
    Job("ledgers", 300, ensure_ledgers),  # a ledger for every policy in force and unit that owes
    Job("files", 3600, remove_files),  # of records that were purged
    Job("figures", 60, refresh),  # the columns figures are taken from
    Job("reports", 60, issue),  # with their figures, when their row of rhythm has opened
    Job(
        "problems", 3600, group
    ),  # from what the cases say, once a day; and what comes too often acted on
    Job("learning", 3600, learn),  # from closed cases, once a day; and how what it says fares
    Job("anchor", 3600, daily_anchor),  # yesterday's knot over all chains
)
