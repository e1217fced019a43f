"""The names in a byline or a credit, without what stands around them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from newscrawl.extraction.headings import heading_kind
from newscrawl.extraction.metadata.calendars import is_weekday
from newscrawl.extraction.metadata.han_names import is_han, is_han_name, is_han_office, names_in_han
from newscrawl.extraction.metadata.meta_tags import line_of
from newscrawl.extraction.metadata.site_names import is_site
from newscrawl.extraction.metadata.words import phrases

LONGEST = 300
LONGEST_NAME = 60
MOST_WORDS = 7
MOST_AUTHORS = 30

_PREPOSITION = "by|von|par|por|di|door|af|av|przez|oleh|od|theo"
_AUTHOR = phrases(
    """
    autor(?:[/:*_]-?in|in/autor)|autor|autora|autorin|autoren|autorzy|autorka|author|authors|auteur|auteure|autore
    |contributor|contributors|verfasser|verfasserin|text|texte|texto|testo|tác giả|người viết|thực hiện|bài|автор
    |текст|kirjoittanut|penulis|yazan|yazar|szerző|przygotował|przygotowała|skrevet av|rédigé par|publié par
    |publicado por|escrito por|a cura di
    |(?:written|authored|posted|published|reported|story|words|text|article|report|reporting) by
    """
)
_BY = f"{_PREPOSITION}|{_AUTHOR}"
_LABEL = re.compile(rf"\A(?:{_BY})(?:\s*:\s*|\s+|\Z)", re.IGNORECASE)
_SURE_LABEL = re.compile(rf"\A(?:{_AUTHOR})(?:\s*:\s*|\s+|\Z)", re.IGNORECASE)
_MONTH = "(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}"
_TAIL = re.compile(
    r"\s*(?:[|•·–—/@]|\s-\s|\s\d|\d{1,4}[./:-]\d{1,2}|\bon\s(?=[A-Z]\w+day\b|\w+\s\d|\d)"
    rf"|\b{_MONTH}\.?\s\d"
    r"|\b(?:updated|published|posted|last updated|aktualisiert|stand:|cập nhật|is an?|are)\b).*\Z",
    re.IGNORECASE,
)
_SECTION = re.compile(r"\s?,?\sin\s[A-Z].*\Z")
_LINK = re.compile(r"https?://\S*|[\w.+-]{1,64}@[\w-]{1,64}\.[\w.-]{1,64}|(?<!\S)@\w{1,40}")
"""Addresses, of pages and of people; and handles."""

_COLON = re.compile(r"\A[^:：\d]{1,20}[:：]\s*(?=\S)")
"""A label of any language: no name has a colon."""

_SENTENCE = re.compile(r"['’]s\s+[a-z]|\w\s[a-z]{3,}\.\Z")
_LEADING_ROLE = re.compile(r"\A(?!the\s)(?:[a-zäöüß-]{3,}\s+){1,4}(?=[A-Z]\S*\s+(?:\S+\s+){0,3}[A-Z])")
"""By *political reporter* Joan Marsh."""

_TRAILING_WORDS = re.compile(r"(?<=\S)(?:\s+[a-zà-ÿ]{1,4}\.?)+\Z")
_BRACKETS = re.compile(r"(?:(?<!\s)\s++)?+[(\[{][^()\[\]{}]{0,80}[)\]}]")
_DEGREE = phrases(
    r"""
    Ph\.?D\.?|M\.?D\.?|R\.?N\.?|R\.?D\.?N?\.?|M\.?S\.?|M\.?A\.?|M\.?P\.?H\.?|CPT|CFP®?|CFA|CPA|LDN|LD|MSc|MBA|Esq\.?|B\.?A\.?
    |B\.?Sc?\.?|D\.?O\.?|FNP|NP|DVM|J\.?D\.?
    """
)
_DEGREES = re.compile(rf"(?:,\s*|\s+)(?:{_DEGREE})(?=\s*(?:,|\Z|\s))")
_GENERATION = re.compile(r",\s*(?=(?:Jr|Sr|II|III|IV)\b)")
_WORD_FOR_AND = "and|und|og|och|et|e|y|en|i|ja|và|with|mit|и|та"
_AND = re.compile(rf"\s+(?:{_WORD_FOR_AND}|&|\+)\s+|\s*(?:;|\||•|·| / |、|，)\s*", re.IGNORECASE)
_COMMA = re.compile(rf"(?:(?<!\s)\s++)?+,\s*(?:(?:{_WORD_FOR_AND})\s+)?", re.IGNORECASE)
_ROLE_WORD = phrases(
    """
    reporter|writer|editor|correspondent|journalist|producer|columnist|director|manager|professor|specialist|expert
    |redakteur|redakteurin|korrespondent|korrespondentin|reporterin|journaliste|redactor|redactora|enviado|phóng viên
    """
)
_RANK = phrases(
    """
    senior|chief|deputy|associate|assistant|managing|contributing|staff|political|science|health|sports?|business|freelance
    |executive|lead|founder|co-?founder|ceo
    """
)
_ROLE = re.compile(rf"\A(?:(?:{_RANK}|{_ROLE_WORD})\b.*|.*\b(?:{_ROLE_WORD})|.*\bof\b.*)\Z", re.IGNORECASE)
_ROLE_ALONE = re.compile(rf"\A(?:{_RANK})?\s?(?:{_ROLE_WORD})\Z", re.IGNORECASE)
_LAST_ROLE = re.compile(
    r"(?<=\w\s)(?:(?:senior|staff|chief|associate|managing|contributing|sr\.)\s)?"
    r"(?:writer|editor|reporter|correspondent|journalist|columnist|contributor|redakteur(?:in)?|autor(?:in)?)\Z",
    re.IGNORECASE,
)
_OTHER_CREDIT = re.compile(
    r"\A(?:editor|edited|editing|photos?|fotos?|reviewed|fact[ -]checked|medically|translated|ảnh|biên tập|redaktur"
    r"|redaktion)\b(?:.*:|\s(?:by|in)\b)",
    re.IGNORECASE,
)
_NOBODY = phrases(
    r"""
    admin|administrator|staff|author|editor|editors|guest|user|root|none|null|n/?a|unknown|anonymous|redaktion|redaction
    |redacción|follow|share|contributor|by|team|webmaster|undefined|false|true|about the author|written|sign in|log in
    |view (?:more|all) posts|fact checked|read more|more|home|son güncelleme|name|your name|未知|佚名|匿名|不详|不詳
    """
)
_NO_NAME = re.compile(rf"https?:|www\.|@\w|\A[\d\W_]*\Z|\A(?:{_NOBODY})\Z", re.IGNORECASE)
_HEADINGS = ("related", "more", "comments", "share", "tags", "promo", "menu")
_DOMAIN = re.compile(r"\A\S+\.[a-z]{2,4}\Z")
_GROUP = phrases(
    r"""
    redaktion|redacción|redazione|rédaction|newsroom|news|nachrichten\w*|agency|agencia|agence|agentur|ajansı|press|presse|staff
    |editors?|team|desk|media|online|reuters|the|and|for|magazine|institute|university|association|group|inc|llc|journal
    |times|post
    """
)
_COLLECTIVE = re.compile(rf"\b(?:{_GROUP})\b", re.IGNORECASE)
_NAMING = re.compile(r"(?!\d)\w[\w’'-]*\.?")
_INITIALS = re.compile("[a-z]{2,6}/[a-z]{2,6}")
"""Those of a reporter, behind the sign of an agency or an office."""

_DAY = re.compile(r"\d{1,2}\.?\s\S+")
"""A day and its month, which stand behind a name."""

_PLACE = re.compile(r"\sin\s[A-Z].*\Z")
_AROUND = ' \t,;:|·•–—-"“”*<>'


def names_in(text: str) -> list[str]:
    """Return the names that a byline lists, without labels, roles, degrees and what stands around them."""
    text = _SECTION.sub("", _GENERATION.sub(" ", line_of(_LINK.sub(" ", text[: 2 * LONGEST]))))
    if len(text) > LONGEST:
        return []
    text = _DEGREES.sub("", _without_label(_BRACKETS.sub("", text)))
    names = (_name(part) for listed in _AND.split(text) for part in _parts(listed))
    return list(dict.fromkeys(name for name in names if name))[:MOST_AUTHORS]


def credited(text: str) -> list[str]:
    """Return the reporters that a line in brackets names below an article: (Reporting by A in B; Editing by C)."""
    inner = text.strip()
    if inner[:1] + inner[-1:] not in ("()", "[]", "（）", "【】"):
        return []
    first = re.split(r"[;；]", inner[1:-1])[0]
    if starts_as_byline(first):
        return names_in(_PLACE.sub("", first))
    return names_in_han(first) or ([first] if is_han(first) and not is_han_office(first) else [])


def starts_as_byline(text: str) -> bool:
    """Whether a line begins with a word such as "By"."""
    return _LABEL.match(text) is not None


def begins_with_author(text: str) -> bool:
    """Whether a line begins with more than a preposition, such as "Written by" or "Author:"."""
    return _SURE_LABEL.match(text) is not None


def is_label(text: str) -> bool:
    """Whether a line is such a word alone."""
    match = _LABEL.match(text)
    return match is not None and match.end() == len(text)


def is_other_credit(text: str) -> bool:
    """Whether a line begins by saying whom it names: an editor, a photographer, who checked the facts."""
    return _OTHER_CREDIT.search(text) is not None


def _without_label(text: str) -> str:
    for _ in range(3):
        shorter = _LABEL.sub("", text).strip()
        if shorter == text:
            break
        text = _LEADING_ROLE.sub("", shorter)
    return text if _OTHER_CREDIT.search(text) else _COLON.sub("", text)


def _parts(text: str) -> list[str]:
    """Split at commas, but not between a family name and a first name."""
    parts = [part for part in _COMMA.split(text) if part]
    if len(parts) == 2 and all(len(part.split()) == 1 for part in parts):
        return [text]
    return [*parts[:1], *(part for part in parts[1:] if not _ROLE.match(part))]


def _name(text: str) -> str | None:
    if _INITIALS.fullmatch(text):
        return text
    name = _TAIL.sub("", _without_label(text)).strip(_AROUND)
    if len(name.split()) > 2:
        name = _LAST_ROLE.sub("", name).strip(_AROUND)
    if name[:1].isupper() and len(name.split()) > 1:
        name = _TRAILING_WORDS.sub("", name).strip(_AROUND)
        first, _, last = name.rpartition(" ")
        name = first if " " in first and is_weekday(last, None) else name
        words = name.split()
        half = len(words) // 2
        name = " ".join(words[:half]) if words[:half] == words[half:] and len(words[0]) > 2 else name
    if not name or len(name) > LONGEST_NAME or len(name.split()) > MOST_WORDS:
        return None
    told = (_OTHER_CREDIT.search(name), _NO_NAME.search(name), _ROLE_ALONE.match(name), _DAY.fullmatch(name))
    return None if _SENTENCE.search(text) or any(told) or heading_kind(name) in _HEADINGS else name


def is_name(name: str, sites: Collection[str] = ()) -> bool:
    """Whether a name looks like one: two words or more that begin as names do, and not the site's.

    In Chinese characters it begins with a family name.
    """
    if is_han(name):
        return is_han_name(name) and not is_site(name, sites)
    words = name.split()
    return (
        2 <= len(words) <= 5
        and words[0][0].isupper()
        and words[-1][0].isupper()
        and not any(map(str.isdigit, name))
        and not is_site(name, sites)
    )


def is_person(name: str, sites: Collection[str] = ()) -> bool:
    """Whether a name may be a person's rather than an agency's or an editorial office's."""
    return is_name(name, sites) and _COLLECTIVE.search(name) is None


