"""Generated articles of many kinds."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from html import escape

from training.themes.composer import Block, Composer, joined
from training.themes.prose import Language
from training.themes.style import Style, hashed


@dataclass(frozen=True, slots=True)
class Article:
    """What a page is to say."""

    kind: str
    language: str
    title: str
    description: str
    author: str
    published: datetime
    section: str
    tags: tuple[str, ...]
    blocks: tuple[Block, ...]
    topic: Mapping[str, str]
    """What it speaks of, by the gaps of its headline."""

    @property
    def text(self) -> str:
        """The whole body without the title, a line a paragraph, heading, list item, table row or quote."""
        return "\n".join(line for block in self.blocks for line in block.gold)


Kind = Callable[[Composer], Iterator[Block]]


def _brief(write: Composer) -> Iterator[Block]:
    yield from write.paragraphs(write.dice.randint(25, 90))


def _news(write: Composer) -> Iterator[Block]:
    yield from _with_pictures(write, write.paragraphs(write.dice.randint(150, 600)))
    if write.dice.random() < 0.15:
        yield write.note()


def _feature(write: Composer) -> Iterator[Block]:
    yield from _sections(write, write.dice.randint(700, 2500))


def _long(write: Composer) -> Iterator[Block]:
    yield from _sections(write, write.dice.choice((3000, 4000, 5000, 7000, 9000, 12000)))


def _longest(write: Composer) -> Iterator[Block]:
    yield from _sections(write, 30000)


def _sections(write: Composer, words: float) -> Iterator[Block]:
    dice = write.dice
    size = dice.choice((200, 400, 800))
    blocks: list[Block] = write.paragraphs(min(words, 120))
    for _ in range(max(1, round(words / size))):
        if dice.random() < 0.8:
            blocks.append(write.heading())
        part = write.paragraphs(size)
        if dice.random() < 0.3:
            part.insert(dice.randint(1, len(part)), write.quote())
        if dice.random() < 0.15:
            part.append(write.listing(write.writer.paragraph(1) for _ in range(dice.randint(3, 7))))
        blocks.extend(part)
    yield from _with_pictures(write, blocks)


def _with_pictures(write: Composer, blocks: list[Block]) -> Iterator[Block]:
    for index, block in enumerate(blocks):
        if write.dice.random() < (0.3 if index == 0 else 0.06):
            yield write.figure()
        yield block


def _list(write: Composer) -> Iterator[Block]:
    dice = write.dice
    if dice.random() < 0.7:
        yield write.paragraph(25)
    chance = dice.random()
    count = dice.choice((5, 8, 12, 20, 40, 80))
    if chance < 0.35:
        yield write.listing((write.writer.paragraph(1) for _ in range(count)), dice.choice(("ul", "ol")))
    elif chance < 0.7:
        yield write.listing(_dates(write, count))
    else:
        for _ in range(dice.randint(2, 5)):
            yield write.heading()
            yield write.listing(write.writer.heading() for _ in range(dice.randint(3, 9)))
    if dice.random() < 0.4:
        yield write.paragraph(25)


def _dates(write: Composer, count: int) -> Iterator[str]:
    """Lines of a programme: a day, a place, a title."""
    joint = write.dice.choice((": ", " – ", ", ", " | "))
    day = datetime(2025, 1, 1, tzinfo=UTC)
    for _ in range(count):
        day += timedelta(days=write.dice.randint(1, 9))
        place = write.writer.phrase("places")
        yield f"{day.day}.{day.month}.{joint}{place}" + (
            f"{joint}{write.writer.title()}" if write.dice.random() < 0.3 else ""
        )


def _numbered(write: Composer) -> Iterator[Block]:
    yield write.paragraph(50)
    for number in range(1, write.dice.choice((5, 7, 10, 15, 25)) + 1):
        yield write.heading(f"{number}. {write.writer.heading()}")
        if write.dice.random() < 0.4:
            yield write.figure()
        yield from write.paragraphs(write.dice.choice((20, 50, 90)))


def _grid(write: Composer) -> Iterator[Block]:
    """Things to buy, see or read, each in a card of its own: a picture, a name, which may be a link, and some words."""
    dice, style = write.dice, write.style
    if dice.random() < 0.8:
        yield write.paragraph(40)
    name = dice.choice(("div", "div", "article", "section", "li"))
    element, size = dice.choice(("h2", "h3", "h4", "strong")), dice.choice((12, 25, 50))
    linked, pictured = dice.random() < 0.4, dice.random() < 0.7
    for _ in range(dice.choice((4, 6, 9, 16, 30))):
        title, text = write.writer.heading(), write.writer.paragraph(size)
        shown = escape(title, quote=False)
        if linked:
            shown = f'<a href="https://{hashed(dice)}.example/" rel="sponsored">{shown}</a>'
        image = f'<img src="/images/{hashed(dice)}.jpg" alt="">' if pictured else ""
        inner = f"{image}<{element}>{shown}</{element}>{style.tag('p', 'words', escape(text, quote=False))}"
        html = style.tag(name, "item", inner)
        yield Block(f"<ul>{html}</ul>" if name == "li" else html, (title, text))


def _table(write: Composer) -> Iterator[Block]:
    dice = write.dice
    yield write.paragraph(40)
    for _ in range(dice.randint(1, 3)):
        if dice.random() < 0.5:
            yield write.heading()
        columns = dice.randint(2, 5)
        head = tuple(write.writer.heading() for _ in range(columns))
        rows = [
            (write.writer.phrase("places"), *(str(dice.randint(0, 999)) for _ in range(columns - 1)))
            if dice.random() < 0.8
            else (write.writer.name(), *(write.writer.phrase("places") for _ in range(columns - 1)))
            for _ in range(dice.choice((4, 8, 16, 30)))
        ]
        yield write.table(head, rows)
        yield from write.paragraphs(60)


def _code(write: Composer) -> Iterator[Block]:
    yield write.paragraph(60)
    for _ in range(write.dice.randint(2, 6)):
        yield write.heading()
        yield from write.paragraphs(50)
        yield write.code()
        if write.dice.random() < 0.5:
            yield write.paragraph(20)


def _interview(write: Composer) -> Iterator[Block]:
    dice, style = write.dice, write.style
    asker, answerer = write.writer.name(), write.writer.name()
    yield from write.paragraphs(60)
    pairs: list[tuple[str, str]] = []
    for _ in range(dice.choice((6, 10, 15, 30, 60))):
        question = write.writer.question()
        pairs.append((question, write.writer.paragraph(dice.choice((8, 30, 60, 100)))))
    if style.questions == "terms":
        html = "".join(
            f"<dt>{escape(ask, quote=False)}</dt><dd>{escape(say, quote=False)}</dd>\n" for ask, say in pairs
        )
        yield Block(f"<dl{style.classes('interview')}>{html}</dl>", tuple(line for pair in pairs for line in pair))
        return
    for ask, say in pairs:
        question = escape(ask, quote=False)
        match style.questions:
            case "details":
                html = f"<details open><summary>{question}</summary><p>{escape(say, quote=False)}</p></details>"
                yield Block(html, (ask, say))
                continue
            case "heading":
                yield Block(f"<h3{style.classes('question')}>{question}</h3>", (ask,))
            case "name":
                yield Block(f"<p><strong>{escape(asker)}:</strong> {question}</p>", (f"{asker}: {ask}",))
                yield Block(
                    f"<p><strong>{escape(answerer)}:</strong> {escape(say, quote=False)}</p>",
                    (f"{answerer}: {say}",),
                    closed=True,
                )
                continue
            case "italic":
                yield Block(f"<p><em>{question}</em></p>", (ask,))
            case _:
                yield Block(f"<p{style.classes('question')}><strong>{question}</strong></p>", (ask,))
        yield write.said(say, closed=True)


def _live(write: Composer) -> Iterator[Block]:
    dice, style = write.dice, write.style
    yield write.paragraph(40)
    moment = datetime(2024, 5, 3, 21, 50, tzinfo=UTC)
    apart = dice.random() < 0.6
    for _ in range(dice.choice((8, 15, 30, 60, 120))):
        moment -= timedelta(minutes=dice.randint(2, 25))
        time = moment.strftime("%H:%M")
        head = write.writer.heading() if dice.random() < 0.8 else ""
        told = [write.said(text) for text in write.writer.paragraphs(dice.choice((20, 45, 80)))]
        if dice.random() < 0.12:
            told.append(write.embed())
        gold: tuple[str, ...]
        if apart:
            top = f'<time datetime="{moment.isoformat()}">{time}</time>'
            top += f"<h3>{escape(head, quote=False)}</h3>" if head else ""
            gold = (head,) if head else ()
        else:
            line = f"{time} – {head}" if head else time
            top = f"<h3>{escape(line, quote=False)}</h3>"
            gold = (line,) if head else ()
        name, closing = {"article": ("article", "article"), "item": ("li", "li")}.get(style.entries, ("div", "div"))
        inner = top + "\n".join(joined(told, style))
        html = (
            inner
            if style.entries == "flat"
            else f'<{name} id="e{hashed(dice)}"{style.classes("entry")}>{inner}</{closing}>'
        )
        if style.entries == "item":
            html = f"<ul{style.classes('timeline')}>{html}</ul>"
        yield Block(html, gold + tuple(line for block in told for line in block.gold))


def _recipe(write: Composer) -> Iterator[Block]:
    dice = write.dice
    yield from write.paragraphs(80)
    yield write.figure()
    for _ in range(dice.choice((1, 1, 2))):
        yield write.heading()
        yield write.listing(dict.fromkeys(write.writer.phrase("items") for _ in range(dice.randint(5, 12))))
    yield write.heading()
    steps = [
        f"{write.writer.phrase('steps')}{write.language.space}{write.writer.phrase('steps')}"
        for _ in range(dice.randint(4, 8))
    ]
    if dice.random() < 0.6:
        yield write.listing(steps, "ol")
    else:
        for number, step in enumerate(steps, 1):
            yield write.said(f"{number}. {step}")
    if dice.random() < 0.5:
        yield write.paragraph(30)


def _photos(write: Composer) -> Iterator[Block]:
    if write.dice.random() < 0.8:
        yield write.paragraph(30)
    for _ in range(write.dice.randint(6, 20)):
        yield write.figure(told=True)


def _footnotes(write: Composer) -> Iterator[Block]:
    dice = write.dice
    notes: list[str] = []
    for text in write.writer.paragraphs(dice.randint(400, 1200)):
        if dice.random() < 0.4:
            notes.append(write.writer.paragraph(1))
            mark = len(notes)
            html = f'<sup id="fnref{mark}"><a href="#fn{mark}">{mark}</a></sup>'
            yield Block(f"<p>{escape(text, quote=False)}{html}</p>", (text,))
        else:
            yield write.said(text)
    if notes:
        items = "".join(
            f'<li id="fn{number}"><p>{escape(note, quote=False)} <a href="#fnref{number}">↩</a></p></li>\n'
            for number, note in enumerate(notes, 1)
        )
        yield Block(f'<section class="footnotes"><hr><ol>{items}</ol></section>', tuple(notes))


def _embeds(write: Composer) -> Iterator[Block]:
    for text in write.writer.paragraphs(write.dice.randint(200, 600)):
        yield write.said(text)
        if write.dice.random() < 0.45:
            yield write.embed()


def _quotes(write: Composer) -> Iterator[Block]:
    for text in write.writer.paragraphs(write.dice.randint(200, 900)):
        yield write.said(text)
        if write.dice.random() < 0.4:
            yield write.quote()


def _single_lines(write: Composer) -> Iterator[Block]:
    """Every sentence a paragraph, as tabloids write."""
    for _ in range(write.dice.randint(8, 50)):
        yield write.said(write.writer.paragraph(1))


def _missing(write: Composer) -> Iterator[Block]:
    """A page that is not there, with status 200."""
    yield write.said(write.writer.label(_NOTICES["missing"]))


def _wall(write: Composer) -> Iterator[Block]:
    """Login, robot check, country or maintenance in the place of an article."""
    yield write.said(write.writer.label(_NOTICES["wall"]))


KINDS: dict[str, tuple[Kind, int]] = {
    "brief": (_brief, 14),
    "news": (_news, 16),
    "feature": (_feature, 10),
    "long": (_long, 4),
    "longest": (_longest, 0),
    "list": (_list, 9),
    "numbered": (_numbered, 5),
    "grid": (_grid, 4),
    "table": (_table, 6),
    "code": (_code, 5),
    "interview": (_interview, 8),
    "live": (_live, 6),
    "recipe": (_recipe, 4),
    "photos": (_photos, 4),
    "footnotes": (_footnotes, 5),
    "embeds": (_embeds, 6),
    "quotes": (_quotes, 4),
    "lines": (_single_lines, 5),
    "missing": (_missing, 3),
    "wall": (_wall, 3),
}
"""What writes a kind of article, and how often it is drawn."""
_NOTICES = {"missing": "missing_text", "wall": "wall"}
"""What a page says in the place of an article, by kind."""
NO_ARTICLES = frozenset(_NOTICES)
"""Kinds of pages that are built like articles and are none."""


def draw_kind(dice: random.Random) -> str:
    """A kind of article, the usual ones more often."""
    return dice.choices(list(KINDS), [weight for _, weight in KINDS.values()])[0]


def write_article(
    kind: str, language: Language, style: Style, dice: random.Random, *, author: str, section: str
) -> Article:
    """An article of a kind, without boxes."""
    composer = Composer(language, style, dice)
    writer = composer.writer
    title = writer.label("missing") if kind == "missing" else writer.headline()
    # What a page shows as its lead is half a brief: where there is no article, it is none either.
    description = writer.label(_NOTICES[kind]) if kind in NO_ARTICLES else writer.paragraph(18)
    blocks = list(KINDS[kind][0](composer))
    if style.signature != "none" and kind not in NO_ARTICLES:
        blocks.append(composer.signature(author))
    elif dice.random() < style.staffed and kind not in NO_ARTICLES:
        blocks.append(composer.staff())
    published = datetime(2012, 1, 1, 12, tzinfo=UTC) + timedelta(
        days=dice.randint(0, 4800), minutes=dice.randint(-300, 300)
    )
    return Article(
        kind=kind,
        language=language.code,
        title=title,
        description=description,
        author=author,
        published=published,
        section=section,
        tags=tuple(dict.fromkeys(writer.phrase("places") for _ in range(dice.randint(1, 4)))),
        blocks=tuple(blocks),
        topic=writer.topic,
    )


def with_blocks(article: Article, blocks: Iterable[Block]) -> Article:
    """The article with other blocks, such as boxes between its own."""
    return replace(article, blocks=tuple(blocks))
