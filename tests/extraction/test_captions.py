"""Captions that only their place tells, among lines that are all kept."""

from __future__ import annotations

import pytest
from lxml.html import document_fromstring

from newscrawl.extraction.blocks import parse_blocks
from newscrawl.extraction.rules import captions
from tests.extraction.pages import ENGLISH

CAPTION = "A pump at the old bridge in spring."
PICTURE = "<img src='/pump.jpg'>"


def found(box: str, many: int = 4) -> list[str]:
    """The lines of an article with a box in it that are captions."""
    first, *others = (f"<p>{text}</p>" for text in ENGLISH.paragraphs[:many])
    blocks = parse_blocks(document_fromstring(f"<body><div>{first}{box}{''.join(others)}</div></body>"))
    return [blocks.lines[index].text for index in sorted(captions(blocks, range(len(blocks.lines))))]


@pytest.mark.parametrize(
    "box",
    [
        f"<table><tr><td>{PICTURE}</td></tr><tr><td>{CAPTION}</td></tr></table>",
        f"<table><tbody><tr><td><p>{PICTURE}</p></td></tr><tr><td><p>{CAPTION}</p></td></tr></tbody></table>",
        f"<p align='center'>{PICTURE}</p><p class='under'>{CAPTION}</p>",
    ],
)
def test_what_stands_below_a_picture(box):
    """In the next row of its table, or in a paragraph with a class that no other one has."""
    assert found(box) == [CAPTION]


@pytest.mark.parametrize("credit", ["File photo", "(Archivbild)", "Photo: Ann Harwick", "Ảnh minh họa", "撮影：田中誠"])
def test_what_names_whose_picture_it_is(credit):
    """In an element as any other: below a picture, not elsewhere."""
    caption = f"A pump at the old bridge in spring. {credit}"
    assert found(f"<p>{PICTURE}</p><p>{caption}</p>") == [caption]
    assert found(f"<p>{caption}</p>") == []


def test_each_picture_has_its_caption():
    """The class is that of captions alone, however many there are."""
    box = f"<p>{PICTURE}</p><p class='under'>{CAPTION}</p>"
    assert found(box * 2) == [CAPTION] * 2


@pytest.mark.parametrize(
    "box",
    [
        f"<p>{PICTURE}</p><p>{CAPTION}</p>",
        f"<p>{PICTURE}</p><p class='name'>The pump of Harwick</p>",
        f"<p>{PICTURE}</p><p class='a'>{CAPTION}</p><p class='a'>It works.</p>",
        f"<p>One {PICTURE}</p><p class='under'>{CAPTION}</p>",
        f"<p class='under'>{CAPTION}</p>",
        f"<div>{PICTURE}</div><p class='intro'>{CAPTION}</p>",
        f"<table><tr><td>{CAPTION}</td></tr></table>",
        f"<table><tr><td>One</td></tr><tr><td>{PICTURE}</td></tr><tr><td>{CAPTION}</td></tr></table>",
        f"<table><tr><td>{PICTURE}</td></tr><tr><td>{CAPTION}</td><td>{CAPTION}</td></tr></table>",
        f"<table><tr><td>{PICTURE}</td></tr><tr><td><p>{CAPTION}</p><p>{CAPTION}</p></td></tr></table>",
        f"<table><tr><td>{PICTURE}</td></tr><tr><td>Pumps</td></tr></table>",
        f"<table><tr><td>{PICTURE}</td></tr><tr><td>{CAPTION * 8}</td></tr></table>",
    ],
)
def test_what_stands_near_a_picture_may_be_the_text(box):
    """Paragraphs as others are, names in a list of things, tables of facts, and a table that is the page's layout."""
    assert found(box) == []


def test_the_captions_of_a_photo_story_are_left():
    """They are half of the text or more."""
    box = f"<p>{PICTURE}</p><p class='under'>{ENGLISH.paragraphs[1]}</p>"
    assert found(box, many=4) == [ENGLISH.paragraphs[1]]
    assert found(box * 3, many=2) == []
