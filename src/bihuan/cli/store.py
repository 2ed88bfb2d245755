"""Opens the data folder for a command: Django, tables up to date, who acts, which policy."""

import os
from collections.abc import Mapping
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bihuan.cli.speech import REFUSED, Speaker, Stop, refused, stop
from bihuan.desk.policy_files import read_nodes
from bihuan.engine.calendar import Calendar, parse_calendar
from bihuan.engine.compile import compile_policy
from bihuan.engine.findings import Finding
from bihuan.engine.organisation import Organisation
from bihuan.engine.policy import Policy
from bihuan.engine.refusal import Refusal
from bihuan.engine.words import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bihuan.records.queries.visibility import Viewer

LONGEST_FILE = 200_000_000


def setup_django() -> None:
    """Read the settings; makes the data folder where there is none."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bihuan.site.settings")
    django.setup()


def open_data() -> None:
    """Make the database ready: every command that reads or writes it calls this first."""
    setup_django()
    migrate()


def migrate() -> None:
    """Bring the tables up to date; two processes that start together take turns."""
    from django.core.management import call_command
    from django.db import connection, transaction
    from django.db.migrations.executor import MigrationExecutor

    def pending() -> bool:
        executor = MigrationExecutor(connection)
        return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))

    if not pending():
        return
    with _alone():
        if pending():
            # All or nothing: Django notes some migrations as done only after they are committed,
            # and whoever is stopped in between could never start again. SQLite cannot turn its
            # foreign keys off within a transaction.
            connection.disable_constraint_checking()
            try:
                with transaction.atomic():
                    call_command("migrate", verbosity=0, interactive=False)
            finally:
                connection.enable_constraint_checking()


@contextmanager
def _alone() -> "Iterator[None]":
    """Only one process at a time migrates."""
    import fcntl

    from django.conf import settings
    from django.db import connection

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(7305125)")
            try:
                yield
            finally:
                cursor.execute("SELECT pg_advisory_unlock(7305125)")
        return
    with (Path(settings.HOME) / "migrating").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def has_data() -> bool:
    """Whether there is a database already, without making one."""
    if os.environ.get("DATABASE_URL"):
        return True
    return (Path(os.environ.get("BIHUAN_HOME") or "var") / "bihuan.sqlite3").exists()


def need_site() -> None:
    """Stop where no organisation was set up yet."""
    open_data()
    from bihuan.desk.setup import is_set_up

    if not is_set_up():
        raise stop(
            Text(
                "还没有建立单位：请先运行 bihuan setup 或 bihuan serve,"
                "或直接 bihuan import 文件 --policy general",
                "there is no organisation yet: run bihuan setup or bihuan serve first, or just "
                "bihuan import FILE --policy general",
            ),
            REFUSED,
        )


def make_site(policy: str, speaker: Speaker, now: int) -> None:
    """Where there is no organisation yet, make the least one that can work, and say so."""
    open_data()
    from bihuan.desk import packs, setup

    if setup.is_set_up():
        return
    if policy not in packs.shipped():
        raise no_such_policy(policy)
    title = packs.shipped_titles()[policy]
    password = new_password()
    done = setup.set_up(
        setup.issue_token(now) or "",
        title.in_(speaker.lang),
        policy,
        Text("管理员", "Administrator").in_(speaker.lang),
        "admin",
        password,
        language="en" if speaker.lang == "en" else "zh-hans",
        now=now,
    )
    if isinstance(done, Refusal):
        raise refused(done)
    speaker.warn(
        Text(
            f"此数据目录还没有单位，已建立“{title.zh}”：一个单位，管理员代理所有空缺岗位。\n"
            f"登录用户名 admin,密码 {password}(只显示这一次)",
            f"this data folder had no organisation, so '{title.en}' was made: one unit, whose "
            f"administrator acts for every vacant post.\n"
            f"Sign in as admin with the password {password} (shown only now)",
        ),
    )


def new_password() -> str:
    """A password nobody has chosen: 75 random bits, easy to copy."""
    import secrets

    signs = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(signs) for _ in range(5)) for _ in range(3))


# -- Policies --------------------------------------------------------------------------------------


def shipped() -> tuple[str, ...]:
    """The codes of the packs that come with Bihuan."""
    folder = resources.files("bihuan") / "packs"
    return tuple(sorted(p.name for p in folder.iterdir() if (p / "policy.yaml").is_file()))


def no_such_policy(name: str) -> Stop:
    """The Stop for a policy that is neither shipped, nor in force, nor a file."""
    known = shipped()
    return stop(
        Text(
            f"没有名为“{name}”的制度，也没有这个文件；随附的有 {'、'.join(known)}",
            f"there is no policy and no file '{name}'; shipped are {', '.join(known)}",
        ),
    )


def policy_text(name: str) -> tuple[str | bytes, str]:
    """The text of a policy by file name or code, and where it is from.

    A code means the newest version in force here; where there is none, the shipped pack.
    """
    if name.endswith((".yaml", ".yml")) or "/" in name or Path(name).is_file():
        return read_file(name), name
    if has_data():
        open_data()
        from bihuan.cli.instants import now
        from bihuan.desk import packs

        version = packs.policies_in_force(now()).get(name)
        if version:
            return version.text, f"{version.code} {version.number}"
    if name in shipped():
        file = resources.files("bihuan") / "packs" / name / "policy.yaml"
        return file.read_text("utf-8"), name
    raise no_such_policy(name)


def read_policy(name: str) -> tuple[Policy | None, tuple[Finding, ...], str]:
    """A policy by file name or code: compiled (None where it has errors), findings, where it is from."""
    text, place = policy_text(name)
    node, found = read_nodes(text)
    if node is None:
        return None, found, place
    policy, findings = compile_policy(node)
    return policy, (*found, *findings), place


def sound_policy(name: str) -> Policy:
    """A policy without errors; otherwise a Stop with every error, its line, and what would be right."""
    policy, findings, place = read_policy(name)
    if policy is None:
        said = Text(
            "\n".join(f"{place}:{item.say('zh')}" for item in findings),
            "\n".join(f"{place}:{item.say('en')}" for item in findings),
        )
        raise Stop(said, REFUSED)
    return policy


def calendars_of(policy: Policy) -> Mapping[str, Calendar]:
    """The calendars of a policy, with the years published here where there is a database."""
    from bihuan.desk import calendars

    holidays = calendars.shipped()
    if has_data():
        open_data()
        from bihuan.desk import worlds

        holidays = {
            source: worlds.published_before(source, 1 << 15) or known
            for source, known in holidays.items()
        }
    return {name: parse_calendar(words, holidays) for name, words in policy.calendars.items()}


def in_force(code: str, now: int) -> Any:
    """The version of a policy that rules here; a Stop where it does not."""
    from bihuan.desk import packs

    versions = packs.policies_in_force(now)
    if code in versions:
        return versions[code]
    if code not in packs.shipped():
        raise no_such_policy(code)
    raise stop(
        Text(
            f"制度“{code}”在本单位尚未施行(现行：{'、'.join(versions)});"
            f"先运行 bihuan policy adopt {code} --unit …",
            f"the policy '{code}' is not in force here (in force: {', '.join(versions)}); "
            f"first run bihuan policy adopt {code} --unit …",
        ),
        REFUSED,
    )


# -- People ----------------------------------------------------------------------------------------


def organisation(now: int) -> Organisation:
    """Who there is now."""
    from bihuan.desk import worlds

    return worlds.organisation(now)


def person(name: str | None, now: int) -> str:
    """The id of a person by id, username or name; the administrator where none is given."""
    people = organisation(now)
    if name is None:
        return people.administrator
    if name in ("customer", "system") or name in people.names:
        return name
    from django.contrib.auth.models import User

    user = User.objects.filter(username__iexact=name, person__isnull=False).first()
    if user:
        return str(user.person.pk)
    found = [key for key, said in people.names.items() if said == name]
    if len(found) == 1:
        return found[0]
    if found:
        raise stop(
            Text(
                f"有 {len(found)} 人叫“{name}”，请用编号：{'、'.join(found)}",
                f"{len(found)} people are called '{name}'; use a number: {', '.join(found)}",
            ),
        )
    raise stop(
        Text(
            f"没有编号、用户名或姓名为“{name}”的人员",
            f"there is nobody with the number, username or name '{name}'",
        ),
    )


def viewer(name: str | None, now: int) -> "Viewer":
    """Who reads: a person, or (none given) whoever may open the data folder and so sees everything."""
    from bihuan.desk import permissions
    from bihuan.records.queries.visibility import Viewer

    if name is None:
        return Viewer("console", is_auditor=True)
    return permissions.viewer(person(name, now), now)


# -- Files -----------------------------------------------------------------------------------------


def read_file(name: str, largest: int = LONGEST_FILE) -> bytes:
    """A file's bytes; a Stop that says what is wrong where it cannot be read."""
    path = Path(name)
    if not path.exists():
        raise stop(Text(f"没有文件“{name}”", f"there is no file '{name}'"))
    if path.is_dir():
        raise stop(Text(f"“{name}”是文件夹，应为文件", f"'{name}' is a folder; a file is needed"))
    if path.stat().st_size > largest:
        raise stop(
            Text(
                f"“{name}”过大(至多 {largest // 1_000_000} MB)",
                f"'{name}' is too large (at most {largest // 1_000_000} MB)",
            ),
        )
    return path.read_bytes()


def as_json(values: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    """A copy whose values of these names are instants written in ISO 8601 (0: null)."""
    from bihuan.cli.instants import iso

    return {
        key: (iso(value) if value else None) if key in names else value
        for key, value in values.items()
    }


def unknown(what: Text, name: str, known: Mapping[str, Text]) -> Stop:
    """The Stop for a name that is none of those there are."""
    zh = "、".join(f"{key}({text.zh})" for key, text in known.items())  # zh: data
    en = ", ".join(f"{key} ({text.en})" for key, text in known.items())
    return stop(
        Text(
            f"没有{what.zh}“{name}”，可选：{zh}",
            f"there is no {what.en} '{name}'; there are {en}",
        )
    )


def unit(code: str | None, now: int) -> str:
    """The code of a unit; the one at the top where none is given."""
    people = organisation(now)
    if code is None:
        return next((unit.code for unit in people.units.values() if not unit.parent), "")
    if code in people.units:
        return code
    known = {key: Text(found.name, found.name) for key, found in people.units.items()}
    raise unknown(Text("单位", "unit"), code, known)