def is_pen_name(name: str, sites: Collection[str] = ()) -> bool:
    """Whether a name of a single word may be a person's."""
    single = name[:1].isupper() and _NAMING.fullmatch(name) is not None and not any(map(str.isdigit, name))
    return single and not is_site(name, sites) and _COLLECTIVE.search(name) is None


def is_full_name(text: str, sites: Collection[str] = ()) -> bool:
    """Whether a text may be a person's name and nothing else: every word of it begins as one's does."""
    return (
        is_person(text, sites)
        and names_in(text) == [text]
        and all(word[0].isupper() and _NAMING.fullmatch(word) for word in text.split())
    )


def chosen(names: Iterable[str], sites: Collection[str], language: str | None = None) -> tuple[str, ...]:
    """The authors, each once; the site's name where there is no other one, and no other domain or day of the week."""
    each: dict[str, str] = {}
    for name in names:
        each.setdefault(name.casefold(), name)
    real = [name for name in each.values() if not is_weekday(name, language)]
    # A link to all that an author wrote says their name, too.
    real = [name for name in real if not any(len(one) > 4 and one != name and one in name for one in real)]
    others = tuple(name for name in real if not is_site(name, sites) and not _DOMAIN.search(name))
    return others or tuple(name for name in real if is_site(name, sites))
