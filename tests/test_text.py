"""Text as it is stored and shown."""

from __future__ import annotations

import re
import unicodedata
from itertools import chain, product

import pytest
from ftfy.badness import BADNESS_RE, MOJIBAKE_CATEGORIES, is_bad

from newscrawl.text import _SUSPECT, clean, clean_line, printable, tidy
from tests.vietnamese import decomposed

SENTENCE = "Thành phố Đà Nẵng đã ngăn ngừa được sự bùng phát dịch, “kết quả tốt”…"
KNOWN = re.compile(f"[{''.join(MOJIBAKE_CATEGORIES.values())}]")


def test_decomposed_text_is_composed():
    """NFD becomes NFC."""
    assert clean(decomposed(SENTENCE)) == SENTENCE


@pytest.mark.parametrize("encoding", ["latin-1", "sloppy-windows-1252"])
def test_mojibake_is_repaired(encoding):
    """UTF-8 that was read as a single-byte encoding is read again."""
    assert clean(SENTENCE.encode().decode(encoding)) == SENTENCE


@pytest.mark.slow
def test_what_is_bad_to_ftfy_is_suspect():
    """All pairs of the signs that ftfy knows, and each of them among letters and spaces."""
    known = sorted({sign for sign in map(chr, range(0x80, 0xFFFF)) if sign in BADNESS_RE.pattern or KNOWN.match(sign)})
    assert len(known) > 400
    pairs = (f"{before}{one}{other}a" for one, other in product(known, known) for before in "aA ")
    alone = (f"{before}{one}{after}" for one, before, after in product(known, ("", *"aA. "), ("", *"aA. \n")))
    bad = [text for text in chain(pairs, alone) if is_bad(text)]
    assert len(bad) > 10_000
    assert [text for text in bad if not _SUSPECT.search(text)] == []


@pytest.mark.parametrize("text", [SENTENCE, "Größe über 3 × 4 m²: “schön”", "São João, €5 – à bientôt", "Ångström Ã"])
def test_right_text_is_left_alone(text):
    """What is no mojibake is not repaired."""
    assert clean(text) == text


def test_invisible_and_control_characters_go():
    """Zero-width characters, soft hyphens, terminal codes, overrides and lone surrogates never reach the database."""
    assert clean("a\u200bb\ufeffc\u00add\x1b[31me\u202ef\ud800g\0") == "abcd[31mef\ufffdg"


def test_joiners_stay():
    """Zero-width joiners are letters' business in Persian, Hindi and emoji."""
    assert clean("می\u200cخواهم 👩\u200d🔬") == "می\u200cخواهم 👩\u200d🔬"


def test_every_line_break_is_a_newline():
    """Whatever the system that wrote the text."""
    assert clean("a\r\nb\rc\u2028d").split("\n") == ["a", "b", "c", "d"]


def test_clean_line_is_one_line():
    """A title with breaks in it is folded."""
    assert clean_line("  Tin\u00a0vắn\r\n trong\tngày ") == "Tin vắn trong ngày"


def test_printable_cannot_control_a_terminal():
    """What a page or a file is called is shown, not obeyed."""
    assert printable("a\nb\x1b[2J\u202ec é") == "a\\nb\\x1b[2J\\u202ec é"
    assert printable("می\u200cخواهم 👩\u200d🔬") == "می\u200cخواهم 👩\u200d🔬"


@pytest.mark.slow
def test_nothing_that_is_taken_out_of_a_text_prints():
    """So a text that prints as it is needs no look for each of them."""
    taken = [char for char in map(chr, range(0x110000)) if tidy(f"\t{char}a") != f"\t{char}a" and is_normal(f"{char}a")]
    assert len(taken) > 2000
    assert not [char for char in taken if char.isprintable()]


def is_normal(text: str) -> bool:
    """Whether a text is in NFC."""
    return unicodedata.is_normalized("NFC", text)
