"""What is certain by rule, with the judge's opinion given: comments, copies, leads, photo stories."""

from __future__ import annotations

import numpy as np
import pytest
from lxml.html import document_fromstring

from newscrawl.extraction.blocks import parse_blocks
from newscrawl.extraction.judge import Measured
from newscrawl.extraction.keep import judge_lines
from newscrawl.extraction.rules import copies, lead_of, whole_copy
from newscrawl.extraction.text_lines import Line
from newscrawl.extraction.tree_features import Opinions
from tests.extraction.pages import ENGLISH, page

TALK = [
    "I have lived on that bank for thirty years and the water has never come as high as it did in spring.",
    "They should ask the people of the upper town as well, for they will pay for these pumps with us.",
]


def judged(html: str, boat: float = 0.9, *, paywalled: bool = False, **chances: float) -> list[tuple[str, str | None]]:
    """Each line with its reason, where the judge is sure of all but short lines, boats, and words that are given."""
    measured = Measured.of(parse_blocks(document_fromstring(html)), ENGLISH.title, Opinions())
    lines = measured.blocks.lines
    chances |= {"boat": boat}
    given = [chances.get(line.text.split()[0].lower(), 0.9 if line.text.count(" ") > 11 else 0.01) for line in lines]
    reasons = judge_lines(measured, np.array(given), ENGLISH.title, None, paywalled=paywalled)
    return [(line.text, reason) for line, reason in zip(lines, reasons, strict=True)]


def kept(html: str, boat: float = 0.9) -> list[str]:
    """The lines that are the article."""
    return [text for text, reason in judged(html, boat) if reason is None]


def talk(name: str, inside: str = "") -> str:
    """Two readers' comments."""
    return f'<div class="{name}">{inside}<p>{TALK[0]}</p><p>{TALK[1]}</p></div>'


@pytest.mark.parametrize("name", ["comments-area", "comment-list", "fb-comments wide"])
def test_comments_are_dropped_however_sure_the_judge_is(name):
    """They come after the article, in a container that is called so."""
    lines = judged(page(ENGLISH, outside=talk(name, '<p class="author">Ann of Harwick</p>')))
    assert [text for text, reason in lines if reason == "comments"] == ["Ann of Harwick", *TALK]
    assert [text for text, reason in lines if reason is None] == ENGLISH.paragraphs


def test_comments_do_not_raise_the_bar_for_the_article():
    """What is unsure beside a few sure lines is kept, and would not be beside many."""
    sides = "".join(f"<div>Perhaps {paragraph}</div>" for paragraph in ENGLISH.paragraphs[2:])
    html = f"<body>{''.join(f'<p>{text}</p>' for text in ENGLISH.paragraphs[:2])}{sides}{talk('comments')}</body>"
    assert len([text for text, reason in judged(html, perhaps=0.4) if reason is None]) == 4


def test_a_card_of_another_article_is_dropped_with_its_excerpt():
    """It begins with a headline that is a link, as no article begins that is the page's own."""
    excerpt = "Perhaps the council of the lower town will pay for the ferry until the new bridge is open to all."
    link = '<h2><a href="/2">The ferry runs until the bridge opens</a></h2>'
    html = page(ENGLISH, middle=f"<article>{link}<p>{excerpt}</p></article>")
    assert (excerpt, "related") in judged(html, perhaps=0.7)
    sure = judged(html, perhaps=0.9)
    assert (excerpt, None) in sure
    assert [text for text, reason in sure if reason is None and text != excerpt] == ENGLISH.paragraphs


def test_a_container_called_comments_around_the_article_is_none():
    """The headline is in it, or nothing of the article comes before it."""
    around = f"<body>{talk('has-comments', f'<h1>{ENGLISH.title}</h1>')}</body>"
    after = f"<body><main><p>{' '.join(ENGLISH.paragraphs)}</p></main>{around}</body>"
    early = f"<body><h1>{ENGLISH.title}</h1>{talk('comment-page')}</body>"
    assert kept(after)[1:] == TALK
    assert kept(early) == TALK


