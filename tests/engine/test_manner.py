"""Days, times, numbers, money and phone numbers, each language in its own manner."""

from datetime import date, datetime

import pytest

from bihuan.engine import manner

AT = datetime(2026, 11, 20, 9, 5, 7)  # noqa: DTZ001 - wall time


@pytest.mark.parametrize(
    ("zh", "en", "write"),
    [
        ("2026-11-20", "20 Nov 2026", lambda lang: manner.day(AT, lang)),
        ("11-20", "20 Nov", lambda lang: manner.day(AT, lang, year=False)),
        ("11-20 周五", "Fri 20 Nov", lambda lang: manner.day_of_week(AT, lang)),
        ("2026年11月20日", "20 November 2026", lambda lang: manner.full_day(AT, lang)),
        ("2026-11-20 09:05", "20 Nov 2026 09:05", lambda lang: manner.moment(AT, lang)),
        ("2026-11-20 09:05", "20 Nov 2026 09:05", lambda lang: manner.until(AT, lang)),
        ("2026-11-19 24:00", "19 Nov 2026 24:00",
         lambda lang: manner.until(AT.replace(hour=0, minute=0, second=0), lang)),
        ("2026年11月20日 09:05", "20 November 2026, 09:05",
         lambda lang: manner.full_moment(AT, lang)),
        ("2026年2月", "February 2026", lambda lang: manner.month(2026, 2, lang)),
        ("50,000元", "50,000 yuan", lambda lang: manner.money_in_words(5_000_000, lang)),
        ("80.50元", "80.50 yuan", lambda lang: manner.money_in_words(8050, lang)),
        ("请拨 138 0000 5678", "请拨 +86 138 0000 5678",
         lambda lang: manner.phones("请拨 13800005678", lang)),
    ],
)  # fmt: skip
def test_each_language_has_its_manner(zh: str, en: str, write: object) -> None:
    assert (write("zh-hans"), write("en")) == (zh, en)


def test_what_is_the_same_in_both() -> None:
    assert manner.money(128_000) == "¥1,280.00"
    assert manner.number(1280) == "1,280"
    assert [manner.size(count) for count in (3, 12_300, 1_500_000)] == ["1 KB", "12 KB", "1.4 MB"]
    assert manner.percent(85.4) == "85%"
    assert manner.hours(7800) == "2:10"
    assert manner.minute_of_day(24 * 60) == "24:00"
    assert manner.clock(AT) == "09:05:07"
    assert manner.clock(AT.replace(second=0)) == "09:05"


@pytest.mark.parametrize("text", ["021-65432100", "138****5678", "913800005678", "a@b.example"])
def test_only_whole_mobile_numbers_are_grouped(text: str) -> None:
    assert manner.phones(text, "en") == text


def test_what_programs_read_is_read_again() -> None:
    assert date.fromisoformat(manner.machine_day(AT)) == AT.date()
    assert datetime.fromisoformat(manner.field_time(AT)) == AT.replace(second=0)
    assert datetime.fromisoformat(manner.machine_time(AT)) == AT


def test_a_length_is_rounded_on_a_page_as_a_spreadsheet_rounds_it() -> None:
    assert manner.length(7 * 3600 + 20 * 60, "zh-hans") == "7:20"
    assert manner.length(86_399, "en") == "23:59"
    assert manner.length(86_400, "zh-hans") == "1.0 天"
    assert manner.length(int(8.06 * 86_400), "en") == "8.1 d"
    assert manner.spreadsheet_length("en") == '[>=1]0.0" d";[h]:mm'
