"""The numbers cases are called by: TS20261121-0007, serial by day, without gaps."""

from typing import Any

# By kind, after the Chinese word: 投诉 咨询 求援 故障 申诉 退货 意见, 收件 for a message; 案件 for any other.
PREFIXES = {
    "complaint": "TS",
    "enquiry": "ZX",
    "rescue": "QY",
    "fault": "GZ",
    "appeal": "SS",
    "return": "TH",
    "suggestion": "YJ",
    "message": "SJ",
}
_OTHER = "AJ"
_NEXT = (
    "INSERT INTO records_daycounter (key, last) VALUES (%s, 1) "
    "ON CONFLICT (key) DO UPDATE SET last = records_daycounter.last + 1 RETURNING last"
)


def next_number(cursor: Any, kind: str, day: str) -> str:
    """The next number of a kind on a day (YYYYMMDD); taken back if the transaction is."""
    key = f"{PREFIXES.get(kind, _OTHER)}{day}"
    cursor.execute(_NEXT, (key,))
    return f"{key}-{cursor.fetchone()[0]:04d}"


def ledger_number(policy: str, version: int, unit: str) -> str:
    """The number of the ledger (台账) of a unit's own duties under one version of a policy."""
    return f"TZ-{policy}-{version}-{unit or 'top'}"
