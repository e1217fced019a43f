"""News prose from a grammar: the same dice, the same text; other dice, hardly a run of three words in common."""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Literal, get_args

from testing.newspaper import words_de, words_en, words_vi

Language = Literal["vi", "en", "de"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
_WORDS: dict[str, ModuleType] = {"vi": words_vi, "en": words_en, "de": words_de}
FEWEST_WORDS, MOST_WORDS = 40, 90
"""Of a paragraph."""

Part = str | tuple[str]
"""Text as it stands, or the symbol that stands for it."""
Rules = dict[str, tuple[tuple[Part, ...], ...]]
Cast = Mapping[str, tuple[tuple[Part, ...], ...]]
_SLOT = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Grammar:
    """What a paper of one language writes with."""

    language: str
    rules: Rules
    sections: tuple[str, ...]
    labels: Mapping[str, str]
    offset_hours: int
    """Of its clocks from UTC."""

    def say(self, symbol: str, dice: Callable[[], float], cast: Cast) -> str:
        """Expand a symbol; one with a capital letter gets a capital letter."""
        choices = cast.get(symbol) or self.rules.get(symbol)
        if choices is None:
            text = self.say(symbol.lower(), dice, cast)
            return text[0].upper() + text[1:]
        chosen = choices[int(dice() * len(choices))]
        return "".join([part if isinstance(part, str) else self.say(part[0], dice, cast) for part in chosen])

    def sentence(self, symbol: str, dice: Callable[[], float], cast: Cast) -> str:
        """Expand a symbol to something that stands by itself."""
        text = self.say(symbol, dice, cast)
        return text[0].upper() + text[1:]

    def paragraph(self, dice: Callable[[], float], cast: Cast) -> str:
        """Write 40 to 90 words."""
        wanted = FEWEST_WORDS + int(dice() * 35)
        said: list[str] = []
        amount = 0
        while amount < wanted:
            sentence = self.sentence("sentence", dice, cast)
            length = sentence.count(" ") + 1
            if amount + length <= MOST_WORDS:
                said.append(sentence)
                amount += length
        return " ".join(said)

    def cast(self, dice: Callable[[], float]) -> Cast:
        """The people, places and matters that one article keeps to."""
        return {
            "person": _fixed(self.say("name", dice, {}) for _ in range(4)),
            "place": _fixed(self.say("place", dice, {}) for _ in range(3)),
            "topic": _fixed(self.say("noun", dice, {}) for _ in range(5)),
            "org": _fixed(self.say("org", dice, {}) for _ in range(4)),
        }


def _fixed(names: Iterable[str]) -> tuple[tuple[Part, ...], ...]:
    return tuple((name,) for name in names)


@cache
def grammar(language: str) -> Grammar:
    """Read the words of a language; KeyError for one there is not."""
    words = _WORDS[language]
    rules = {symbol: _alternatives(text) for symbol, text in words.RULES.items()}
    rules |= {"d": _fixed("0123456789"), "nz": _fixed("123456789")}
    return Grammar(language, rules, tuple(words.SECTIONS), words.LABELS, words.OFFSET_HOURS)


def _alternatives(text: str) -> tuple[tuple[Part, ...], ...]:
    lines = text.strip().split("\n") if "\n" in text else text.split("|")
    return tuple(
        tuple((part,) if index % 2 else part for index, part in enumerate(_SLOT.split(line)) if part) for line in lines
    )


def dice_of(*seeds: object) -> random.Random:
    """Dice that fall the same for the same seeds, in every process."""
    return random.Random("/".join(map(str, seeds)))


def slug_of(text: str) -> str:
    """Write a text in the letters of an address: ``gia-vang-tang``."""
    plain = unicodedata.normalize("NFD", text.lower().replace("đ", "d").replace("ß", "ss"))
    return "-".join(re.findall(r"[a-z0-9]+", "".join(char for char in plain if not unicodedata.combining(char))))


def unicode_slug_of(text: str) -> str:
    """Write a text for an address that keeps its letters: ``giá-vàng-tăng``."""
    return "-".join(re.findall(r"\w+", text.lower()))
