"""Months, weekdays and years as the languages and calendars of the world have them.

Names come from the data of dateparser and, for what a country calls its months by itself, from babel (CLDR).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib import import_module
from pkgutil import iter_modules

from babel import Locale, localedata

from newscrawl.text import nfc

_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_LIKE_NAMES = ("vi", "ga", "cy")
"""Languages whose weekdays are two words or more in capitals, as a person's name is ("Thứ Sáu", "Dé hAoine"): of the
200 that dateparser knows, those in which news is published and which pages most often do not declare."""

_JALALI = (
    *("فروردین حمل", "اردیبهشت ثور", "خرداد جوزا", "تیر سرطان", "مرداد اسد", "شهریور سنبله"),
    *("مهر میزان", "آبان عقرب", "آذر قوس", "دی جدی", "بهمن دلو", "اسفند حوت"),
)
"""The solar months of Iran and of Afghanistan."""

_PERSIAN = str.maketrans("\u064a\u0643", "\u06cc\u06a9")
"""The letters of Arabic keyboards and those of Persian that they stand for."""

_JALALI_LANGUAGES = frozenset(("fa", "ps", "ckb", "az", "glk", "mzn"))
_JALALI_YEARS = range(1340, 1425)
_BUDDHIST_YEARS = range(2500, 2600)
_BUDDHIST = 543
"""Years that the Buddhist calendar of Thailand, Laos and Cambodia is ahead."""

_MINGUO = 1911
_ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925, "民國": _MINGUO, "民国": _MINGUO}
"""The year before the first of each era."""

_CYCLE = 33
_LEAP = frozenset((1, 5, 9, 13, 17, 22, 26, 30))
"""Leap years of the Jalali calendar in a cycle of 33; right from 1178 to 1633.

