"""Copies as newsrooms make them of a story, and pairs of stories that look alike and are not copies."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

_SENTENCE = re.compile(r"(?<=[.!?…。！？])\s+|(?<=[。！？])")
_TONES = dict(zip("òóỏõọ", "oà oá oả oã oạ".split(), strict=True))
_LETTERS = "aeiouy"

AGENCIES = (
    "Theo TTXVN",
    "(TTXVN/Vietnam+)",
    "Reuters",
    "By our staff and agencies",
    "dpa/lno",
    "AFP – Tous droits réservés",
)
DATELINES = ("Hà Nội (TTXVN) - ", "LONDON (Reuters) - ", "BERLIN (dpa) - ", "PARIS, AFP - ", "NEW YORK, Sept 3 - ")
BOILERPLATE = (
    ("Mời bạn đọc theo dõi các tin tức mới nhất của chúng tôi trên mạng xã hội và đăng ký nhận bản tin mỗi ngày."),
    ("Follow us on social media and sign up for our newsletter, delivered to your inbox every weekday morning."),
    (
        "The Associated Press receives support from several private foundations. The news desk is responsible for all "
        "content."
    ),
    (
        "Mehr zum Thema lesen Sie in unserer App. Melden Sie sich hier für den täglichen Newsletter unserer Redaktion "
        "an."
    ),
)

Story = list[list[str]]
"""Paragraphs of sentences."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two texts and whether they are one story."""

    kind: str
    one: str = field(repr=False)
    other: str = field(repr=False)
    is_copy: bool
    changed: float = 0.0
    """Words taken out or put in, whichever are more, by those of the first text."""


def story_of(text: str) -> Story:
    """Cut a text into paragraphs and sentences."""
    return [[part for part in _SENTENCE.split(line) if part.strip()] for line in text.split("\n") if line.strip()]


def text_of(story: Story) -> str:
    """Put it together."""
    return "\n".join(
        " ".join(sentence if sentence[-1] in '.!?…。！？"”)' else f"{sentence}." for sentence in sentences)
        for sentences in story
        if sentences
    )


def first_words(text: str, count: int) -> str:
    """The first sentences of a text, at least so many words of them."""
    kept: Story = []
    words = 0
    for paragraph in story_of(text):
        kept.append([])
        for sentence in paragraph:
            if words >= count:
                return text_of(kept)
            kept[-1].append(sentence)
            words += len(sentence.split())
    return text_of(kept)


@dataclass(slots=True)
class Desk:
    """A newsroom that takes over the stories of others; what it adds comes from `fillers`."""

    random: random.Random
    fillers: Sequence[str] = field(repr=False)
    """Texts of the same language that have nothing to do with the story."""

    def copy(self, text: str, kind: str, share: float) -> Pair:
        """Make a copy of one kind, with about this share of the words changed."""
        story = story_of(text)
        words = len(text.split())
        taken, added = EDITS[kind](self, story, max(1, round(words * share)))
        return Pair(kind, text, text_of(story), True, max(taken, added) / words)

    def sentences(self, words: int) -> list[str]:
        """Sentences of another story, about so many words of them."""
        pool = [part for paragraph in story_of(self.random.choice(self.fillers)) for part in paragraph]
        start = self.random.randrange(len(pool))
        found: list[str] = []
        for sentence in pool[start:] + pool[:start]:
            length = len(sentence.split())
            if _words(found) + length <= max(words, 6) * 1.15:
                found.append(sentence)
            if _words(found) >= words * 0.85:
                break
        return found


def _words(sentences: Sequence[str]) -> int:
    return sum(len(sentence.split()) for sentence in sentences)


def _lead(desk: Desk, story: Story, budget: int) -> tuple[int, int]:
    """Another beginning in the place of the first sentences."""
    taken = 0
    while taken < budget * 0.7 and any(story):
        first = next(paragraph for paragraph in story if paragraph)
        taken += len(first.pop(0).split())
    lead = desk.sentences(min(taken, budget))
    story.insert(0, lead)
    return taken, _words(lead)


