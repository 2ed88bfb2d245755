"""The list of cases: narrowed in the address, read by key, kept as views, shared with others."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_POST

from bihuan.desk import saved_views
from bihuan.engine.refusal import Refusal
from bihuan.records.queries.cases import Key
from bihuan.records.queries.find import found_cases, found_sheet
from bihuan.records.queries.saved_views import View, views_of
from bihuan.web.addresses import address
from bihuan.web.cases import asking, export, many
from bihuan.web.cases.asking import Asked
from bihuan.web.cases.columns import COLUMNS, USUAL, drawn, read_rows, telling
from bihuan.web.shell import Reader, show, staff

Json = Any
SIZE = 50
MOST_SHOWN = 500  # rows that are read anew at once


@staff
@require_GET
def cases(request: HttpRequest, reader: Reader) -> HttpResponse:
    """All cases the reader may see: open ones nearest due first, or all of them newest first."""
    return _page(request, reader, asking.read(request.GET, reader))


def _page(
    request: HttpRequest,
    reader: Reader,
    asked: Asked,
    *,
    saving: dict[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    listed, after = found_cases(
        reader.viewer,
        asked.words,
        asked.filters,
        by_due=asked.by_due,
        after=_key(request.GET.get("after", "")),
        limit=_limit(request.GET.get("shown", "")),
    )
    if asked.words and not listed and (note := found_sheet(reader.viewer, asked.words)):
        return HttpResponseRedirect(address("case", args=[note[0]]) + f"#sheet-{note[1]}")
    if asked.words and len(listed) == 1 and listed[0].number.upper() == asked.words.upper():
        return HttpResponseRedirect(address("case", args=[listed[0].number]))
    rows = read_rows(listed, reader, late=bool(asked.filters.late_at))
    columns = telling(asked.columns, rows)
    views = views_of(reader.viewer)
    query = asked.query()
    current = next((view for view in views if _query(view, reader) == query), None)
    return show(
        request,
        reader,
        "cases/list.jinja",
        {
            "columns": [{"key": name, "label": str(COLUMNS[name].label)} for name in columns],
            "is_usual": columns == USUAL,
            "rows": [drawn(row, columns) for row in rows],
            "next_url": f"?{asked.query(after=f'{after.at}-{after.id}')}" if after else "",
            "live_url": f"?{query}",
            "size": SIZE,
            "asked": asked,
            "query": query,
            "words": asked.words,
            "narrowed": asked.narrowed,
            "chips": asking.chips(asked, reader),
            "fields": asking.fields(asked, reader),
            "names": asking.names_offered(reader),
            "hidden": asking.hidden,
            "choosable": [
                {"key": name, "label": column.label, "chosen": name in asked.columns}
                for name, column in COLUMNS.items()
            ],
            "tabs": _tabs(asked, reader, views, current),
            "view": current if current and _may_drop(current, reader) else None,
            "saving": saving or {},
            "share": _share(reader),
            "acts": many.acts(reader) if listed and not reader.is_outside else [],
            "most": export.MOST,
            "done": request.session.pop("done", None),
        },
        at="cases",
        status=status,
    )


def _key(text: str) -> Key | None:
    at, _dash, number = text.partition("-")
    plain = at.isdecimal() and number.isdecimal() and len(text) < 32
    return Key(int(at), int(number)) if plain else None


def _limit(shown: str) -> int:
    wanted = int(shown) if shown.isdecimal() and len(shown) < 6 else SIZE
    return min(max(wanted, SIZE), MOST_SHOWN)


def _tabs(
    asked: Asked, reader: Reader, views: list[View], current: View | None
) -> list[dict[str, Json]]:
    all_, late = asked.given.get("all"), asked.given.get("late")
    tabs = [
        {"label": _("Open, nearest due first"), "url": "?" + asked.query(all="", late=""),
         "current": not all_ and not late and not current},
        {"label": _("Overdue"), "url": "?" + asked.query(all="", late="1"),
         "current": bool(late) and not current},
        {"label": _("All, newest first"), "url": "?" + asked.query(all="1", late=""),
         "current": bool(all_) and not late and not current},
    ]  # fmt: skip
    for view in views:
        shared = view.owner != reader.person
        label = _("%(view)s (%(who)s)") % {"view": view.name, "who": view.owner_name}
        tabs.append({
            "label": label if shared else view.name, "url": f"?{_query(view, reader)}",
            "current": view is current,
        })  # fmt: skip
    return tabs


def _query(view: View, reader: Reader) -> str:
    return asking.of_query(view.query, reader).query()


# -- Views -------------------------------------------------------------------------------------------


def _may_drop(view: View, reader: Reader) -> bool:
    return view.owner == reader.person or reader.account.is_administrator


def _share(reader: Reader) -> list[dict[str, str]]:
    """With whom the reader may share: nobody, everybody, the posts below them."""
    found = saved_views.may_share_with(reader.viewer, reader.now)
    if not found:
        return []
    choices = [{"value": "", "label": pgettext("view", "Only me")}]
    if saved_views.EVERYBODY in found:
        choices.append({"value": saved_views.EVERYBODY, "label": _("Everybody")})
    called: dict[str, str] = {}
    for policy in reader.policies.values():
        for post in found & policy.posts.keys():
            called.setdefault(post, policy.posts[post].text.in_(reader.language))
    choices += [{"value": post, "label": text} for post, text in sorted(called.items())]
    return choices


@staff
@require_POST
def save_view(request: HttpRequest, reader: Reader) -> HttpResponse:
    """Keep the list as it is shown under a name."""
    asked = asking.of_query(request.POST.get("query", ""), reader)
    name, shared = request.POST.get("name", ""), request.POST.get("shared", "")
    came = saved_views.save(reader.viewer, name, asked.query(), shared, reader.now)
    if isinstance(came, Refusal):
        saving = {"name": name, "shared": shared, came.field: name if came.field == "name" else ""}
        saving[f"{came.field}_wrong"] = came.text.in_(reader.language)
        return _page(request, reader, asked, saving=saving, status=422)
    _say(request, _("The view “%(name)s” is kept.") % {"name": " ".join(name.split())})
    return HttpResponseRedirect(f"{address('cases')}?{asked.query()}")


@staff
@require_POST
def drop_view(request: HttpRequest, reader: Reader, view: int) -> HttpResponse:
    """Take a view away, from the reader's tabs and from those of all it was shared with."""
    if not saved_views.drop(reader.viewer, view, reader.now):
        raise Http404
    _say(request, _("The view is gone; the cases are as they were."))
    return HttpResponseRedirect(address("cases"))


def _say(request: HttpRequest, text: str) -> None:
    request.session["done"] = {"text": text, "next": "", "draft": ""}
