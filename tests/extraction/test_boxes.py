"""Which lines stand in a box of links to other pages of the site, and which boxes are the same."""

from __future__ import annotations

from lxml.html import document_fromstring

from newscrawl.extraction.blocks import parse_blocks
from newscrawl.extraction.boxes import boxes_of

URL = "https://news.example/harbour/storm"
PROSE = "<p>The harbour master said on Monday that the pier would stay closed until the end of the week.</p>" * 3


def lines(body: str, url: str | None = URL) -> dict[str, str | None]:
    """The beginning of each line, with its box."""
    blocks = parse_blocks(document_fromstring(f"<html><body><div class='entry-content'>{body}</div></body></html>"))
    found = boxes_of(blocks, url)
    return {line.text[:12]: box for line, box in zip(blocks.lines, found, strict=True)}


def related(*headlines: str, excerpt: str = "What it says at its beginning.") -> str:
    items = "".join(f"<li><a href='/a/{line}'>{line}</a> <small>{excerpt}</small></li>" for line in headlines)
    return f"<div class='also'><h3>Read also</h3><ol>{items}</ol></div>"


def test_a_box_is_the_same_whatever_it_links_to():
    """Headlines with excerpts below a text: their build and place make the box, and the text is in none."""
    one = lines(PROSE + related("One ferry is late again", "Two bridges will be closed"))
    other = lines(PROSE + related("Six new schools for the coast", "Ten days of rain are ahead"))
    assert one["The harbour "] is None
    assert one["One ferry is"] == one["Two bridges "] == other["Six new scho"] is not None
    assert one["Read also"] == one["One ferry is"]


def test_a_heading_above_a_box_may_be_the_articles():
    """It is the box's where the two stand alone in a container."""
    box = related("One ferry is late again", "Two bridges will be closed").replace("<h3>Read also</h3>", "")
    found = lines(f"{PROSE}<h3>What comes next</h3>{box}{PROSE}")
    assert found["What comes n"] is None
    assert found["One ferry is"] is not None


def test_cards_of_several_lines_are_a_box():
    """A date or a section before the headline, an excerpt below it, all of it a link or only the headline."""
    card = "<div class='card'><span>{0}</span><div><h4><a href='/a/{1}'>{1}</a></h4><p>{2}</p></div></div>"
    whole = "<a href='/a/{1}'><div class='card'><div>{0}</div><h4>{1}</h4><p>{2}</p></div></a>"
    for build in (card, whole):
        cards = "".join(
            build.format(f"Sport {number}", f"{word} teams meet in the final", f"{word} things to know before it.")
            for number, word in enumerate(("Two", "Four", "Eight"))
        )
        found = lines(f"{PROSE}<section class='more-news'>{cards}</section>")
        assert found["The harbour "] is None
        assert found["Two teams me"] == found["Four things "] == found["Eight things"] is not None


def test_what_an_article_lists_is_no_box():
    """Links to elsewhere, to the page itself, within sentences, with a text below each, and short ones."""
    items = ["The first study of the coast", "The second study of it", "A third study that was made"]
    sources = "".join(f"<li><a href='https://journal.example/{item}'>{item}</a>, 2019</li>" for item in items)
    anchors = "".join(f"<li><a href='#{item}'>{item}</a></li><li><a href='{URL}#x'>{item}!</a></li>" for item in items)
    sentences = "".join(f"<li>What the <a href='/a/{item}'>{item}</a> says</li>" for item in items)
    entries = "".join(f"<div><h3><a href='/a/{item}'>{item}</a></h3>{PROSE * 4}</div>" for item in items)
    names = "".join(f"<li><a href='/tag/{item}'>{item}</a></li>" for item in ("Harbour", "Storms", "Ferries"))
    for body in (f"<ul>{sources}</ul>", f"<ul>{anchors}</ul>", f"<ul>{sentences}</ul>", entries, f"<ul>{names}</ul>"):
        assert not any(lines(PROSE + body).values()), body


def test_a_paragraph_that_begins_with_a_link_is_no_box():
    """As others of its text do not."""
    first = "<p><a href='/a/1'>As we reported last week</a>, the pier is closed.</p>"
    assert not any(lines(f"{first}{PROSE}{first}").values())