def _agency(desk: Desk, story: Story, budget: int) -> tuple[int, int]:  # noqa: ARG001
    """A dateline before the text, an agency's line and a byline after it."""
    dateline, agency = desk.random.choice(DATELINES), desk.random.choice(AGENCIES)
    if story and story[0]:
        story[0][0] = dateline + story[0][0]
    story.append([agency])
    return 0, len(dateline.split()) + len(agency.split())


def _cut(desk: Desk, story: Story, budget: int) -> tuple[int, int]:
    """One to three sentences, or some more, less."""
    taken = 0
    places = [(row, column) for row, paragraph in enumerate(story) for column in range(len(paragraph))]
    desk.random.shuffle(places)
    for row, column in places[:-1]:
        length = len(story[row][column].split())
        if length and taken + length <= budget * 1.1:
            story[row][column] = ""
            taken += length
    for paragraph in story:
        paragraph[:] = [sentence for sentence in paragraph if sentence]
    return taken, 0


def _added(desk: Desk, story: Story, budget: int) -> tuple[int, int]:
    """Sentences of the desk's own, at up to three places."""
    sentences = desk.sentences(budget)
    for sentence in sentences:
        paragraph = desk.random.choice(story)
        paragraph.insert(desk.random.randint(0, len(paragraph)), sentence)
    return 0, _words(sentences)


def _moved(desk: Desk, story: Story, budget: int) -> tuple[int, int]:
    """Sentences to other places; what is moved counts as changed."""
    moved = 0
    for _ in range(12):
        paragraph = desk.random.choice([paragraph for paragraph in story if paragraph])
        sentence = desk.random.choice(paragraph)
        if moved + len(sentence.split()) <= budget * 1.1:
            paragraph.remove(sentence)
            target = desk.random.choice(story)
            target.insert(desk.random.randint(0, len(target)), sentence)
            moved += len(sentence.split())
    return moved, moved


def _boilerplate(desk: Desk, story: Story, budget: int) -> tuple[int, int]:  # noqa: ARG001
    """The house's own lines below the text."""
    lines: list[str] = []
    while _words(lines) < budget * 0.6 and len(lines) < len(BOILERPLATE):
        lines.append(BOILERPLATE[len(lines)])
    story.extend([line] for line in lines)
    return 0, _words(lines)


def _spelling(desk: Desk, story: Story, budget: int) -> tuple[int, int]:
    """Scattered words in another spelling, every tone in the other placement."""
    places = [
        (row, column, place)
        for row, paragraph in enumerate(story)
        for column, sentence in enumerate(paragraph)
        for place in range(len(sentence.split()))
    ]
    chosen = set(desk.random.sample(places, min(budget, len(places))))
    for row, paragraph in enumerate(story):
        for column, sentence in enumerate(paragraph):
            words = [
                _respelt(desk, word) if (row, column, place) in chosen else word
                for place, word in enumerate(sentence.split())
            ]
            paragraph[column] = re.sub("([òóỏõọ])a", lambda found: _TONES[found[1]], " ".join(words))
    return len(chosen), len(chosen)


def _respelt(desk: Desk, word: str) -> str:
    letters = [place for place, letter in enumerate(word) if letter.isalpha()]
    if not letters or any(letter.isdigit() for letter in word):  # newsrooms keep the figures
        return word
    place = desk.random.choice(letters)
    return word[:place] + desk.random.choice(_LETTERS) + word[place:]


def _mixed(desk: Desk, story: Story, budget: int) -> tuple[int, int]:
    """Two to four of the others, and a tenth of the changed words in another spelling."""
    edits = [_agency, *desk.random.sample([_lead, _cut, _added, _moved, _boilerplate], desk.random.randint(2, 3))]
    taken = added = 0
    for edit in edits:
        less, more = edit(desk, story, max(1, round(budget * 0.9 / len(edits))))
        taken, added = taken + less, added + more
    less, more = _spelling(desk, story, max(1, budget // 10))
    return taken + less, added + more


EDITS: dict[str, Callable[[Desk, Story, int], tuple[int, int]]] = {
    "lead replaced": _lead,
    "agency lines": _agency,
    "sentences cut": _cut,
    "sentences added": _added,
    "sentences moved": _moved,
    "boilerplate": _boilerplate,
    "all together": _mixed,
    "words respelt": _spelling,
}
"""`words respelt` scatters its changes evenly over the text, which no newsroom does: the worst case of a share."""
