"""Saves a list of cases under a name, for oneself or for others, and drops it again."""

import unicodedata

from django.db import IntegrityError, transaction

from bihuan.desk import permissions
from bihuan.engine.refusal import Refusal
from bihuan.engine.words import Text
from bihuan.records.models import SavedView
from bihuan.records.queries.visibility import Viewer

LONGEST_NAME, LONGEST_QUERY, MOST = 40, 2000, 30
EVERYBODY = "*"


def save(viewer: Viewer, name: str, query: str, shared: str, now: int) -> int | Refusal:
    """Keep `query` as a view called `name`; its id. Nothing is kept where it is refused.

    `shared`: empty for oneself, "*" for everybody (administrators), or a post of `may_share_with`.
    """
    name = " ".join(name.split())
    refusal = _unfit(name, query) or _not_shared(viewer, shared, now)
    if refusal:
        return refusal
    own = SavedView.objects.filter(owner_id=int(viewer.person_id), dropped_at=None)
    if own.count() >= MOST:
        return _refusal(
            "too-many-views",
            f"您已保存 {MOST} 个视图，请先删除不用的",
            f"you have saved {MOST} views; drop one you no longer use",
        )
    try:
        with transaction.atomic():
            return SavedView.objects.create(
                owner_id=int(viewer.person_id), name=name, query=query, shared=shared, saved_at=now
            ).pk
    except IntegrityError:
        return _refusal(
            "name-taken",
            f"您已有名为“{name}”的视图，请换一个名称或先删除它",
            f"you have a view called '{name}'; take another name, or drop that one first",
        )


def drop(viewer: Viewer, view_id: int, now: int) -> bool:
    """Take a view out of everybody's tabs; whether there was one the viewer may drop.

    That is one's own, and for administrators every shared one. The row stays, with who and when.
    """
    found = SavedView.objects.filter(pk=view_id, dropped_at=None)
    own = found.filter(owner_id=int(viewer.person_id))
    if viewer.is_admin:
        own |= found.exclude(shared="")
    return bool(own.update(dropped_at=now, dropped_by_id=int(viewer.person_id)))


def may_share_with(viewer: Viewer, now: int) -> frozenset[str]:
    """The posts, and "*", that the viewer may share with: everybody for an administrator, else the
    posts of which every seat stands below them.
    """
    posts = permissions.posts_below(viewer, now)
    return posts | {EVERYBODY} if viewer.is_admin else posts


def _unfit(name: str, query: str) -> Refusal | None:
    if not name:
        return _refusal("no-name", "请给视图起一个名称", "give the view a name")
    if len(name) > LONGEST_NAME:
        return _refusal(
            "long-name",
            f"名称至多 {LONGEST_NAME} 个字符，现有 {len(name)} 个",
            f"a name has at most {LONGEST_NAME} characters; this one has {len(name)}",
        )
    if any(unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Co", "Cn") for sign in name):
        return _refusal(
            "unreadable-name",
            "名称含有看不见的控制字符，请只用文字、数字和标点",
            "the name holds invisible control characters; use letters, digits and punctuation",
        )
    if len(query) > LONGEST_QUERY:
        return _refusal(
            "long-query", "筛选条件过长，请减少条件", "these filters are too long; use fewer"
        )
    return None


def _not_shared(viewer: Viewer, shared: str, now: int) -> Refusal | None:
    if not shared or shared in may_share_with(viewer, now):
        return None
    return _refusal(
        "may-not-share",
        "只有管理员可共享给所有人，只有上级可共享给其下的岗位",
        "only administrators share with everybody, and superiors with the posts below them",
        "shared",
    )


def _refusal(code: str, zh: str, en: str, field: str = "name") -> Refusal:
    return Refusal(code, Text(zh, en), field=field)
