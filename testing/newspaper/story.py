"""One article: what its author wrote, and what an extractor should find of it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

from testing.newspaper.options import FIRST_ID, Options
from testing.newspaper.text import Cast, dice_of, grammar

Kind = Literal["plain", "pages", "live", "copy"]
Tag = Literal["p", "h2", "h3", "blockquote"]
MOST_ENTRIES = 40
"""Of a live blog; one every quarter of an hour."""
STAFF = 40


@dataclass(frozen=True, slots=True)
class Story:
    """An article as its author wrote it."""

    title: str
    lead: str
    pages: tuple[tuple[tuple[Tag, str], ...], ...]
    """Of one page or three, each of blocks."""
    authors: tuple[str, ...]
    tags: tuple[str, ...]
    caption: str
    copy_of: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gold:
    """What an extractor should find. ``gone`` is the status that the address has instead."""

    id: int
    url: str
    kind: Kind
    title: str
    lead: str
    text: tuple[str, ...]
    """Paragraphs and subheadings, of all pages."""
    pages: tuple[tuple[str, ...], ...]
    """The same, page by page."""
    authors: tuple[str, ...]
    section: str
    tags: tuple[str, ...]
    caption: str
    published_at: datetime
    modified_at: datetime
    copy_of: int | None = None
    """The article with the same text, as long as neither is edited."""
    gone: int | None = None

    def as_json(self) -> dict[str, Any]:
        """All of it, for another process."""
        moments = {"published_at": self.published_at.isoformat(), "modified_at": self.modified_at.isoformat()}
        return asdict(self) | moments

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Gold:
        """Read what `as_json` wrote."""
        moments = {name: datetime.fromisoformat(values[name]) for name in ("published_at", "modified_at")}
        lists = {name: tuple(values[name]) for name in ("text", "authors", "tags")}
        return cls(**(values | moments | lists | {"pages": tuple(map(tuple, values["pages"]))}))


def source_of(options: Options, number: int, kind: Kind) -> int:
    """The article whose text this one has: an earlier one, for a copy."""
    if kind != "copy":
        return number
    earlier = 1 + int(dice_of(options.seed, "source", number).random() * min(number - FIRST_ID, 30))
    return number - earlier


def cast_of(options: Options, number: int) -> Cast:
    """Whom and what an article is about."""
    return grammar(options.language).cast(dice_of(options.seed, options.language, "cast", number).random)


def title_of(options: Options, number: int, changes: int) -> str:
    """The headline of a text after so many changes of it."""
    dice = dice_of(options.seed, options.language, "title", number, changes).random
    return grammar(options.language).sentence("title", dice, cast_of(options, number))


def story_of(options: Options, number: int, kind: Kind, *, edits: int, titles: int, quarters: int) -> Story:
    """Write an article after so many edits, changes of its headline and quarters of an hour."""
    words = grammar(options.language)
    source = source_of(options, number, kind)
    cast = cast_of(options, source)
    die = dice_of(options.seed, options.language, "story", source)
    dice = die.random
    lead = words.sentence("lead", dice, cast)
    caption = words.sentence("caption", dice, cast)
    tags = tuple(dict.fromkeys(words.say(symbol, dice, cast) for symbol in ("topic", "topic", "place", "noun")))
    amount = 5 + int(dice() * 11)
    headed = dice() < 0.3
    blocks: list[tuple[Tag, str]] = []
    if kind == "live":
        blocks = _entries(options, number, min(quarters, MOST_ENTRIES))
    else:
        for index in range(max(amount, 9) if kind == "pages" else amount):
            if headed and index and index % 4 == 0:
                blocks.append(("h2", words.sentence("heading", dice, cast)))
            blocks.append(("blockquote" if dice() < 0.03 and index else "p", words.paragraph(dice, cast)))
        for edit in range(1, edits + 1):
            _edit(options, number, edit, blocks)
    authors = tuple(dict.fromkeys(_staff(options, int(dice() * STAFF)) for _ in range(2 if dice() < 0.1 else 1)))
    third = -(-len(blocks) // 3)
    cuts = range(0, len(blocks), third) if kind == "pages" else range(1)
    pages = tuple(tuple(blocks[cut : cut + third] if kind == "pages" else blocks) for cut in cuts)
    title = title_of(options, source, titles)
    return Story(title, lead, pages, authors, tags, caption, None if source == number else source)


def _entries(options: Options, number: int, more: int) -> list[tuple[Tag, str]]:
    """Of a live blog, the newest first; the first three are there from the beginning."""
    words = grammar(options.language)
    cast = cast_of(options, number)
    blocks: list[tuple[Tag, str]] = []
    for entry in reversed(range(3 + more)):
        dice = dice_of(options.seed, options.language, "entry", number, entry).random
        blocks.append(("h3", words.sentence("title", dice, cast)))
        blocks.extend(("p", words.paragraph(dice, cast)) for _ in range(1 + int(dice() * 2)))
    return blocks


def _edit(options: Options, number: int, edit: int, blocks: list[tuple[Tag, str]]) -> None:
    """Write one paragraph anew; in every second edit add one."""
    words = grammar(options.language)
    cast = cast_of(options, number)
    die = dice_of(options.seed, options.language, "edit", number, edit)
    place = die.choice([index for index, (tag, _) in enumerate(blocks) if tag == "p"])
    blocks[place] = ("p", words.paragraph(die.random, cast))
    if edit % 2 == 0:
        blocks.append(("p", words.paragraph(die.random, cast)))


def _staff(options: Options, number: int) -> str:
    return grammar(options.language).say("name", dice_of(options.seed, options.language, "staff", number).random, {})