https://en.wikipedia.org/wiki/Solar_Hijri_calendar
"""


@dataclass(frozen=True, slots=True)
class Months:
    """The names of months in some languages."""

    pattern: str
    """Matches any of them; no group of its own."""
    numbers: dict[str, int]
    """Name as `key` folds it → 1 to 12, and 101 to 112 for those of the Jalali calendar."""

    def number(self, name: str) -> int | None:
        """Return the number of a month by its name."""
        return self.numbers.get(_key(name))


def _key(name: str) -> str:
    return " ".join(nfc(nfc(name).translate(_PERSIAN).casefold()).split()).rstrip(".")


@lru_cache(maxsize=256)
def months_in(languages: tuple[str, ...]) -> Months:
    """Return the names in English and in the languages given (ISO 639-1), long and short."""
    numbers: dict[str, int] = {}
    for language in ("en", *languages):
        for name, number in _month_names(language).items():
            numbers.setdefault(name, number)
    names = sorted(numbers, key=len, reverse=True)
    written = "|".join(re.escape(name).replace(r"\ ", r"\s") for name in names)
    for arabic, persian in _PERSIAN.items():
        written = written.replace(chr(persian), f"[{chr(persian)}{chr(arabic)}]")
    return Months(rf"(?<![^\W\d_])(?:{written})(?![^\W\d_])", numbers)


@lru_cache(maxsize=64)
def _month_names(language: str) -> dict[str, int]:
    names = dict(_dateparser_names(language, _MONTHS))
    if language != "en":
        for locale in _locales(language):
            for form in locale.months["format"], locale.months["stand-alone"]:
                for width in ("wide", "abbreviated"):
                    for number, name in form[width].items():
                        if not name.isdigit():
                            names.setdefault(_key(name), number)
    if language in _JALALI_LANGUAGES:
        names |= {name: 100 + number for number, both in enumerate(_JALALI, 1) for name in both.split()}
    return {name: number for name, number in names.items() if len(name) > 1}


@lru_cache(maxsize=512)
def _dateparser_names(language: str, keys: tuple[str, ...]) -> dict[str, int]:
    if not (language.isascii() and language.isalpha()):
        return {}
    try:
        # Its data alone: as a parser it finds nothing in "17:18 GMT+7" and misreads M/D/Y. The import costs 45 ms.
        info = import_module(f"dateparser.data.date_translation_data.{language}").info
    except ImportError:
        return {}
    return {_key(name): number for number, key in enumerate(keys, 1) for name in info.get(key, ())}


def language_of_date(words: Iterable[str]) -> str | None:
    """Return a language in which one of some words is a month, where all languages that know it mean the same month.

    Of several languages those count that know the most of the other words as days of the week.
    """
    keys = [_key(word) for word in words]
    months, weekdays = _names_by_language()
    named = [(language, number) for key in keys for language, number in months.get(key, {}).items()]
    if not named:
        return None
    known = {language: sum(language in weekdays.get(key, ()) for key in keys) for language, _ in named}
    surest = [(language, number) for language, number in named if known[language] == max(known.values())]
    return surest[0][0] if len({number for _, number in surest}) == 1 else None


@lru_cache(maxsize=1)
def _names_by_language() -> tuple[dict[str, dict[str, int]], dict[str, set[str]]]:
    """Languages and their numbers by the names of months, and languages by the names of days; made in 0.2 s."""
    months: dict[str, dict[str, int]] = {}
    weekdays: dict[str, set[str]] = {}
    for module in iter_modules(import_module("dateparser.data.date_translation_data").__path__):
        if "-" not in module.name:  # those of a country, as en-AU
            for name, number in _dateparser_names(module.name, _MONTHS).items():
                if not name.isdigit():
                    months.setdefault(name, {})[module.name] = number
            for name in _dateparser_names(module.name, _WEEKDAYS):
                weekdays.setdefault(name, set()).add(module.name)
    return months, weekdays


def _locales(language: str) -> Iterable[Locale]:
    """The language as each of its countries has it: Arabic months differ from Morocco to Iraq."""
    for name in localedata.locale_identifiers():
        if name == language or name.startswith(f"{language}_"):
            yield Locale.parse(name)


def is_weekday(text: str, language: str | None) -> bool:
    """Whether a text is a day of the week, in English or the language given, or where it looks like a name."""
    key = _key(text)
    return any(
        key in _dateparser_names(known, _WEEKDAYS) for known in ("en", *((language,) if language else _LIKE_NAMES))
    )


def era_year(era: str, year: str) -> int:
    """Return the year of our calendar for one of an era of Japan or Taiwan; the first may be written 元."""
    return _ERAS[era] + (1 if year == "元" else int(year))


def day_of(year: int, month: int, day: int) -> date | None:
    """Return a day; None for what no calendar has.

    Years that lie centuries ahead are the Buddhist calendar's, those of the fourteenth century the Jalali calendar's.
    """
    if month > 100 or year in _JALALI_YEARS:
        return _jalali(year, month % 100, day)
    try:
        return date(year - _BUDDHIST if year in _BUDDHIST_YEARS else year, month, day)
    except ValueError:
        return None


def short_year(digits: int, languages: Iterable[str]) -> int:
    """Return the year that two digits mean: of this century up to 69, of the last one from 70 on."""
    if "th" in languages and digits >= 50:
        return 2500 + digits - _BUDDHIST
    return digits + (2000 if digits < 70 else 1900)


def _jalali(year: int, month: int, day: int) -> date | None:
    lengths = (31,) * 6 + (30,) * 5 + (30 if year % _CYCLE in _LEAP else 29,)
    if year not in _JALALI_YEARS or not 1 <= month <= 12 or not 1 <= day <= lengths[month - 1]:
        return None
    return date.fromordinal(
        _NOWRUZ_1404 + _days_before(year) - _days_before(1404) + sum(lengths[: month - 1]) + day - 1
    )


def _days_before(year: int) -> int:
    cycles, rest = divmod(year - 1, _CYCLE)
    return 365 * (year - 1) + cycles * len(_LEAP) + sum(leap <= rest for leap in _LEAP)


_NOWRUZ_1404 = date(2025, 3, 21).toordinal()
