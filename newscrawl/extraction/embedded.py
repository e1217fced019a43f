"""The text of pages that scripts draw: it stands in data that the page carries, or in a feed of the site.

Frameworks give their scripts an article as JSON: Next.js (``__NEXT_DATA__`` and flight data), Nuxt (``__NUXT__``), Arc
(``Fusion.globalContent``), Redux (``__INITIAL_STATE__``), Apollo (``__APOLLO_STATE__``). Search engines are given it
as ``articleBody``.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

import chompjs
from lxml import etree
from lxml.html import HtmlElement

from newscrawl.extraction.line_features import facts_of
from newscrawl.extraction.metadata.json_ld import read_json_ld
from newscrawl.extraction.parse import parse_page
from newscrawl.items import ListedFacts, TextSource

FEWEST_WORDS = 30
"""Of a text that can be an article; two characters of a script without spaces are one."""
_BEGINNING = 100_000
"""Characters of mark-up by which its words are counted."""
_LONGEST_SCRIPT = 3_000_000
_MOST_SCRIPTS = 300
_MOST_NODES = 50_000
_MOST_STRINGS = 2_000

_ASSIGNED = re.compile(
    r"(?:window\.|self\.|globalThis\.)?(?:__[A-Z][A-Z_]{2,40}__|Fusion\.globalContent|__[a-zA-Z]{2,30}(?:State|Data)__)"
    r"\s{0,9}=\s{0,9}(?=[\[{(\"'f])"
)
"""A state that a page's script is given."""
_FUNCTION = re.compile(r"\(?\s{0,9}function\s{0,9}\(([\w$,\s]{0,50000})\)\s{0,9}\{\s{0,9}return\s{0,9}(?=\{)")
"""A function that is called at once and returns the state: so Nuxt writes values once that repeat, as arguments."""
_FLIGHT = re.compile(r"self\.__next_f\.push\(\s{0,9}")
_BODY_NAMES = re.compile(
    r"(?:article|post|story|main|full)?_?(?:body|content|text|html)(?:_?(?:html|text|elements|blocks|rendered))?"
    r"|paragraphs?|blocks|rendered|raw|content_elements|description_long",
    re.IGNORECASE,
)
"""Keys under which content management systems keep the text of an article."""
_TEMPLATE = re.compile(r"text/(?:x-)?template", re.IGNORECASE)
_GAP = re.compile(r"\{\{|<%|\$\{|\{%")
"""What templates have where something is to be filled in."""
_TAG = re.compile(r"<[^<>]{0,2000}>")
_WORD = re.compile(r"[^\W\d_]{2,}")


_SIGNS = (
    "articleBody",
    "__NEXT",
    "__next_f",
    "__NUXT",
    "Fusion.",
    "_STATE__",
    "_DATA__",
    "State__",
    "application/json",
    "text/template",
    "text/x-template",
    "<template",
)
"""What a page has that carries its text for scripts."""
_INSTEAD = ("noscript", "object")
"""Elements with what a browser shows that runs no scripts or does not know a format."""
_FEWEST_INSTEAD = 60
"""Words of a text there; a request to turn scripts on has fewer."""


@dataclass(frozen=True, slots=True)
class HiddenText:
    """A text that a page does not show."""

    page: str
    """The page with nothing but this text in its body."""
    markup: str
    source: TextSource
    letters: int


def hidden_texts(text: str, facts: ListedFacts | None, *, is_blank: bool = False) -> Iterator[HiddenText]:
    """Yield texts for a page whose visible text is missing or short, the surest source first.

    ``is_blank``: it has none at all, so that what other browsers show instead may be the article. Raises
    UnreadablePage for a page that cannot be parsed.
    """
    content = facts.content if facts is not None else None
    instead = [name for name in _INSTEAD if is_blank and f"<{name}" in text]
    if not content and not instead and not any(sign in text for sign in _SIGNS):
        return
    tree = parse_page(text)
    if tree is None:
        return
    title = _title_of(tree) or (facts.title if facts is not None else None)
    structured = read_json_ld(tree)
    told = max(
        (one for data in _states(tree) for one in _told(data, title)), key=lambda one: _letters(one[0]), default=None
    )
    # Where the page has no JSON-LD of its own, the data of its scripts say as much.
    said = _as_json_ld(told[1]) if told is not None and structured.kind is None else ""
    if content:
        yield from _hidden(tree, title, content, "feed", said)
    if structured.body:
        yield from _hidden(tree, title, _paragraphs(html.unescape(structured.body)), "json_ld", said)
    if told is not None and told[0]:
        yield from _hidden(tree, title, told[0], "script", said)
    if markup := max(_templates(tree), key=_letters, default=None):
        yield from _hidden(tree, title, markup, "script", said)
    others = map(_inner, islice(tree.iter(*instead), _MOST_SCRIPTS)) if instead else ()
    if (markup := max(others, key=_letters, default="")) and _words(markup) >= _FEWEST_INSTEAD:
        yield from _hidden(tree, title, markup, "page", said)


