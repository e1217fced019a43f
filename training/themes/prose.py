"""Generated sentences in many languages.

``words/LANGUAGE.toml`` holds the phrases of a language: subjects, predicates, adverbials, whole sentences with gaps,
quotes, names, headings, and the labels that sites write (``[labels]``). A ``Writer`` puts them together. The sentences
mean little, but have the lengths, function words, punctuation and names of news.
"""

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

_WORDS = Path(__file__).parent / "words"
_GAP = re.compile(r"\{(\w+)\}")
_CHARACTERS_A_WORD = 1.7
"""Of scripts that put no blanks between words."""
_PARTED = ("subjects", "verbs", "tails", "facts", "quotes", "titles")
_PHRASES = {"s": "subjects", "v": "verbs", "t": "tails", "q": "quotes"}
_OWN = 0.65
"""Share of the phrases that is the article's."""
_ON_TOPIC = {"s": 0.3, "place": 0.3, "name": 0.3, "v": 0.12, "t": 0.12, "q": 0.12}
"""Chance of what a headline speaks of to be spoken of once more."""
_OPENS = 0.8
"""Share of texts that begin by saying what their headline says."""


@dataclass(frozen=True, slots=True)
class Language:
    """The phrases of one language."""

    code: str
    space: str
    """Between sentences; empty in scripts without blanks."""
    stop: str
    joint: str
    """Between two halves of a sentence."""
    order: str
    """Where subject, predicate and adverbial stand: ``{s} {v} {t}``."""
    right_to_left: bool
    phrases: Mapping[str, Sequence[str]]
    labels: Mapping[str, Sequence[str]]

    @property
    def spaced(self) -> bool:
        """Whether blanks divide words, rather than sentences or nothing."""
        return bool(self.space) and self.code != "th"

    def parted(self, dice: random.Random) -> tuple[Language, Language]:
        """Two languages that share no sentence: for an article, and for what else is on its page.

        The lines of a page are labelled by runs of words that its text holds, which must not be those of its boxes.
        """
        own, other = dict(self.phrases), dict(self.phrases)
        for kind in _PARTED:
            phrases = dice.sample(self.phrases[kind], len(self.phrases[kind]))
            cut = round(len(phrases) * _OWN)
            own[kind], other[kind] = phrases[:cut], phrases[cut:]
        return replace(self, phrases=own), replace(self, phrases=other)

    def length(self, text: str) -> float:
        """Words, or what would be words where they are not divided by blanks."""
        return len(text.split()) if self.spaced else len(text) / _CHARACTERS_A_WORD


def codes() -> list[str]:
    """The languages that can be written, in order."""
    return sorted(path.stem for path in _WORDS.glob("*.toml"))


@cache
def load_language(code: str) -> Language:
    """Read the phrases of a language. Raises FileNotFoundError for an unknown one."""
    found: dict[str, Any] = tomllib.loads((_WORDS / f"{code}.toml").read_text("utf-8"))
    labels = found.pop("labels")
    return Language(
        code=code,
        space=found.pop("space", " "),
        stop=found.pop("stop", "."),
        joint=found.pop("and", ", "),
        order=found.pop("order"),
        right_to_left=found.pop("rtl", False),
        phrases=found,
        labels=labels,
    )


