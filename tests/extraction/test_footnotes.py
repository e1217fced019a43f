"""Footnotes, which belong to the text; their marks do not."""

from __future__ import annotations

import pytest
from lxml.html import document_fromstring

import newscrawl
from newscrawl.extraction.blocks import parse_blocks
from newscrawl.extraction.footnotes import footnotes

URL = "https://harrow.vn/news/bridge"
CLAUSES = (
    "the harbour office said in its yearly report",
    "as the engineers had asked for since the winter",
    "which nobody in the city council expected",
    "and the ferries went on as they had before",
)
PARAGRAPHS = [
    f"<p>The works at the bridge went on through month {at}, {clause}.{{}}</p>" for at, clause in enumerate(CLAUSES)
]
NOTES = ["Harrow Lives, 203, 310.", "I assume that this number is higher now."]


def page(marks, notes):
    body = "".join(PARAGRAPHS).format(marks[0], "", marks[1], "")
    cards = "".join(
        f"<div><h4><a href='/news/{at}'>Another story of day {at}</a></h4><p>Read.</p></div>" for at in range(6)
    )
    return (
        "<html><head><title>Bridge opens in May</title></head><body><nav><a href='/'>Home</a></nav><article>"
        f"<h1>Bridge opens in May</h1>{body}{notes}</article><div class='more'>{cards}</div></body></html>"
    )


def substack(at):
    """Number and text side by side; addresses are whole ones."""
    number = f'<a id="footnote-{at}" href="{URL}#footnote-anchor-{at}" class="number">{at}</a>'
    return (
        f'<span><a class="footnote-anchor" id="footnote-anchor-{at}" href="{URL}#footnote-{at}">{at}</a></span>',
        f'<div class="footnote">{number}<div class="footnote-content"><p>{NOTES[at - 1]}</p></div></div>',
    )


def kramdown(at):
    """A list, with a sign at the end of each note."""
    return (
        f'<sup id="fnref:{at}"><a href="#fn:{at}" class="footnote" rel="footnote">{at}</a></sup>',
        f'<ol><li id="fn:{at}"><p>{NOTES[at - 1]} <a href="#fnref:{at}" class="back">&#8617;</a></p></li></ol>',
    )


def word(at):
    """Named links, as word processors export them."""
    return (
        f'<a href="#_ftn{at}" name="_ftnref{at}">[{at}]</a>',
        f'<p><a href="#_ftnref{at}" name="_ftn{at}">[{at}]</a> {NOTES[at - 1]}</p>',
    )


@pytest.mark.parametrize("make", [substack, kramdown, word])
def test_notes_belong_to_the_text(make):
    """Without their numbers, in the text as in front of the note, and without the sign that leads back."""
    made = [make(1), make(2)]
    text = newscrawl.extract(page([mark for mark, _ in made], "".join(note for _, note in made)), url=URL).text
    lines = text.split("\n")
    assert lines[0].endswith("yearly report.")
    assert lines[-2:] == NOTES
    assert "Another story" not in text


def test_notes_of_what_is_dropped_are_dropped():
    """A note is the text's where its mark is."""
    mark, note = substack(2)
    lines = "".join(PARAGRAPHS).format("", "", "", "")
    html = f"<body><article><h1>Bridge</h1>{lines}</article><aside><a href='/x'>Buy it</a>{mark}</aside>{note}</body>"
    blocks = parse_blocks(document_fromstring(html))
    (line, referring), *_ = blocks.notes.items()
    assert (blocks.lines[line].text, blocks.lines[referring].text) == (NOTES[1], "Buy it")
    assert NOTES[1] not in newscrawl.extract(html, url=URL).text


@pytest.mark.parametrize(
    "html",
    [
        "<p>See figure <a href='#fig-1'>1</a>.</p><figure id='fig-1'><p>A map.</p></figure>",
        "<p><a href='#page-2'>2</a></p><div id='page-2'><p>Second page</p></div>",
        "<p id='top'>Go to <a href='#part'>1</a></p><section id='part'><p>Part.</p><a href='#other'>1</a></section>",
        "<p>Open <a href='#none'>1</a></p>",
    ],
)
def test_what_leads_nowhere_back_is_no_note(html):
    """A figure, a pager, a list of contents, a broken link: their numbers stay."""
    tree = document_fromstring(f"<html><body>{html}</body></html>")
    assert footnotes(tree) == {}
    assert any("1" in line.text or "2" in line.text for line in parse_blocks(tree).lines)
