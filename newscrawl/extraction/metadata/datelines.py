"""Lines that are there for a date, and how they speak of publication and of changes."""

from __future__ import annotations

import re

from newscrawl.extraction.metadata.vicinity import WIDE
from newscrawl.extraction.metadata.words import phrases

LONGEST = 160
MOST_WORDS = 5
MOST_WORDS_SURE = 12
MOST_WORDS_SURER = 18
"""Words in a line that is there for its date: more where it says of what or gives a time of day, or both."""

CHANGED = re.compile(
    phrases(
        """
        updat|modif|last edited|last change|reviewed|revised|cập nhật|aktualis|geändert|änderung|mis à jour|actualiz
        |atualiz|aggiornat|bijgewerkt|gewijzigd|uppdat|opdat|oppdat|päivite|güncel|zmieniono|ažurir|frissít|diperbarui
        |обновл|изменен|оновл|ενημέρωση|تحديث|به‌روز|עודכן|更新|修改|수정
        """
    ),
    re.IGNORECASE,
)
"""How a line speaks of the last change of an article."""

ISSUED = re.compile(
    phrases(
        """
        publi|posted|post[eé]|written|ngày đăng|đăng lúc|đăng ngày|veröff|erschienen|erstellt|geschrieben|geplaatst
        |opublik|pubblic|julkais|udgivet|zveřejn|közzét|megjelent|yayın|diterbitkan|en ligne|дата|опублик|опублік
        |δημοσί|نشر|פורסם|เผยแพร่|投稿|公開|掲載|配信|입력|등록|发布|发表|發佈|發布|發表
        """
    ),
    re.IGNORECASE,
)
_CLOCK = re.compile(r"\d[:h.]\d\d(?!\d|\.)")
_LETTERS = re.compile(r"[^\W\d_]{2,}")
_WIDE_IN_WORD = 3
"""Characters of a word at most in Chinese and Japanese, which do not divide words."""

_DIVIDER = re.compile(r"\s[–—-]\s|\s?[|·•]\s?")
_SENTENCE_ENDS = (".", "!", "?", "…", "。", "”", ":")
_NO_BYLINE = re.compile(r"©|\(c\)|copyright|all rights reserved|bản quyền|tous droits|alle rechte", re.IGNORECASE)


_NUMBER = re.compile(r"\d+")
_COMPACT = 8
"""Digits of a date that is one number, at least."""


def _has_date(text: str) -> bool:
    """Whether a text has the numbers of a date, a day and a year, rather than that of comments or pages."""
    numbers = _NUMBER.findall(text)
    return len(numbers) > 1 or any(len(number) >= _COMPACT for number in numbers) or ("年" in text and "月" in text)


def has_digit(text: str) -> bool:
    """Whether there may be a date in a text: Chinese writes days without digits, too."""
    return any(map(str.isdigit, text)) or ("年" in text and "月" in text)


def is_dateline(text: str) -> bool:
    """Whether a line is there for its date: a caption or a sentence that names one says more beside it."""
    if len(text) > LONGEST or not _has_date(text) or _NO_BYLINE.search(text):
        return False
    told, timed = ISSUED.search(text) or CHANGED.search(text), _CLOCK.search(text)
    words = max(len(_LETTERS.findall(text)), 0 if text.isascii() else len(WIDE.findall(text)) // _WIDE_IN_WORD)
    return words <= (MOST_WORDS_SURER if told and timed else MOST_WORDS_SURE if told or timed else MOST_WORDS)


def dated_part(text: str) -> str | None:
    """Return a line that is there for its date, or the part of one that is; None for any other.

    A byline may say much beside the date, each set off from the next: "By Jane Roe | 5 May 2020 | Fact-checked by John
    Doe". A sentence is no such line.
    """
    if is_dateline(text):
        return text
    if len(text) > LONGEST or text.endswith(_SENTENCE_ENDS) or not _has_date(text):
        return None
    parts = _DIVIDER.split(text)
    owned = _NO_BYLINE.search(text) is not None  # a picture's owner, rather than the site's, beside a time of day
    dated = (part for part in parts if is_dateline(part) and (not owned or _CLOCK.search(part)))
    return next(dated, None) if len(parts) > 1 else None


def before_change(text: str) -> str:
    """Return what a line says before it comes to the article's last change."""
    match = CHANGED.search(text)
    return text[: match.start()] if match else text