class Writer:
    """Writes in one language, from one source of chance."""

    def __init__(self, language: Language, dice: random.Random) -> None:
        self.language = language
        self.dice = dice
        self.topic: dict[str, str] = {}
        """What the text speaks of, by the gaps of its headline."""
        self._noted: dict[str, str] = {}
        self._opens = False
        self._said: set[str] = set()

    def phrase(self, kind: str) -> str:
        """One of the phrases of a kind, its gaps filled."""
        return self.fill(self.dice.choice(self.language.phrases[kind]))

    def heading(self) -> str:
        """A heading that no other article or heading of this writer has."""
        return self._fresh(lambda again: self.title() if again else self.phrase("headings"))

    def question(self) -> str:
        """What an interviewer asks; a phrase that was asked before comes with a remark."""
        joint = self.language.space
        return self._fresh(
            lambda again: f"{self.sentence()}{joint}{self.phrase('questions')}" if again else self.phrase("questions")
        )

    def _fresh(self, make: Callable[[int], str]) -> str:
        for again in range(20):
            text = make(again)
            if text not in self._said:
                break
        self._said.add(text)
        return text

    def label(self, kind: str, **given: str) -> str:
        """What a site writes, such as the heading of a box."""
        return self.fill(self.dice.choice(self.language.labels[kind]), **given)

    def fill(self, text: str, **given: str) -> str:
        """The text with every gap filled; phrases that fill a gap may have gaps."""

        def gap(found: re.Match[str]) -> str:
            name = found[1]
            return given[name] if name in given else self._fill(name)

        return _GAP.sub(gap, text)

    def _fill(self, name: str) -> str:
        kind = name.lower()
        if kind in self.topic and self.dice.random() < _ON_TOPIC[kind]:
            text = self.topic[kind]
        else:
            text = self._drawn(kind)
            self._noted[kind] = text
        return capitalized(text) if name.isupper() else text

    def _drawn(self, kind: str) -> str:
        dice = self.dice
        match kind:
            case "n":
                return str(dice.choice((dice.randint(11, 99), dice.randint(100, 980), 10 * dice.randint(10, 90))))
            case "d":
                return str(dice.randint(2, 28))
            case "year":
                return str(dice.randint(1931, 2024))
            case "name":
                return self.name()
            case "link":
                return f"https://www.example.org/{dice.choice(('p', 'posts', '2024/03'))}/{dice.randint(1000, 99999)}/"
        return dice.choice(self.language.phrases["places"]) if kind == "place" else self.phrase(_PHRASES[kind])

    def name(self) -> str:
        """A person's name."""
        first, last = (self.dice.choice(self.language.phrases[part]) for part in ("first", "last"))
        return first + ("" if self.language.code in {"ja", "ko"} else self.language.space) + last

    def title(self) -> str:
        """A headline."""
        return self.phrase("titles").strip()

    def headline(self) -> str:
        """The headline of what is written from now on, which speaks of the same."""
        self.topic = {}
        self._noted.clear()
        title = self.title()
        self.topic = {kind: text for kind, text in self._noted.items() if kind in _ON_TOPIC}
        self._opens = self.dice.random() < _OPENS
        return title

    def sentence(self) -> str:
        """One sentence with its full stop."""
        language, dice = self.language, self.dice
        if self._opens:
            self._opens = False
            if (text := self._opening()) is not None:
                return text
        chance = dice.random()
        if chance < 0.18:
            return self.phrase("facts")
        if chance < 0.34:
            return self.phrase("quoted")
        text = self.fill(language.order)
        if chance < 0.5:
            text += language.joint + self.fill(language.order)
        elif chance < 0.6:
            text = self.fill(language.order.replace("{t}", "").replace("  ", " ").strip())
        if dice.random() < 0.25:
            opener = dice.choice(language.phrases["openers"])
            text = f"{opener}{'' if opener.endswith(('，', '、')) else language.space}{text}"
        return capitalized(text) + language.stop

    def _opening(self) -> str | None:
        """A sentence that says what the headline says."""
        language, topic = self.language, self.topic
        if "s" in topic and "v" in topic:
            return capitalized(self.fill(language.order, s=topic["s"], v=topic["v"])) + language.stop
        if said := {kind: topic[kind] for kind in ("name", "q") if kind in topic}:
            return self.fill(self.dice.choice(language.phrases["quoted"]), **said)
        return None

    def paragraph(self, words: float = 55) -> str:
        """Sentences of about so many words together, at least one; never the same paragraph twice."""
        wanted = words * self.dice.uniform(0.5, 1.5)

        def make(again: int) -> str:
            sentences: list[str] = []
            size = 0.0
            while size < wanted or len(sentences) <= again:
                sentences.append(self.sentence())
                size += self.language.length(sentences[-1])
            return self.language.space.join(sentences)

        return self._fresh(make)

    def paragraphs(self, words: float) -> list[str]:
        """Paragraphs of about so many words together, at least one."""
        written: list[str] = []
        size = 0.0
        usual = self.dice.choice((25, 40, 60, 90))
        while size < words:
            written.append(self.paragraph(min(usual, max(words - size, 8))))
            size += self.language.length(written[-1])
        return written


def capitalized(text: str) -> str:
    """The text with a capital first letter, where the script has any."""
    return text[:1].upper() + text[1:]
