"""Sentences that an extractor glued together: gives them their space back, and cuts a heading off a paragraph's end.

Decided by the shape of the letters around the stop, never by a list of words, so that it holds in any script with
capitals: an abbreviation before a dot is short and capital or has no vowel, a domain or file name goes on in lower
case.
"""

from __future__ import annotations

import re
import unicodedata

LONGEST_TAIL = 60
"""Characters of a heading that may be glued to a paragraph's end."""
LONGEST_TOKEN = 60

_STOP = re.compile(r"""(?:[.!?…]|/\.)["”’»)\]]{0,3}(?=["“‘«([¿¡]{0,3}[^\W\d_])""")
_OPENERS = '"“‘«([¿¡'
_CLOSERS = '"”’»)]'
_ADDRESS = re.compile(r"://|@|^\W*www\.|^\W*\w+\.\w+/", re.IGNORECASE)
_DOTTED = re.compile(r"\w\.[^\W\d_]")
_VOWELS = frozenset("aeiouyаеёиоуыэюяіїєαεηιουωáàâ")


def space_sentences(text: str) -> str:
    """The text with a space between sentences that were glued ("kiểm soát.Thành phố", "so weit.Der")."""
    out: list[str] = []
    last = 0
    for cut in _cuts(text):
        out.append(text[last:cut])
        last = cut
    out.append(text[last:])
    return " ".join(out)


def split_tail(text: str) -> tuple[str, str]:
    """The text and the short unfinished phrase glued to its end, "" where there is none.

    Such a tail ("…xử lý nước.../.Tin liên quan") may be the heading of a list; what follows must decide.
    """
    begin = max(0, len(text) - LONGEST_TAIL - 8)
    cut = max(_cuts(text, begin), default=0)
    tail = text[cut:]
    if not cut or len(tail) > LONGEST_TAIL or tail[-1] in ".!?…,;" or text[:cut].count(" ") < 8:
        return text, ""
    return text[:cut], tail


def _cuts(text: str, begin: int = 0) -> list[int]:
    """Where a sentence ends and another begins without a space."""
    return [stop.end() for stop in _STOP.finditer(text, begin) if _is_boundary(text, stop.start(), stop.end())]


def _is_boundary(text: str, start: int, end: int) -> bool:
    after = end
    while text[after] in _OPENERS:
        after += 1
    if not text[after].isupper():
        return False
    if end - start == 1 and text[end] == '"' and text.count('"', max(0, start - 300), start) % 2:
        return False  # the straight quote closes here
    right = _letters_after(text, after)
    if text[start] in "!?…/" or text[start - 3 : start + 1].endswith(".."):
        return len(right) > 1 or text[after + 1 : after + 2] == " "
    return _ends_sentence(text, start, end, after, right)


def _ends_sentence(text: str, start: int, end: int, after: int, right: str) -> bool:
    """Whether the single dot at ``start`` ends a sentence."""
    token_start = text.rfind(" ", max(0, start - LONGEST_TOKEN), start) + 1
    token_end = text.find(" ", after, after + LONGEST_TOKEN)
    token = text[token_start : token_end if token_end > 0 else after + LONGEST_TOKEN]
    endless = not token_start and start > LONGEST_TOKEN  # no sentence is that long without a space
    if endless or _ADDRESS.search(token) or any(m[0][-1].islower() for m in _DOTTED.finditer(token)):
        return False
    capitalised = right[1:2].islower() or (len(right) == 1 and text[after + 1 : after + 2] == " ")
    if end > start + 1 or after > end or (start and text[start - 1] in _CLOSERS + "%"):
        return capitalised or right.isupper()
    left = _letters_before(text, start)
    if not left:
        return _counts(text[token_start:start]) and capitalised and len(right) > 1
    if text[start + 1 + len(right) : start + 2 + len(right)] == "." and len(right) < 4:
        return _is_word(left) and left.islower() and len(left) > 2
    return _word_ends(text[max(0, start - len(left) - 20) : start - len(left)], left, capitalised=capitalised)


def _word_ends(before: str, left: str, *, capitalised: bool) -> bool:
    """Whether the letters before the dot are a whole word, and no abbreviation; ``before`` is what precedes them."""
    if left.islower() or (left[1:].islower() and len(left) > 3):
        return _is_word(left)
    if left[1:].islower():  # "Mỹ.Tuy", "Việt Nam.Theo" against "Tp.Hồ", "Gen.Smith"
        words = before.split()[-1:]
        named = bool(words) and words[0][0].isupper()
        return capitalised and _is_word(left) and (not left.isascii() or (named and len(left) > 2))
    return capitalised and (len(left) > 3 or (len(left) == 3 and _is_word(left)))


def _counts(token: str) -> bool:
    """Whether the digits before the dot are a quantity or a year, and no ordinal ("2.Bundesliga", "1.Giới thiệu")."""
    return token[-1:].isdigit() and (len(token) > 3 or not token.isdigit())


def _is_word(letters: str) -> bool:
    """Has a vowel and is no initial; two Cyrillic or Greek letters are taken for an abbreviation."""
    bare = [unicodedata.normalize("NFD", letter)[0] for letter in letters.lower()]
    if not _VOWELS.intersection(bare):
        return ord(letters[0]) > 0x4FF  # scripts whose vowels are not known here
    return len(letters) > 1 and (len(letters) > 2 or ord(bare[0]) < 0x370)


def _letters_before(text: str, end: int) -> str:
    begin = end
    while begin > 0 and end - begin < 40 and text[begin - 1].isalpha():
        begin -= 1
    return text[begin:end]


def _letters_after(text: str, begin: int) -> str:
    end = begin
    while end < len(text) and end - begin < 40 and text[end].isalpha():
        end += 1
    return text[begin:end]
