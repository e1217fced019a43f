"""The names of months and weekdays in any language that dateparser knows."""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module

_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_LIKE_NAMES = ("vi", "ga", "cy")
"""Languages whose weekdays are two words or more in capitals, as a person's name is ("Thứ Sáu", "Dé hAoine"): of the
200 that dateparser knows, those in which news is published and which pages most often do not declare."""


def month_of(name: str, language: str | None) -> int | None:
    """Return the number of a month by its name, long or short, in English or in the language given (ISO 639-1)."""
    key = name.casefold().rstrip(".")
    return _numbers("en", _MONTHS).get(key) or (_numbers(language, _MONTHS).get(key) if language else None)


def is_weekday(text: str, language: str | None) -> bool:
    """Whether a text is a day of the week, in English or the language given, or where it looks like a name."""
    key = " ".join(text.split()).casefold().rstrip(".")
    return any(key in _numbers(known, _WEEKDAYS) for known in ("en", *((language,) if language else _LIKE_NAMES)))


@lru_cache(maxsize=64)
def _numbers(language: str, keys: tuple[str, ...]) -> dict[str, int]:
    if not (language.isascii() and language.isalpha()):
        return {}
    try:
        # Its data alone: as a parser it finds nothing in "17:18 GMT+7" and misreads M/D/Y. The import costs 45 ms.
        info = import_module(f"dateparser.data.date_translation_data.{language}").info
    except ImportError:
        return {}
    names = ((name, number) for number, key in enumerate(keys, 1) for name in info.get(key, ()))
    return {name.casefold().rstrip("."): number for name, number in names}
