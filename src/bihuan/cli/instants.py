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


def instant(text: str, field: str, zone: ZoneInfo = ZONE) -> int:
    """The instant a reader wrote, on the clocks of `zone` where it names none; else says what is right."""
    try:
        moment = datetime.fromisoformat(text.strip())
        return parse_instant(moment.replace(tzinfo=moment.tzinfo or zone).isoformat())
    except (ValueError, OverflowError, BadTime):
        raise Stop(
            Text(
                f"{field}:“{text}”不是时刻，应写成 2026-02-13T18:30 或 2026-02-13T18:30:00+08:00",
                f"{field}: “{text}” is no instant; write it like 2026-02-13T18:30 "
                "or 2026-02-13T18:30:00+08:00",
            )
        ) from None


def iso(at: int, zone: ZoneInfo = ZONE) -> str:
    """The instant in ISO 8601 on the clocks of the zone: 2026-02-14T10:00:00+08:00."""
    return datetime.fromtimestamp(at, UTC).astimezone(zone).isoformat()


def wall(at: int, zone: ZoneInfo = ZONE) -> str:
    """The instant as people read it in lists: 2026-02-14 10:00."""
    return datetime.fromtimestamp(at, UTC).astimezone(zone).strftime("%Y-%m-%d %H:%M")
