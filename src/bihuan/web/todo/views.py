"""My page: what I owe, nearest due first, and the act in place beside it."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from bihuan.engine.acts import SAVES
from bihuan.records.queries.cases import case_page
from bihuan.web.calls.views import now_ringing
from bihuan.web.cases.attempting import attempt
from bihuan.web.cases.views import remember_done, show_overtaken, was_done
from bihuan.web.desk import desk_of
from bihuan.web.shell import Reader, show, staff
from bihuan.web.todo.others import figures, waiting, who_needs_help
from bihuan.web.todo.pane import pane
from bihuan.web.todo.rows import Row, desk_behind, drawn, rows_of, todo_url
from bihuan.web.words import HOUR

Json = Any
DRAWN = 50
MOST_TICKS = 8  # hours named under the strip, that they do not run into each other
WAITS = ("", "customer", "colleague", "routine", "deputy", "others")


@staff
@require_http_methods(["GET", "POST"])
def todo(request: HttpRequest, reader: Reader) -> HttpResponse:
    """What I owe; posted, the owed act of the chosen row is done."""
    wait = request.GET.get("wait", "")
    wait = wait if wait in WAITS else ""
    rows = rows_of(reader)
    chosen = next((row for row in rows if row.key == request.GET.get("row")), None)
    if request.method == "POST":
        if chosen is None:
            return _gone(request, reader, todo_url(wait))
        desk = desk_behind(reader, chosen)
        offer = desk.offer(chosen.owed.act, chosen.owed.sheet)
        if offer is None:
            raise Http404
        came = attempt(request, desk, offer)
        if came.status == 200:
            remember_done(request, desk, offer.act, chosen.owed.sheet, did=came.act)
            if came.act == SAVES:
                return HttpResponseRedirect(todo_url(wait, chosen.key))
            return HttpResponseRedirect(todo_url(wait, following=_after(rows, chosen, wait)))
        return _page(request, reader, rows, wait, chosen, form=came.form, status=came.status)
    return _page(request, reader, rows, wait, chosen)


def _gone(request: HttpRequest, reader: Reader, after: str) -> HttpResponse:
    """The answer to an act that is owed no more: done by this very form before, or by somebody quicker."""
    number, _slash, rest = request.POST.get("draft", "").partition("/")
    act = rest.partition("/")[0]
    page = case_page(number[:140], reader.viewer)
    if page is None:
        raise Http404
    desk = desk_of(reader, page)
    if was_done(request, desk, act):
        return HttpResponseRedirect(after)
    return show_overtaken(request, desk, act)


def _after(rows: list[Row], done: Row, wait: str) -> str:
    """The row to go on with once one is done: the one below it, if that was not the first."""
    shown = [row.key for row in rows if _fits(row, wait)]
    place = shown.index(done.key) if done.key in shown else 0
    return shown[place + 1] if 0 < place < len(shown) - 1 else ""


def _fits(row: Row, wait: str) -> bool:
    return not wait or (row.is_deputy if wait == "deputy" else row.waits == wait)


def _page(
    request: HttpRequest,
    reader: Reader,
    rows: list[Row],
    wait: str,
    chosen: Row | None,
    form: dict[str, Json] | None = None,
    status: int = 200,
) -> HttpResponse:
    shown = [row for row in rows if _fits(row, wait)]
    following = next((row for row in shown if row.key == request.GET.get("next")), None)
    picked = chosen or following or (shown[0] if shown else None)
    first = shown if "all" in request.GET else shown[:DRAWN]
    if picked and picked not in first:
        first = [*first, picked]
    lines = [drawn(reader, row, wait) for row in first]
    others = waiting(reader) if wait in ("", "others") else []
    return show(
        request,
        reader,
        "todo/todo.jinja",
        {
            "groups": _groups(reader, lines),
            "counts": _counts(reader, rows),
            "total": len(rows),
            "beyond": len(shown) - len(first),
            "beyond_url": todo_url(wait, every=True),
            "tabs": _tabs(rows, wait, len(others) if wait in ("", "others") else None),
            "strip": _strip(reader, lines),
            "selected": picked.key if picked else "",
            "pane": pane(reader, picked, wait, form) if picked else None,
            "place": _("%(place)s of %(all)s")
            % {"place": shown.index(picked) + 1, "all": len(shown)} if picked in shown else "",
            "chosen": chosen is not None,
            "live_url": todo_url(wait),
            "next": drawn(reader, rows[0], "") if rows and not shown else None,
            "others": others,
            "help": who_needs_help(reader) if not rows else None,
            "figures": figures(reader),
            "takes_calls": reader.takes_calls,
            "ringing": now_ringing(reader),
            "done": request.session.pop("done", None),
        },
        at="waiting" if wait == "others" and reader.is_outside else "todo",
        status=status,
    )  # fmt: skip


def _tabs(rows: list[Row], wait: str, others: int | None) -> list[dict[str, Json]]:
    labels = {
        "": _("All"),
        "customer": _("Customers wait"),
        "colleague": _("Colleagues wait"),
        "routine": _("Routine"),
        "deputy": _("As deputy"),
        "others": _("Others’ turn"),
    }
    counts = {name: sum(1 for row in rows if _fits(row, name)) for name in labels}
    counts["others"] = others or 0
    return [
        {
            "label": label,
            "url": todo_url(name),
            "count": counts[name] if name != "others" or others is not None else None,
            "current": name == wait,
        }
        for name, label in labels.items()
        if not name or name == wait or counts[name] or (name == "others" and others is None)
    ]


def _groups(reader: Reader, rows: list[dict[str, Json]]) -> list[dict[str, Json]]:
    now, clock = reader.now, reader.clock
    bounds = (
        ("late", _("Overdue"), now),
        ("hour", _("Within the hour"), now + HOUR + 1),
        ("today", _("Today"), clock.midnight(1) + 1),  # its 24:00 too
        ("tomorrow", _("Tomorrow"), clock.midnight(2) + 1),
        ("later", _("Later"), 1 << 62),
    )
    groups, start = [], -1
    for name, label, end in bounds:
        inside = [row for row in rows if start <= row["due"] < end]
        start = max(end, start)
        if inside:
            groups.append({
                "name": label, "rows": inside, "tone": "late" if name == "late" else "",
                "note": _("goes up by the policy’s ladder") if name == "late" else "",
            })  # fmt: skip
    return groups


def _counts(reader: Reader, rows: list[Row]) -> dict[str, int]:
    now, midnight = reader.now, reader.clock.midnight(1)
    dues = [row.owed.due_at for row in rows]
    return {
        "late": sum(1 for due in dues if due < now),
        "hour": sum(1 for due in dues if now <= due <= now + HOUR),
        "today": sum(1 for due in dues if now + HOUR < due <= midnight),
        "later": sum(1 for due in dues if due > midnight),
    }


def _strip(reader: Reader, rows: list[dict[str, Json]]) -> dict[str, Json] | None:
    """The marks of today between the first and the last hour that matter."""
    clock, now = reader.clock, reader.now
    start, end = clock.midnight(), clock.midnight(1)
    dues = [row for row in rows if start < row["due"] <= end]
    if not dues:
        return None
    first = min([now, *(row["due"] for row in dues)])
    last = max([now, *(row["due"] for row in dues)])
    opens = start + max((first - start) // HOUR - 1, 0) * HOUR
    closes = min(start + ((last - start) // HOUR + 2) * HOUR, end)
    return {
        "dues": [
            {"due": row["due"], "text": row["act"],
             "tone": "late" if row["due"] < now else "near" if row["due"] <= now + HOUR else ""}
            for row in dues
        ],
        "opens": opens,
        "closes": closes,
        "ticks": [
            {"at": at, "text": clock.time(at)}
            for at in range(opens, closes + 1, HOUR * max(1, -(-(closes - opens) // (MOST_TICKS * HOUR))))
        ],
        "now_text": _("Now %(time)s") % {"time": clock.at(now)},
    }  # fmt: skip
