"""Length decides nothing: long reads, live blogs and interviews are kept whole."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

import newscrawl
from tests.extraction.pages import ENGLISH, cards

WORDS = (
    "the council harbour bridge engineers winter repair report county meeting traders ferry money market school river "
    "people visitors season plan street water pumps tide crane pilot said would replace close open ask promise study "
    "decide wait before after during while because every old new long short first last next and of to in for with"
).split()
Made = tuple[list[str], str]
"""Lines that must be in the text, and the body of a page."""


class Writer:
    """Writes sentences that nobody has read before."""

    def __init__(self) -> None:
        self.dice = random.Random(11)

    def sentence(self, end: str = ".") -> str:
        words = [self.dice.choice(WORDS) for _ in range(self.dice.randint(7, 22))]
        return " ".join(words).capitalize() + end

    def paragraph(self) -> str:
        return " ".join(self.sentence() for _ in range(self.dice.randint(2, 6)))


def long_read(words: int) -> Made:
    writer = Writer()
    paragraphs: list[str] = []
    written = 0
    while written < words:
        paragraphs.append(writer.paragraph())
        written += len(paragraphs[-1].split())
    return paragraphs, "".join(f"<p>{text}</p>" for text in paragraphs)


def live_blog(entries: int) -> Made:
    writer = Writer()
    lines: list[str] = []
    parts: list[str] = []
    for number in range(entries):
        heading, text = writer.sentence(""), writer.paragraph()
        lines += [heading, text]
        time = f"{23 - number // 60 % 24:02}:{59 - number % 60:02}"
        parts.append(f"<article class=entry><time>{time}</time><h3>{heading}</h3><p>{text}</p></article>")
    return lines, f"<div class=live>{''.join(parts)}</div>"


def interview(answers: int) -> Made:
    writer = Writer()
    lines: list[str] = []
    parts: list[str] = []
    for _ in range(answers):
        question, answer = writer.sentence("?"), writer.paragraph()
        lines += [question, answer]
        parts.append(f"<p><strong>{question}</strong></p><p>{answer}</p>")
    return lines, "".join(parts)


@pytest.mark.parametrize(
    ("make", "size"),
    [
        (long_read, 300),
        (long_read, 12_000),
        (live_blog, 30),
        (live_blog, 300),
        (interview, 25),
        (interview, 200),
        (long_read, 100_000),
        (live_blog, 1_000),
        (interview, 500),
    ],
)
def test_every_paragraph_is_kept(make: Callable[[int], Made], size: int):
    lines, body = make(size)
    html = (
        f"<html><head><title>{ENGLISH.title}</title></head><body><main><h1>{ENGLISH.title}</h1>{body}</main>"
        f"<aside><h3>{ENGLISH.related}</h3>{cards(ENGLISH)}</aside></body></html>"
    )
    text = newscrawl.extract(html, "https://news.example/news/harwick-agrees-on-flood-plan-88121.html").text
    found = set(text.split("\n"))
    assert [line for line in lines if line not in found] == []
    assert not found & set(ENGLISH.headlines)
