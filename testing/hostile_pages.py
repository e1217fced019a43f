"""Pages made to cost an extractor time or memory, or to make it fail. Nothing in them is anybody's text."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

MB = 1_000_000
MANY = 100_000
TITLE = "Ferry company adds a fourth boat to the island line"
PARAGRAPHS = """
The ferry company said on Tuesday that a fourth boat will sail from next month, after two summers of long queues.
Its director, Marta Oberlin, told the town council that it was bought from a neighbouring line and carries cars.
Nobody should spend half a holiday in a queue, she said on the quay, where two hundred people were waiting.
Fishermen fear for the narrow harbour. A survey that the council ordered in spring found room for three boats there.
The wall would cost four million and take a year to build. Until then the boat will sail at high tide alone.
""".strip().splitlines()


@dataclass(frozen=True, slots=True)
class Case:
    """A hostile page."""

    name: str
    make: Callable[[], bytes | str]
    article: bool | None = None
    """Whether there is one in it; None where that is open to dispute."""
    content_type: str = "text/html"


def article(paragraphs: int = len(PARAGRAPHS)) -> str:
    """The mark-up of an article."""
    body = "".join(f"<p>{PARAGRAPHS[number % len(PARAGRAPHS)]}</p>\n" for number in range(paragraphs))
    return f"<article><h1>{TITLE}</h1>\n{body}</article>"


def page(inside: str = "", head: str = "", before: str = "") -> str:
    """A page with the article, and something in its head, before the article and behind it."""
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{TITLE}</title>{head}</head>'
        f"<body>{before}{article()}{inside}</body></html>"
    )


def bare(inside: str) -> str:
    """A page of nothing else."""
    return f"<!DOCTYPE html><html><head><title>Page</title></head><body>{inside}</body></html>"


def _signs(count: int) -> str:
    """Chinese characters, hardly any three of which follow each other twice."""
    return "".join(random.Random(1).choices([chr(code) for code in range(0x4E00, 0x9000)], k=count))


def _nested(opening: str, size: int, *, text: str = "") -> str:
    return page(before=f"{opening}{text}" * (size // len(opening + text)))


def _each(form: str, count: int = MANY, *, between: str = "") -> str:
    return between.join(form.format(n=n) for n in range(count))


def _listed(form: str, count: int = MANY, *, around: str = "div") -> str:
    return page(f"<{around}>{_each(form, count)}</{around}>")


def _scripts(*scripts: str) -> str:
    return page(head="".join(f'<script type="application/ld+json">{script}</script>' for script in scripts))


def _in_paragraph(text: str) -> str:
    return page(f"<p>{text}</p>")


def _graph() -> str:
    nodes = [{"@type": "NewsArticle", "@id": f"#{n}", "headline": f"{TITLE} {n}"} for n in range(MANY // 2)]
    return json.dumps({"@context": "https://schema.org", "@graph": nodes})


def _crossed() -> str:
    return "<b><i><u><a href=/><p>word" * 20_000 + "</b></i></u></a>" * 20_000


def _paragraphs() -> str:
    return _each("<p class='x{n}'>Line {n} of what is said here.</p>", 10_000)


def _letters(text: str, size: int) -> str:
    return _in_paragraph(text * (size // len(text.encode())))


def _letters_of(letter: bytes) -> bytes:
    return page("@").encode().replace(b"@", letter * (MB // len(letter)))


def _attribute(name: str, value: str) -> str:
    return page(f"<div {name}='{value * (5 * MB // len(value))}'>word</div>")


def _random(size: int) -> bytes:
    return random.Random(size).randbytes(size)


def _feed(items: int) -> str:
    item = f"<item><title>{TITLE}</title><description>{PARAGRAPHS[0]}</description></item>"
    return f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>{item * items}</channel></rss>'


def _crowded_body() -> str:
    picture = "<div class=box><img src='/{n}.jpg'><span class=author>By Marta {n}</span></div>"
    return page(_each(picture, 500)).replace("<body>", f"<body class='{'side bar ' * (5 * MB // 9)}'>")


def _bomb() -> str:
    """Entities that are ten of the one before: a billion words for a parser that resolves them."""
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    return f'<?xml version="1.0"?><!DOCTYPE html [<!ENTITY e0 "word">{entities}]><html><body><p>&e9;</p></body></html>'


FEW = 19_000
"""Lines that are still judged."""
TAGS = 190_000
"""Tags that are still parsed."""

NESTING = (
    *(
        Case(f"10 MB of nested {tag}", partial(_nested, tag, 10 * MB), article=False)
        for tag in "<div> <span> <b> <table> <font> <p> <blockquote> <ul><li>".split()
    ),
    *(
        Case(f"190,000 nested {tag}", partial(_nested, tag, TAGS * len(tag) // tag.count("<")))
        for tag in "<div> <span> <b> <table> <font> <p> <blockquote> <ul><li> <a> <button> <svg><g> <h1> <td>".split()
    ),
    Case("190,000 nested <div> with a word each", lambda: _nested("<div>", 10 * TAGS, text=" word")),
    Case("190,000 nested <span> in a paragraph", lambda: page(before="<p>" + "<span>word " * TAGS)),
    Case("190,000 closing tags", lambda: page("</div></p></b>" * (TAGS // 3)), article=True),
    Case("crossed inline tags", lambda: page(before=_crossed())),
    Case("20,000 nested tables", lambda: page("<table><tr><td>cell" * 20_000)),
    Case("1,000 nested tables of rows", lambda: page("<table><tr><td>one<td>two<tr><td>three<td>" * 1000)),
    Case(
        "200 nested <div> around 20,000 paragraphs", lambda: bare("<div>" * 200 + _each("<p>Line {n} of it.", 20_000))
    ),
    Case("250 nested <div> around 10,000 paragraphs", lambda: page(_each("<div class='c{n}'>", 250) + _paragraphs())),
)

_PARTS = (
    ("links in one paragraph", "<a href='/{n}'>Link {n}</a> ", "p", 90_000),
    ("links in one list", "<li><a href='/{n}'>Link {n}</a></li>", "ul", FEW),
    ("links in paragraphs", "<p><a href='/{n}'>Link {n}</a></p>", "div", FEW),
    ("short paragraphs", "<p>Short line {n}.</p>", "div", FEW),
    ("equal paragraphs", "<p>The same line again.</p>", "div", FEW),
    ("dated paragraphs", "<p class='date'>12/03/2024 10:20 text {n}</p>", "div", FEW),
    ("table rows", "<tr><td>Row {n}</td><td>{n}</td></tr>", "table", FEW),
    ("table cells", "<td>cell {n}</td>", "table", FEW),
    ("line breaks", "word<br>", "p", FEW),
    ("empty line breaks", "<br>", "p", TAGS),
    ("images with a srcset", "<img src='/{n}.jpg' srcset='/{n}.jpg 1x, /{n}b.jpg 2x'>", "div", TAGS),
    ("figures", "<figure><img src='/{n}.jpg'><figcaption>Boat {n}</figcaption></figure>", "div", FEW),
    ("bylines", "<span class='author'>By Marta Oberlin {n}</span>", "p", 90_000),
    ("times", "<time datetime='2024-03-12T10:20:00Z'>{n}</time>", "p", 90_000),
    ("breadcrumbs", "<div class='breadcrumb'><a href=/>{n}</a></div>", "div", FEW),
    ("elements of own classes", "<div class='c{n} {n}c' id='i{n}'>word {n}</div>", "div", FEW),
    ("elements of 200 classes", f"<p class='{'box card ' * 100}'>word {{n}}</p>", "div", 5000),
    ("forms and fields", "<form><input name=a><select><option>b</select></form>", "div", 30_000),
)
REPEATING = (
    *(Case(f"100,000 {name}", partial(_listed, form, MANY, around=around)) for name, form, around, _ in _PARTS[:8]),
    *(Case(f"{few:,} {name}", partial(_listed, form, few, around=around)) for name, form, around, few in _PARTS),
    Case(
        "40,000 short paragraphs and nothing else", lambda: bare(_each("<p>Short line {n}.</p>", 40_000)), article=False
    ),
    Case("50,000 dated paragraphs", lambda: bare(_each("<p>12/03/2024 10:20 text {n}</p>", 50_000)), article=False),
    Case("19,000 dated paragraphs and nothing else", lambda: bare(_each("<p>12/03/2024 10:20 text {n}</p>", FEW))),
    Case("100,000 headlines", lambda: page(before=_each("<h1>Headline {n} of this page</h1>")), article=False),
    Case("19,000 headlines", lambda: page(before=_each("<h1>Headline {n} of this page</h1>", FEW))),
    Case("200,000 line breaks", lambda: page("<p>" + "word<br>" * (2 * MANY) + "</p>"), article=False),
    Case("the article 2,000 times", lambda: bare(article() * 2000)),
    Case("the article in 15,000 paragraphs", lambda: bare(article(15_000))),
    Case("100,000 comments", lambda: page("word<!-- -->" * MANY)),
)

LONG = (
    Case("5 MB of one word", lambda: _in_paragraph("a" * (5 * MB))),
    Case("5 MB of words in a line", lambda: _in_paragraph("boat " * MB)),
    Case("5 MB of words with stops", lambda: _in_paragraph("The boat sails. " * (5 * MB // 16))),
    Case("5 MB of Chinese without spaces", lambda: _in_paragraph("船" * (5 * MB // 3))),
    Case(
        "5 MB of Chinese called a lead",
        lambda: page(head=f"<meta name=description content='{_signs(100)}'>").replace(
            "</h1>", f"</h1><h2 class=lead>{_signs(5 * MB // 3)}</h2>"
        ),
    ),
    Case("5 MB of stops", lambda: _in_paragraph("." * (5 * MB))),
    Case("5 MB of spaces", lambda: _in_paragraph("word" + " " * (5 * MB) + "word"), article=True),
    Case("5 MB of line ends", lambda: _in_paragraph("word" + "\n" * (5 * MB) + "word"), article=True),
    Case("5 MB of digits", lambda: _in_paragraph("1" * (5 * MB))),
    Case("5 MB of times", lambda: _in_paragraph("10:20 12/03/2024 " * (5 * MB // 17))),
    Case("5 MB of mojibake", lambda: _in_paragraph("Ã©tÃ© Ä‘áº£o " * (5 * MB // 20))),
    Case("5 MB of opening brackets", lambda: _in_paragraph("([{" * (5 * MB // 3))),
    Case("5 MB of angle brackets", lambda: page("<" * (5 * MB))),
    Case("5 MB of quotation marks", lambda: _in_paragraph("\"'" * (5 * MB // 2))),
    Case("5 MB of text outside of the body", lambda: "word " * MB + page()),
    Case("1 MB of title", lambda: f"<title>{'Word ' * (MB // 5)}</title>" + page()),
    Case("1 MB of headline", lambda: page(before=f"<h1>{TITLE} {'word ' * (MB // 5)}</h1>")),
    Case(
        "1 MB of title with separators", lambda: page(head=f"<meta property='og:title' content='{'a - ' * (MB // 4)}'>")
    ),
    Case(
        "a title of nothing but separators",
        lambda: f"<title>{' | ' * (MB // 3)}</title><h1>{' | ' * MANY}</h1>" + page(),
    ),
    Case("1 MB of byline", lambda: page(before=f"<p class='author'>By {'Marta, ' * (MB // 7)}</p>")),
    Case("a byline in the head of 5 MB", lambda: page(head=f"<meta name=author content='{'A (B ' * MB}'>")),
)

ATTRIBUTES = (
    *(
        Case(f"5 MB of {name}", partial(_attribute, name, value))
        for name, value in (("class", "a"), ("style", "color:red;"), ("title", "word "), ("id", "Aa"), ("lang", "en-"))
    ),
    Case("5 MB of href", lambda: page(f"<a href='/{'a/' * (5 * MB // 2)}'>word</a>")),
    Case(
        "5 MB of canonical link", lambda: page(head=f"<link rel=canonical href='https://a.example/{'a' * (5 * MB)}'>")
    ),
    Case("5 MB of rel", lambda: page(head=f"<link rel='{'canonical ' * (MB // 2)}' href='/'>")),
    Case("5 MB of datetime", lambda: page(before=f"<time datetime='{'2024-' * MB}'>now</time>")),
    Case("1 MB of class names", lambda: page(before=f"<p class='{_each('author{n} ')}'>By Marta Oberlin</p>")),
    Case("1 MB of srcset", lambda: page(f"<img src='/a.jpg' srcset='{_each('/{n}.jpg {n}w, ', 50_000)}'>")),
    Case("5 MB of data URL", lambda: page(f"<img src='data:image/png;base64,{'A' * (5 * MB)}'>"), article=True),
    Case("100,000 attributes", lambda: page(f"<div {_each('a{n}=b ')}>word</div>")),
    Case("100,000 equal attributes", lambda: page(f"<div {'class=a ' * MANY}>word</div>")),
    Case("5 MB of class on the body, and 500 images", _crowded_body),
)

HEADS = (
    Case(
        "JSON-LD with an unterminated string of 5 MB", lambda: _scripts('{"headline": "' + "a" * (5 * MB)), article=True
    ),
    Case(
        "JSON-LD with an unterminated string of 1 MB",
        lambda: _scripts('{"headline": "' + "a\\n" * (MB // 3)),
        article=True,
    ),
    Case("JSON-LD with many quotation marks", lambda: _scripts('"headline":"' * (2 * MB // 12)), article=True),
    Case("JSON-LD with a bracket 100,000 deep", lambda: _scripts("[" * MANY), article=True),
    Case("JSON-LD with an object 100,000 deep", lambda: _scripts('{"a":' * MANY), article=True),
    Case("JSON-LD with whole brackets 900 deep", lambda: _scripts("[" * 900 + "]" * 900), article=True),
    Case(
        "JSON-LD with huge integers",
        lambda: _scripts(f'{{"@type": "NewsArticle", "a": {"9" * MB}, "b": 1e999999}}'),
        article=True,
    ),
    Case("JSON-LD with white space and commas", lambda: _scripts("{" + ", \n" * (MB // 3)), article=True),
    Case("JSON-LD with comment marks", lambda: _scripts("/* <!-- // " * (MB // 11)), article=True),
    Case("JSON-LD of 50,000 articles", lambda: _scripts(_graph())),
    Case(
        "JSON-LD of 100,000 authors", lambda: _scripts(json.dumps({"@type": "NewsArticle", "author": ["A B"] * MANY}))
    ),
    Case(
        "JSON-LD of 1 MB of author",
        lambda: _scripts(json.dumps({"@type": "NewsArticle", "author": "Ann By " * (MB // 7)})),
    ),
    Case(
        "JSON-LD of 1 MB of headline",
        lambda: _scripts(json.dumps({"@type": "NewsArticle", "headline": "A - " * (MB // 4)})),
    ),
    Case(
        "JSON-LD of 1 MB of date",
        lambda: _scripts(json.dumps({"@type": "NewsArticle", "datePublished": "1 " * (MB // 2)})),
    ),
    Case(
        "JSON-LD of 1 MB of body",
        lambda: _scripts(json.dumps({"@type": "NewsArticle", "articleBody": "a b " * (MB // 4)})),
    ),
    Case(
        "JSON-LD of 1 MB of keywords",
        lambda: _scripts(json.dumps({"@type": "NewsArticle", "keywords": "a," * (MB // 2)})),
    ),
    Case(
        "JSON-LD with entities", lambda: _scripts(json.dumps({"@type": "NewsArticle", "headline": "&amp;" * (MB // 5)}))
    ),
    Case("50,000 scripts of JSON-LD", lambda: _scripts(*['{"@type": "NewsArticle", "headline": "a"}'] * 50_000)),
    Case("100,000 meta tags", lambda: page(head=_each("<meta name='n{n}' content='{n}'>")), article=True),
    Case("100,000 equal meta tags", lambda: page(head=_each("<meta name='author' content='Marta {n}'>"))),
    Case("5 MB of comment", lambda: page(f"<!-- {'a - ' * (5 * MB // 4)} -->"), article=True),
    Case("5 MB of unfinished comment", lambda: page(f"<!-- {'a' * (5 * MB)}")),
    Case("5 MB of CDATA", lambda: page(f"<![CDATA[ {'a' * (5 * MB)} ]]>")),
    Case("5 MB of script", lambda: page(f"<script>{'if (a < b) c = &d; ' * (5 * MB // 19)}</script>"), article=True),
    Case("5 MB of unfinished script", lambda: page(f"<script>{'a' * (5 * MB)}"), article=True),
    Case("5 MB of style sheet", lambda: page(head=f"<style>{'a{b:c}' * (5 * MB // 6)}</style>"), article=True),
)


CHARACTERS = (
    *(
        Case(f"5 MB of {entity}", partial(_letters, entity, 5 * MB))
        for entity in (
            "&#xZZ;",
            "&amp;amp;",
            "&#1114112;",
            "&unknown",
            "&",
            "&#0;",
            "&#xD800;",
            "&#x202E;",
            "&#99999999999;",
        )
    ),
    Case("100,000 marks on one letter", lambda: _in_paragraph(PARAGRAPHS[0] + "\u0301" * MANY + " b")),
    Case(
        "100,000 marks in falling order",
        lambda: _in_paragraph(PARAGRAPHS[0] + "\u0315\u0301\u0323" * (MANY // 3) + " b"),
    ),
    Case(
        "100,000 marks as entities", lambda: _in_paragraph(PARAGRAPHS[0] + "&#x315;&#x301;&#x323;" * (MANY // 3) + " b")
    ),
    Case(
        "100,000 marks in the title",
        lambda: page(head=f"<meta property='og:title' content='a{'&#x315;&#x323;' * (MANY // 2)}'>"),
    ),
    Case("1 MB of letters with 20 marks each", lambda: _letters("a" + "\u0315\u0301\u0323\u0302" * 5 + " ", MB)),
    Case("1 MB of marks of Hangul", lambda: _letters("\u1100\u1161\u11a8", MB)),
    Case("5 MB of zero-width characters", lambda: _letters("\u200b\u200c\u2060\ufeff", 5 * MB)),
    Case("5 MB of bidirectional overrides", lambda: _letters("\u202eword\u202d ", 5 * MB)),
    Case("5 MB of the ligature that grows eighteenfold", lambda: _letters("\ufdfa ", 5 * MB)),
    Case("1 MB of lone surrogates", lambda: _letters_of(b"\xed\xa0\x80 ")),
    Case("lone surrogates in a string", lambda: page("<p>" + "\ud800word " * 1000), article=True),
    Case("5 MB of control characters", lambda: _letters("\x01\x1b[31m\x7f\x85 ", 5 * MB)),
    Case("5 MB of private characters", lambda: _letters("\ue000\U000f0000", 5 * MB)),
    Case("5 MB of emoji", lambda: _letters("👩‍👩‍👧 ", 5 * MB)),
    Case("NULs as entities", lambda: page("<p>a&#0;b&#x0;c&#00;" * MANY)),
)


KINDS = (
    Case("a page of one word", lambda: "word"),
    Case("a page of one element", lambda: "<p>word</p>"),
    Case("a page of one word behind 2,000 bars", lambda: f"<p>{'| ' * 2000}word</p>"),
    Case("a page of one tag", lambda: "<p>", article=False),
    Case("an empty page", lambda: "", article=False),
    Case("white space", lambda: " \n" * MB, article=False),
    Case("10 MB of one byte", lambda: b"<" * (10 * MB), article=False),
    Case("UTF-16 with a mark", lambda: page().encode("utf-16"), article=True),
    Case("UTF-16 without a mark", lambda: page().encode("utf-16-le"), article=True),
    Case("UTF-16 behind a mark of UTF-8", lambda: b"\xef\xbb\xbf" + page().encode("utf-16"), article=True),
    Case("UTF-8 behind a mark of UTF-16", lambda: b"\xff\xfe" + page().encode()),
    Case("UTF-32", lambda: page().encode("utf-32"), article=True),
    Case("UTF-7", lambda: page().encode("utf-7").replace(b'charset="utf-8"', b'charset="utf-7"')),
    Case("a declared codec of bytes", lambda: page().replace('"utf-8"', '"rot13"').encode()),
    Case("a declared codec of archives", lambda: page("é.").replace('"utf-8"', '"zlib"').encode("latin-1")),
    Case("a declared codec that is none", lambda: page("é").replace('"utf-8"', '"no-such"').encode("latin-1")),
    Case("20 byte order marks", lambda: b"\xef\xbb\xbf" * 20 + page().encode(), article=True),
    Case("an encoding declaration of XML", lambda: '<?xml version="1.0" encoding="utf-16"?>' + page(), article=True),
    Case("half of UTF-8", lambda: page("<p>đảo</p>").encode()[: -len("o</p></body></html>") - 2], article=False),
    Case(
        "5 MB of latin-1",
        lambda: _letters("été déjà là. ", 5 * MB).replace('"utf-8"', '"x"').encode("latin-1", "replace"),
    ),
    Case(
        "5 MB of windows-1251 undeclared",
        lambda: ("<html><body><p>" + "паром ходит " * (5 * MB // 12)).encode("cp1251"),
    ),
    Case("5 MB of random bytes", lambda: _random(5 * MB)),
    Case("gzip garbage", lambda: gzip.compress(page().encode())[:400] + _random(MANY), article=False),
    Case(
        "a PDF", lambda: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj<</Type/Catalog>>stream\n" + _random(MB), article=False
    ),
    Case("a JPEG", lambda: b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + _random(MB), article=False),
    Case("an RSS feed", lambda: _feed(2000)),
    Case("an RSS feed as XML", lambda: _feed(2000), content_type="application/rss+xml"),
    Case("an XML bomb", _bomb),
    Case("5 MB of JSON", lambda: json.dumps([{"title": TITLE, "text": PARAGRAPHS[0]}] * (5 * MB // 240))),
    Case("JSON as text", lambda: json.dumps([{"title": TITLE}] * MANY), content_type="text/plain"),
    Case("10 MB of nested <div> as text", lambda: _nested("<div>", 10 * MB), content_type="text/plain"),
    Case("a page as XHTML", page, article=True, content_type="application/xhtml+xml"),
    Case("a page of an unknown kind", page, content_type="x/y; charset=\x00"),
    Case("a frameset", lambda: "<html><frameset><frame src=a></frameset></html>", article=False),
    Case("two documents", lambda: page() + page(), article=True),
    Case("a body in a head in a body", lambda: page("<head><body><html><head><title>x</title><body>" * 10_000)),
    Case("5 MB of text dump on a line", lambda: TITLE + "\n" + "boat " * MB, content_type="text/plain"),
    Case("200,000 lines of text dump", lambda: TITLE + "\n" + _each("Line {n}\n", 200_000), content_type="text/plain"),
    Case("5 MB of Markdown brackets", lambda: TITLE + "\n" + "[](" * (5 * MB // 3), content_type="text/plain"),
    Case(
        "1 MB of opening brackets as Markdown",
        lambda: TITLE + "\n" + "![" * (MB // 2) + "](a)" * 1000,
        content_type="text/plain",
    ),
    Case("1 MB of pipes", lambda: TITLE + "\n" + "a|" * (MB // 2) + "\n" + "|" * MB, content_type="text/plain"),
    Case("1 MB of emphasis", lambda: TITLE + "\n" + "**a_" * (MB // 4), content_type="text/plain"),
)

GROUPS: dict[str, tuple[Case, ...]] = {
    "nesting": NESTING,
    "repeating": REPEATING,
    "long": LONG,
    "attributes": ATTRIBUTES,
    "heads": HEADS,
    "characters": CHARACTERS,
    "kinds": KINDS,
}
