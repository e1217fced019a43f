"""Dates as they are written: read strictly, or not at all."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from newscrawl.extraction.metadata.date_text import read_date

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")


def read(text: str, order: str | None = "dmy", language: str | None = None) -> str | None:
    """The date and time as written, in ISO form."""
    written = read_date(text, order, language)
    if written is None:
        return None
    clock = written.clock
    if clock is None:
        return written.day.isoformat()
    return f"{written.day}T{clock.time.isoformat('seconds' if clock.seconds else 'minutes')}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-05-03T08:15:07+07:00", "2024-05-03T08:15:07+07:00"),
        ("2024-05-03T08:15:07Z", "2024-05-03T08:15:07+00:00"),
        ("2024-05-03T08:15:7Z", "2024-05-03T08:15:07+00:00"),
        ("May 3 14 min read", None),
        ("2024-05-03T08:15:07.0000000Z", "2024-05-03T08:15:07+00:00"),
        ("2024-05-03T08:15:07.000 +07:00", "2024-05-03T08:15:07+07:00"),
        ("2024-05-03T08:15+0700", "2024-05-03T08:15+07:00"),
        ("2024-05-03 08:15:07", "2024-05-03T08:15:07"),
        ("2024-05-03", "2024-05-03"),
        ("24-03-2019T07:50:00+07:00", "2019-03-24T07:50:00+07:00"),
        ("20240503", "2024-05-03"),
        ("20240503T081507Z", "2024-05-03T08:15:07+00:00"),
        ("1714724107", "2024-05-03T08:15:07+00:00"),
        ("1714724107123", "2024-05-03T08:15:07+00:00"),
        ("Fri, 03 May 2024 08:15:07 +0700", "2024-05-03T08:15:07+07:00"),
        ("Fri May 03 2024 08:15:07 GMT+0000 (Coordinated Universal Time)", "2024-05-03T08:15:07+00:00"),
        ("Fri May 03 08:15:07 UTC 2024", "2024-05-03T08:15:07+00:00"),
        ("2024-13-45", None),
        ("2024-05", None),
        ("", None),
        ("yesterday", None),
        ("12", None),
        ("9" * 5000, None),
    ],
)
def test_machine_dates(text, expected):
    """As JSON-LD, meta tags and feeds write them, with the mistakes that are made there."""
    assert read(text, order="dmy") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Thứ năm, 10/9/2020, 17:18 (GMT+7)", "2020-09-10T17:18+07:00"),
        ("08:19' - 15/09/2020", "2020-09-15T08:19"),
        ("18:53, 14/08/2026", "2026-08-14T18:53"),
        ("Thứ Tư, ngày 05/03/2014 13:00 PM", "2014-03-05T13:00"),
        ("Thứ Bảy, 07/03/2026 - 09:40", "2026-03-07T09:40"),
        ("07/03/2026 \xa0 09:40 (GMT+07:00)", "2026-03-07T09:40+07:00"),
        ("07/03/2026 09:40 GMT+7", "2026-03-07T09:40+07:00"),
        ("07-03-2026 - 17:09 PM", "2026-03-07T17:09"),
        ("10:30 | 05/03/2014", "2014-03-05T10:30"),
        ("10h05 ngày 5/3/2014", "2014-03-05T10:05"),
        ("15:15, 5/3/2014 (GMT+7)", "2014-03-05T15:15+07:00"),
        ("Ngày 7 tháng 3 năm 2020", "2020-03-07"),
        ("07/03/2020 2:05 CH", "2020-03-07T14:05"),
    ],
)
def test_vietnamese_bylines(text, expected):
    """Day first, hours of 24 with PM pasted on, the zone in brackets."""
    assert read(text, language="vi") == expected


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("Posted: Aug 08, 2024 4:00 AM EDT | Last Updated: August 8", "en", "2024-08-08T04:00-04:00"),
        ("3rd May 2024", "en", "2024-05-03"),
        ("May 3, 2024, 12:05 a.m.", "en", "2024-05-03T00:05"),
        ("30. Juni 2025, 15:59 Uhr", "de", "2025-06-30T15:59"),
        ("5. März 2024 um 8.15 Uhr", "de", "2024-03-05T08:15"),
        ("05.06.2025 um 14:46 von Jo Roth", "de", "2025-06-05T14:46"),
        ("13 de enero de 2025 a las 10:22", "es", "2025-01-13T10:22"),
        ("28 avril 2023 à 14h05", "fr", "2023-04-28T14:05"),
        ("28 апреля 2023, 15:30", "ru", "2023-04-28T15:30"),
        ("2025年1月31日 15時30分", "ja", "2025-01-31T15:30"),
        ("2025年1月31日 午後3時5分", "ja", "2025-01-31T15:05"),
        ("3 Μαΐου 2024", "el", "2024-05-03"),
        ("3\u200f/5\u200f/2024", "ar", "2024-05-03"),
        ("3 مئی، 2024", "ur", "2024-05-03"),
        ("3 ta’ Mejju 2024", "mt", "2024-05-03"),
        ("2024 ж. 3 мамыр", "kk", "2024-05-03"),
        ("2024 թ. մայիսի 3", "hy", "2024-05-03"),
        ("28 avril 2023", "en", None),
        ("28 avril 2023", None, None),
        ("28 foobar 2023", "xx", None),
    ],
)
def test_names_of_months_in_the_page_s_language(text, language, expected):
    """English is always known; a name of another language is read where the page is in it."""
    assert read(text, language=language) == expected


@pytest.mark.parametrize(("order", "expected"), [("dmy", "2015-03-04"), ("mdy", "2015-04-03"), (None, None)])
def test_ambiguous_day_needs_an_order(order, expected):
    """Where both readings are possible and nothing decides, no date is made up."""
    assert read("4/3/2015", order=order) == expected


@pytest.mark.parametrize(
    ("text", "expected"), [("25/3/2015", "2015-03-25"), ("3/25/2015", "2015-03-25"), ("4/4/2015", "2015-04-04")]
)
def test_day_that_can_be_read_in_one_way_only(text, expected):
    """Needs no order."""
    assert read(text, order=None) == expected


def test_day_without_time_gets_none():
    """It is midnight UTC of that day, with its precision told."""
    assert read_date("2024-05-03").moment(HANOI) == (datetime(2024, 5, 3, tzinfo=UTC), "day")


def test_time_without_zone_counts_only_where_the_zone_is_known():
    """An evening in Hanoi is another UTC day than an evening nobody knows where."""
    written = read_date("2024-05-03 06:30")
    assert written.moment(HANOI) == (datetime(2024, 5, 2, 23, 30, tzinfo=UTC), "minute")
    assert written.moment(None) == (datetime(2024, 5, 3, tzinfo=UTC), "day")


def test_its_own_zone_goes_before_the_page_s():
    """Seconds are told apart from minutes."""
    written = read_date("2024-05-03T06:30:15+00:00")
    assert written.moment(HANOI) == (datetime(2024, 5, 3, 6, 30, 15, tzinfo=UTC), "second")


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("July 4, 2026 3:15 p.m. ET", datetime(2026, 7, 4, 19, 15, tzinfo=UTC)),
        ("November 29, 2026 3:15 PM ET", datetime(2026, 11, 29, 20, 15, tzinfo=UTC)),
        ("November 29, 2026 3:15 PM PT", datetime(2026, 11, 29, 23, 15, tzinfo=UTC)),
    ],
)
def test_zones_whose_names_do_not_say_whether_it_is_summer(text, utc):
    """The day does."""
    assert read_date(text, None, "en").moment(HANOI) == (utc, "minute")


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
def test_moments_that_no_calendar_holds_are_days(text):
    """Their UTC would lie before year 1 or behind 9999."""
    assert read_date(text).moment(None)[1] == "day"


@pytest.mark.parametrize(
    ("text", "language", "words"),
    [
        ("Học đường 05/03/2014 | 10:15", "vi", "05/03/2014 | 10:15"),
        ("Xã hội  Thứ Năm,  21/6/2018, 10:20 In bài", "vi", "Thứ Năm,  21/6/2018, 10:20"),
        ("Thứ Năm, ngày 21/08/2025 09:30 AM (GMT+7) | Tin", "vi", "Thứ Năm, ngày 21/08/2025 09:30 AM (GMT+7)"),
        ("Posted at 10:00 GMT, 5 March 2015 by Ada", "en", "10:00 GMT, 5 March 2015"),
        ("Sport | Friday 5 May 2024 at 9pm", "en", "Friday 5 May 2024 at 9pm"),
        ("Freitag, 5. Mai 2024 von Ada", "de", "Freitag, 5. Mai 2024"),
        ("投稿 2024年5月3日 午後3時15分 社会", "ja", "2024年5月3日 午後3時15分"),
        ("on 2024-05-03T10:15:00+07:00.", None, "2024-05-03T10:15:00+07:00"),
        ("on 2024-05-03 at 10:15 here", None, "2024-05-03 at 10:15"),
    ],
)
def test_the_words_of_a_date(text, language, words):
    """From its day of the week, or its first digit, to the end of its time and zone."""
    assert read_date(text, "dmy", language).words == words


def test_an_hour_alone_is_no_second():
    """9pm is as exact as it is written."""
    assert read_date("5 May 2024 at 9pm").moment(HANOI)[1] == "minute"