def test_a_box_without_the_name_is_left_to_the_judge():
    """It may be the end of the article."""
    assert kept(page(ENGLISH, outside=talk("remarks"))) == [*ENGLISH.paragraphs, *TALK]


def copied(*texts: str) -> list[int]:
    """The lines that are copies, of lines that are all kept."""
    return sorted(set(copies([Line(text, "paragraph") for text in texts], range(len(texts)))))


def test_a_passage_is_not_said_twice():
    """A page holds its text once for wide and once for small screens."""
    wide = ENGLISH.paragraphs
    assert copied(*wide, "For small screens", *wide) == [5, 6, 7, 8]
    assert copied(*wide, *wide[:3]) == [4, 5, 6]


def test_a_line_is_not_said_twice_in_a_row():
    """A teaser and the paragraph that it was made of; a mark of two words between parts may be."""
    assert copied("The water rose all night.", "The water rose all night.", "* * a", "* * a") == [1]


@pytest.mark.parametrize(
    "text", ["川の水は夜のうちに堤防を越えた。", "河水在夜里漫过了堤坝。", "น้ำท่วมสูงขึ้นตลอดทั้งคืน"], ids=["ja", "zh", "th"]
)
def test_nor_is_one_in_a_script_without_spaces(text):
    """Its words are not told by spaces. The same lead in two elements, and a passage for wide and for small screens."""
    assert copied(text, text, "星", "星") == [1]
    passage = [f"{number}{text * 3}" for number in range(4)]
    assert copied(*passage, "星", *passage) == [5, 6, 7, 8]
    lead = f"<div class='lead'>{text}</div>"
    blocks = parse_blocks(document_fromstring(f"<body>{lead}<p>{text}</p><p>{passage[0]}</p></body>"))
    assert lead_of(blocks, range(3), text) == 0


@pytest.mark.parametrize(
    ("style", "beside", "is_copy"),
    [
        ("display:none", ENGLISH.paragraphs, True),
        ("", ENGLISH.paragraphs, False),
        ("display:none", [ENGLISH.paragraphs[0][:40], ENGLISH.paragraphs[1][:40]], False),
    ],
    ids=["hidden", "shown", "quotes from it"],
)
def test_a_hidden_text_in_one_piece_that_is_shown_in_paragraphs_is_a_copy(style, beside, is_copy):
    """Pages for printing or reading aloud hold it so. One that is quoted is none."""
    shown = "".join(f"<p>{paragraph}</p>" for paragraph in beside)
    html = f"<body>{shown}<div style='{style}'>{' '.join(ENGLISH.paragraphs)}</div></body>"
    blocks = parse_blocks(document_fromstring(html))
    assert whole_copy(blocks, range(len(blocks.lines))) == (len(beside) if is_copy else None)


def test_so_is_one_with_the_cells_of_a_table():
    """Which stand in the copy side by side, and in the line of a row with bars between them."""
    rows = [("North pier", "240", "310"), ("Fish market", "180", "205"), ("Old town", "95", "130")] * 3
    table = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    paragraphs = "".join(f"<p>{paragraph}</p>" for paragraph in ENGLISH.paragraphs[:2])
    said = " ".join([*ENGLISH.paragraphs[:2], *map(" ".join, rows)])
    html = f"<body>{paragraphs}<table>{table}</table><div style='display:none'>{said}</div></body>"
    blocks = parse_blocks(document_fromstring(html))
    assert whole_copy(blocks, range(len(blocks.lines))) == len(blocks.lines) - 1


def test_what_an_article_says_of_each_thing_in_turn_stays():
    """A maker, a price, a heading; and a single paragraph, which may be a quote set large."""
    turns = [f"Pump number {number} was looked at for a week." for number in range(3)]
    assert not copied(*(text for turn in turns for text in ("Price: 400 pounds at most", turn, "Made in Harwick")))
    assert not copied(*ENGLISH.paragraphs, "What they say", ENGLISH.paragraphs[1])
    assert not copied(*ENGLISH.paragraphs, *(ENGLISH.paragraphs[at] for at in (2, 0, 3, 1)))


