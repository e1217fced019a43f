"""The names of the months in any language that dateparser knows."""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module

_KEYS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)


def month_of(name: str, language: str | None) -> int | None:
    """Return the number of a month by its name, long or short, in English or in the language given (ISO 639-1)."""
    key = name.casefold().rstrip(".")
    return _months("en").get(key) or (_months(language).get(key) if language else None)


@lru_cache(maxsize=64)
def _months(language: str) -> dict[str, int]:
    if not (language.isascii() and language.isalpha()):
        return {}
    try:
        # Its data alone: as a parser it finds nothing in "17:18 GMT+7" and misreads M/D/Y. The import costs 45 ms.
        info = import_module(f"dateparser.data.date_translation_data.{language}").info
    except ImportError:
        return {}
    names = ((name, number) for number, key in enumerate(_KEYS, 1) for name in info.get(key, ()))
    return {name.casefold().rstrip("."): number for name, number in names}
