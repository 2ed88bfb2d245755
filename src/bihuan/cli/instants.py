"""Instants at the terminal: ISO 8601 with zone in and out."""

import time
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bihuan.cli.speech import Stop
from bihuan.engine.calendar import BadTime
from bihuan.engine.clock import parse_instant
from bihuan.engine.words import Text

ZONE = ZoneInfo("Asia/Shanghai")


def now() -> int:
    """The present instant: a command reads the clock here, once."""
    return int(time.time())


def instant(text: str, field: str) -> int:
    """The instant a reader wrote; says how to write it where it is none."""
    try:
        return parse_instant(text)
    except BadTime as bad:
        raise Stop(Text(f"{field}:{bad.zh}", f"{field}: {bad.en}")) from None


def iso(at: int, zone: ZoneInfo = ZONE) -> str:
    """The instant in ISO 8601 on the clocks of the zone: 2026-02-14T10:00:00+08:00."""
    return datetime.fromtimestamp(at, UTC).astimezone(zone).isoformat()


def wall(at: int, zone: ZoneInfo = ZONE) -> str:
    """The instant as people read it in lists: 2026-02-14 10:00."""
    return datetime.fromtimestamp(at, UTC).astimezone(zone).strftime("%Y-%m-%d %H:%M")