def test_a_paragraph_beside_two_sure_ones_need_not_be_sure():
    """It is built like them; one sure paragraph says nothing of others."""
    unsure = "<p>Perhaps the wall would be of stone, as the old one was, but nobody asked for that on Tuesday.</p>"
    sure = [f"<p>{text}</p>" for text in ENGLISH.paragraphs]

    def told(many: int) -> list[tuple[str, str | None]]:
        return judged(f"<body><h1>{ENGLISH.title}</h1><div>{''.join(sure[:many])}{unsure}</div></body>", perhaps=0.07)

    assert told(2)[-1][1] is None
    assert told(1)[-1][1] is not None


CAPTIONS = [f"Boat {number} leaves the old harbour at noon on a calm day" for number in "one two three four".split()]


def story(captions: list[str], above: str = "") -> str:
    """An article of two paragraphs under pictures, and of captions."""
    shown = [f'<div><img src="/{at}.jpg"></div><div>{text}</div>' for at, text in enumerate(captions)]
    told = "".join(f'<div><img src="/p.jpg"></div><div>{text}</div>' for text in ENGLISH.paragraphs[:2])
    return f"<body><h1>{ENGLISH.title}</h1><article>{above}{told}{''.join(shown)}</article></body>"


def test_the_captions_of_a_photo_story_are_its_text():
    """Where they are more than the paragraphs, and one paragraph is built like them."""
    assert kept(story(CAPTIONS), boat=0.1) == [*ENGLISH.paragraphs[:2], *CAPTIONS]
    one = story(CAPTIONS).replace(f"<div>{ENGLISH.paragraphs[0]}", f"<p>{ENGLISH.paragraphs[0]}")
    assert kept(one, boat=0.1) == [*ENGLISH.paragraphs[:2], *CAPTIONS]


def test_captions_of_an_article_are_no_text():
    """They are fewer than its paragraphs, built otherwise, under no picture, links, or hardly a word."""
    assert kept(story(CAPTIONS[:2]), boat=0.1) == ENGLISH.paragraphs[:2]
    above = "".join(f"<p>{text}</p>" for text in ENGLISH.paragraphs[2:])
    assert not set(CAPTIONS) & set(kept(story(CAPTIONS, above), boat=0.1))
    assert kept(story(CAPTIONS).replace("<div>Boat", '<div class="under">Boat'), boat=0.1) == ENGLISH.paragraphs[:2]
    assert kept(story(CAPTIONS).replace("<img", "<i"), boat=0.1) == ENGLISH.paragraphs[:2]
    links = [f'Boat of the day: <a href="/{at}">{text}</a>' for at, text in enumerate(CAPTIONS)]
    assert kept(story(links), boat=0.1) == ENGLISH.paragraphs[:2]
    assert kept(story([f"Boat number {at}" for at in range(4)]), boat=0.1) == ENGLISH.paragraphs[:2]
    assert kept(story(CAPTIONS), boat=0.01) == ENGLISH.paragraphs[:2]


@pytest.mark.parametrize(
    ("box", "lead"),
    [
        ("<div class='bold ArticleLead'><p>{}</p></div>", True),
        ("<div class='story-summary'><div class='wide'><p>{}</p></div></div>", True),
        ("<p class='lead'>{}</p>", True),
        ("<div class='ArticleBox'><p>{}</p></div>", False),
        ("<div class='field-body with-summary'><p>{}</p></div>", False),
        (
            "<div class='ArticleLead'><p>{}</p><p>They would rather see it raised in one go, and in summer.</p></div>",
            False,
        ),
    ],
)
def test_the_lead_is_in_an_element_of_its_own_that_is_called_so(box, lead):
    """The description repeats it; an element around other lines too, or called the body, says nothing."""
    told = "Shops and homes of the old town are to be kept dry by a wall, which the council means to pay for by itself."
    html = page(ENGLISH, before=box.format(f"- {told}"))
    blocks = parse_blocks(document_fromstring(html))
    found = lead_of(blocks, [at for at, line in enumerate(blocks.lines) if line.text.count(" ") > 11], told)
    assert (found is not None and told in blocks.lines[found].text) == lead