def is_beginning(shown: str, markup: str) -> bool:
    """Say whether what a page shows is the beginning of a hidden text, or nothing: most of its words are there."""
    words = set(_WORD.findall(shown.casefold()))
    return len(words & set(_WORD.findall(html.unescape(markup).casefold()))) >= 0.6 * len(words)


def _title_of(tree: HtmlElement) -> str | None:
    for path in ('//meta[@property="og:title"]/@content', "//h1//text()", "//title/text()"):
        text = " ".join(map(str, tree.xpath(path)[:20])).strip()
        if text:
            return text
    return None


def _hidden(
    tree: HtmlElement, title: str | None, markup: str, source: TextSource, said: str = ""
) -> Iterator[HiddenText]:
    if _words(markup) < FEWEST_WORDS:
        return
    head = tree.find(".//head")
    kept = "" if head is None else etree.tostring(head, encoding="unicode", method="html")
    headline = f"<h1>{html.escape(title)}</h1>" if title else ""
    page = f"<!DOCTYPE html><html lang='{html.escape(tree.get('lang') or '')}'>{kept}"
    # JSON-LD stands in the body of many pages.
    scripts = "".join(
        etree.tostring(script, encoding="unicode", method="html", with_tail=False)
        for script in islice(tree.iterfind(".//body//script[@type='application/ld+json']"), _MOST_SCRIPTS)
    )
    yield HiddenText(
        f"{page}<body><article>{headline}{markup}</article>{scripts}{said}</body></html>",
        markup,
        source,
        _letters(markup),
    )


def _states(tree: HtmlElement) -> Iterator[Any]:
    flight: list[str] = []
    for script in islice(tree.iter("script"), _MOST_SCRIPTS):
        text = script.text or ""
        kind = (script.get("type") or "").lower()
        if not text or len(text) > _LONGEST_SCRIPT or "ld+json" in kind:
            continue
        if "json" in kind:
            yield from _loaded(text)
            continue
        for match in islice(_ASSIGNED.finditer(text), 20):
            yield from _parsed(text[match.end() :])
        for match in islice(_FLIGHT.finditer(text), 50):
            chunks = _parsed(text[match.end() :])
            flight += [one[1] for one in chunks if isinstance(one, list) and len(one) > 1 and isinstance(one[1], str)]
    # Flight data are lines of an id, a colon and JSON; one line may go on in the next chunk.
    for line in "".join(flight).split("\n")[:_MOST_STRINGS]:
        _, colon, value = line.partition(":")
        if colon:
            yield from _loaded(value)


def _templates(tree: HtmlElement) -> Iterator[str]:
    """Mark-up that a page keeps for a script to show, with nothing left to be filled in."""
    for element in islice(tree.iter("script", "template"), _MOST_SCRIPTS):
        if element.tag == "template":
            markup = _inner(element)
        elif _TEMPLATE.match(element.get("type") or ""):
            markup = element.text or ""
        else:
            continue
        if len(markup) <= _LONGEST_SCRIPT and not _GAP.search(markup):
            yield markup


def _inner(element: HtmlElement) -> str:
    """The mark-up within an element."""
    inner = (etree.tostring(child, encoding="unicode", method="html") for child in element)
    return html.escape(element.text or "", quote=False) + "".join(inner)


def _loaded(text: str) -> Iterator[Any]:
    try:
        yield json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return


def _parsed(text: str) -> Iterator[Any]:
    """Read the first value of a script: JSON, else an object as JavaScript writes it, also as a string of JSON."""
    try:
        value, _ = json.JSONDecoder(strict=False).raw_decode(text)
    except (ValueError, RecursionError):
        try:
            function = _FUNCTION.match(text)
            value = chompjs.parse_js_object(text[function.end() if function else 0 :])
            value = value if function is None else _put_in(value, _arguments(text, function[1]))
        except (ValueError, RecursionError):
            return
    if isinstance(value, str):
        yield from _loaded(value)
    else:
        yield value


def _arguments(text: str, names: str) -> dict[str, Any]:
    """What a function is called with, by the names of its parameters; nothing where that cannot be read."""
    call = text[text.rfind("}(") + 2 :]
    try:
        values: list[Any] = chompjs.parse_js_object(f"[{call[: call.rfind('))')]}]")
    except ValueError:
        return {}
    return dict(zip(map(str.strip, names.split(",")), values, strict=False))


def _put_in(value: Any, given: Mapping[str, Any]) -> Any:
    """A value with what its names stand for; the parser gives names as strings."""
    if isinstance(value, dict):
        return {key: _put_in(one, given) for key, one in value.items()}
    if isinstance(value, list):
        return [_put_in(one, given) for one in value]
    return given.get(value, value) if isinstance(value, str) else value