@pytest.mark.parametrize(("credit", "is_text"), [("<p>© hna-service, hna:260302-99-71/4</p>", False), ("", True)])
def test_what_stands_behind_an_agencys_credit_is_about_the_author(credit: str, is_text: bool):
    """Where the judge is not sure of it; without the credit it decides alone."""
    told = "Nell Varga writes about rivers for the Harwick paper."
    html = page(ENGLISH, after=f"{credit}<p>{told}</p>")
    measured = Measured.of(parse_blocks(document_fromstring(html)), ENGLISH.title, Opinions())
    lines = measured.blocks.lines
    chances = np.array(
        [0.6 if line.text == told else 0.95 if line.text in ENGLISH.paragraphs else 0.01 for line in lines]
    )
    reasons = judge_lines(measured, chances, ENGLISH.title, None)
    reason = next(why for line, why in zip(lines, reasons, strict=True) if line.text == told)
    assert reason == (None if is_text else "byline")


@pytest.mark.parametrize(
    ("line", "is_text"),
    [
        ("(Reporting by Ann Harwick in Westmere; Editing by Tom Reed)", False),
        ("（责任编辑：张三）", False),
        ("[Biên tập: Nguyễn Văn An]", False),
        ("(By the end of the week the water had gone down, as it does.)", True),
        ("Reporting by telephone was all that was left to the paper's only man there.", True),
    ],
)
def test_a_last_line_in_brackets_that_names_the_staff_is_no_text(line: str, is_text: bool):
    first = line.split(maxsplit=1)[0].lower()
    lines = judged(page(ENGLISH, after=f"<p>{line}</p>"), **{first: 0.75})
    assert (line, None if is_text else "byline") in lines
    assert [text for text, reason in lines if reason is None and text != line] == ENGLISH.paragraphs
    assert (line, None) in judged(page(ENGLISH, after=f"<p>{line}</p>"), **{first: 0.9})


PROMPT = (
    "<div><h3>Subscribe to continue reading</h3><p>Get every story for a pound a week. Cancel when you like.</p></div>"
)


@pytest.mark.parametrize(("paywalled", "chance", "dropped"), [(True, 0.75, 2), (True, 0.9, 0), (False, 0.75, 0)])
def test_a_request_to_subscribe_ends_a_text_that_is_not_free(paywalled: bool, chance: float, dropped: int):
    lines = judged(page(ENGLISH, after=PROMPT), paywalled=paywalled, subscribe=chance, get=chance)
    assert [text for text, reason in lines if reason == "promo"] == [
        "Subscribe to continue reading",
        "Get every story for a pound a week. Cancel when you like.",
    ][:dropped]


NOTICE = "<p>We recommend what we choose ourselves and earn from it.</p>"


@pytest.mark.parametrize(("times", "chance", "is_text"), [(2, 0.6, False), (1, 0.6, True), (2, 0.75, True)])
def test_a_note_that_stands_on_the_page_twice_is_no_text_unless_the_judge_is_sure(times, chance, is_text):
    html = page(ENGLISH, middle=NOTICE, after=NOTICE if times == 2 else "")
    reasons = [reason for text, reason in judged(html, we=chance) if text.startswith("We recommend")]
    assert reasons == [None if is_text else "repeated"] * times


def test_a_text_that_stands_on_the_page_twice_is_no_note():
    """Its copy goes, and it stays."""
    body = "".join(f"<p>Perhaps {paragraph}</p>" for paragraph in ENGLISH.paragraphs)
    lines = judged(f"<body><h1>{ENGLISH.title}</h1><div>{body}</div><section>{body}</section></body>", perhaps=0.6)
    assert [text for text, reason in lines if reason is None] == [f"Perhaps {text}" for text in ENGLISH.paragraphs]