def _told(data: Any, title: str | None) -> Iterator[tuple[str, dict[str, Any]]]:
    """Find objects that have a headline of the page's words; yield each with the text beside or below it."""
    wanted = set(_WORD.findall((title or "").casefold()))
    waiting: list[Any] = [data]
    seen = 0
    while waiting and seen < _MOST_NODES:
        node = waiting.pop()
        seen += 1
        if isinstance(node, dict):
            if any(_is_about(headline, wanted) for headline in _headlines(node)):
                yield "".join(_texts(node)), node
            waiting += node.values()
        elif isinstance(node, list):
            waiting += node


_FACTS: Mapping[str, tuple[str, ...]] = {
    "articleSection": ("section", "sections", "category", "categories", "channel", "articleSection", "primarySection"),
    "keywords": ("tags", "keywords", "topics"),
    "author": ("author", "authors", "byline", "bylines", "creator"),
    "datePublished": (
        "datePublished",
        "publishedAt",
        "published_at",
        "publishDate",
        "publish_date",
        "publicationDate",
        "first_publish_date",
        "display_date",
        "published",
        "createdAt",
        "date",
    ),
    "dateModified": ("dateModified", "modifiedAt", "updatedAt", "updated_at", "last_updated_date", "modified"),
}
"""Names of schema.org, and the keys under which content management systems keep the same."""
_MOST_VALUES = 30
_LONGEST_NAME = 200


def _as_json_ld(node: dict[str, Any]) -> str:
    """Return what an object says of its article as a script of JSON-LD; empty where that is nothing."""
    facts: dict[str, Any] = {}
    for name, keys in _FACTS.items():
        found = next((values for key in keys if (values := _named(node.get(key)))), [])
        if found:
            facts[name] = [{"@type": "Person", "name": one} for one in found] if name == "author" else found
    if not facts:
        return ""
    for name in ("datePublished", "dateModified", "articleSection"):
        facts |= {name: facts[name][0]} if name in facts else {}
    data = json.dumps({"@context": "https://schema.org", "@type": "NewsArticle", **facts})
    return f"<script type='application/ld+json'>{data.replace('<', chr(92) + 'u003c')}</script>"


def _named(value: Any) -> list[str]:
    """The names in a value: a text, an object with a name, or a list of such."""
    names: list[str] = []
    for one in value[:_MOST_VALUES] if isinstance(value, list) else [value]:
        name = (
            next((one[key] for key in ("name", "title", "label") if key in one), None) if isinstance(one, dict) else one
        )
        if isinstance(name, str) and 0 < len(name.strip()) <= _LONGEST_NAME:
            names.append(name.strip())
    return names


def _headlines(node: dict[str, Any]) -> Iterator[str]:
    for name in ("headline", "headlines", "title", "name", "heading"):
        value = node.get(name)
        if isinstance(value, dict):
            value = value.get("basic") or value.get("rendered") or value.get("main")
        if isinstance(value, str):
            yield html.unescape(value)


def _is_about(headline: str, wanted: set[str]) -> bool:
    words = set(_WORD.findall(headline.casefold()))
    return bool(words) and (not wanted or len(words & wanted) >= 0.6 * min(len(words), len(wanted)))


def _texts(node: dict[str, Any]) -> Iterator[str]:
    for name, value in node.items():
        if _BODY_NAMES.fullmatch(name):
            yield from islice(_prose(value, 0), _MOST_STRINGS)


def _prose(value: Any, depth: int) -> Iterator[str]:  # noqa: C901 - one branch a kind of value
    """The paragraphs of a value, in order: a text, mark-up, or a list or tree of blocks."""
    if depth > 12:
        return
    if isinstance(value, str):
        if value.lstrip().startswith(("{", "[")) and depth < 3:
            for inner in _loaded(value):
                yield from _prose(inner, depth + 1)
        elif _is_prose(value):
            yield value if _TAG.search(value) else _paragraphs(value)
    elif isinstance(value, list):
        for one in value:
            yield from _prose(one, depth + 1)
    elif isinstance(value, dict):
        for name in ("html", "rendered", "content", "text", "value", "body", "data", "children", "paragraphs", "items"):
            if name in value:
                yield from _prose(value[name], depth + 1)


def _is_prose(text: str) -> bool:
    """Say whether a text is one for readers, and no address, identifier or colour."""
    return " " in text.strip() or any(letter > "\u2e7f" for letter in text[:50])


def _paragraphs(text: str) -> str:
    if _TAG.search(text):
        return text
    return "".join(f"<p>{html.escape(line.strip(), quote=False)}</p>" for line in text.split("\n") if line.strip())


def _words(markup: str) -> float:
    return facts_of(_TAG.sub(" ", markup[:_BEGINNING]), use_lexicon=False).amount


def _letters(text: str) -> int:
    return sum(map(str.isalpha, _TAG.sub(" ", text[:500_000])))
