"""HTML pages: a site's rules cut boxes out, the page's facts are read, and every line that a reader sees is judged."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple

from lxml import etree
from lxml.html import HtmlElement

from newscrawl.extraction.blocks import Blocks, parse_blocks
from newscrawl.extraction.boxes import boxes_of
from newscrawl.extraction.judge import Measured, PageJudge, load_page_judge
from newscrawl.extraction.keep import LEADING, Kept, keep_lines
from newscrawl.extraction.metadata import read_metadata
from newscrawl.extraction.metadata.json_ld import read_json_ld
from newscrawl.extraction.metadata.lead import without_kicker
from newscrawl.extraction.parse import parse_page
from newscrawl.extraction.rules import lead_of
from newscrawl.extraction.second_opinion import SecondOpinion, ask_trafilatura
from newscrawl.extraction.shell import is_shell
from newscrawl.extraction.tags import INLINE, SKIPPED
from newscrawl.extraction.tree_features import Opinions
from newscrawl.extraction.verdict import Verdict, judge_page
from newscrawl.extraction.walls import wall_phrases
from newscrawl.items import Article, Block, Extraction, Judgement, NoArticle, UnreadablePage, kept_text
from newscrawl.rules import NO_RULES, SiteRules, compile_xpath
from newscrawl.text import clean, clean_line

_ARTICLE = re.compile(r"article|posting|report", re.IGNORECASE)
"""In the types of schema.org and Open Graph: NewsArticle, BlogPosting, Report."""
MOST_LINES = 20_000
"""Lines of a page that are judged: a second and 200 MB."""


@dataclass(frozen=True, slots=True)
class ReadPage:
    """An HTML page before anything is decided about its text."""

    tree: HtmlElement = field(repr=False)
    facts: Article
    """Everything but the text."""
    blocks: Blocks
    opinions: Opinions
    claims_article: bool
    """The page's own mark-up calls it an article."""
    pruned: tuple[str, ...] = ()
    """What the site's rules took out."""


_LOCKED_PAGE = etree.XPath(
    """//form[.//input[@type="password"] and not(.//input[@type="text" or @type="email" or @type="tel"
    or not(@type)]) and count(.//input[@type="password"]) = 1]"""
)
"""A form that asks for a password and for nobody's name: of the page, and not of an account."""


def read_page(html: str, url: str | None, fetched_at: datetime, rules: SiteRules = NO_RULES) -> ReadPage:
    """Parse a page. Raises NoArticle when there is no text in it."""
    tree = parse_page(html)
    if tree is None:
        raise NoArticle("no_text", "no article text was found")
    if any(field.get("type") == "password" for field in tree.iter("input")) and _LOCKED_PAGE(tree):
        raise NoArticle("protected", "it asks for a password in the place of its text")
    pruned = prune(tree, rules)
    structured = read_json_ld(tree)
    facts = read_metadata(tree, url, fetched_at, rules.timezone, rules.language, structured=structured)
    blocks = parse_blocks(tree, url)
    if len(blocks.lines) > MOST_LINES:
        raise UnreadablePage(
            "too_large", f"{len(blocks.lines)} lines of text; a page of more than {MOST_LINES} is no article"
        )
    if not blocks.lines:
        raise _without_text(tree)
    types = (meta.get("content") for meta in tree.iter("meta") if meta.get("property") == "og:type")
    claims = _ARTICLE.search(f"{structured.kind or ''} {next((one for one in types if one is not None), '')}")
    opinions = Opinions(facts.description, structured.body)
    return ReadPage(tree, facts, blocks, opinions, claims is not None, tuple(pruned))


def _without_text(tree: HtmlElement) -> NoArticle:
    if is_shell(tree):
        return NoArticle("needs_rendering", "its HTML has no text: scripts draw the page in the browser")
    return NoArticle("no_text", "no article text was found")


class ExtractedPage(NamedTuple):
    """An article and its blocks."""

    article: Article
    blocks: tuple[Block, ...]
    judgement: Judgement | None
    """None where nobody judged."""


def extract_html(
    html: str, url: str | None, fetched_at: datetime, rules: SiteRules, judge: PageJudge | None = None
) -> ExtractedPage:
    """Extract the article of an HTML page. Raises NoArticle when there is none in it."""
    page = read_page(html, url, fetched_at, rules)
    decision = decide(page, judge or load_page_judge(), lambda: ask_trafilatura(page.tree, url))
    blocks = tuple(
        Block(line.kind, clean(line.text) if reason is None else line.text, reason, box)
        for line, reason, box in zip(page.blocks.lines, decision.kept.reasons, boxes_of(page.blocks, url), strict=True)
    )
    verdict = decision.verdict
    if verdict.refusal is None and _is_locked(page, blocks):
        locked = "a request to sign in or subscribe in the place of its text, and beginnings of other articles"
        verdict = verdict._replace(refusal="protected", detail=locked)
    judgement = Judgement(
        tuple(decision.kept.chances.round(4).tolist()), decision.kept.asked, verdict.article, verdict.evidence
    )
    if verdict.refusal is not None:
        if verdict.refusal in {"no_text", "too_short"} and is_shell(page.tree):
            raise _without_text(page.tree)
        refused = Extraction(replace(page.facts, text=kept_text(blocks)), blocks, "", judgement)
        raise NoArticle(verdict.refusal, verdict.detail, refused)
    described = page.facts.description
    opening = [at for at, block in enumerate(blocks) if block.reason in (None, "lead")][:LEADING]
    lead = lead_of(page.blocks, opening, described)
    if lead is not None:
        described = without_kicker(clean(blocks[lead].text), described)
    article = replace(page.facts, text=kept_text(blocks), description=described)
    return ExtractedPage(article, blocks + tuple(Block("paragraph", text, "site") for text in page.pruned), judgement)


_ASKS = re.compile(
    r"(?:^|[/#?_-])(?:log-?in|sign-?(?:in|up)|register|subscribe|subscription|membership)(?:$|[/?&=._-])"
)
"""In the address of a link: where readers become members."""


_LONGEST_LABEL = 80
"""Letters of what a page may keep beside its lead and say nothing by it."""


def _is_locked(page: ReadPage, blocks: tuple[Block, ...]) -> bool:
    """Whether what is kept is the lead and cards of other articles, below a request to become a member."""
    kept = [block for block in blocks if block.reason is None]
    lead = " ".join((page.facts.description or "").split())
    own = [block for block in kept if block.box is None and block.text != lead]
    if len(kept) == len(own) or sum(len(block.text) for block in own) >= _LONGEST_LABEL:
        return False
    start = next((index for index, block in enumerate(blocks) if block.reason == "title"), 0)
    end = next((index for index in range(start, len(blocks)) if blocks[index].box is not None), len(blocks))
    links = [lead.get("href") or "" for lead in page.blocks.leads[start:end] if lead is not None]
    asked = wall_phrases("", [block.text for block in blocks[start:end]])["login"]
    return bool(asked) or any(_ASKS.search(href[:500].lower()) for href in links)


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided about a page."""

    kept: Kept
    verdict: Verdict


def decide(page: ReadPage, judge: PageJudge, ask: Callable[[], SecondOpinion]) -> Decision:
    """Decide which lines are the article, and whether there is one. ``ask`` is called where the judge is unsure."""
    title = page.facts.title or ""
    measured = Measured.of(page.blocks, title, page.opinions)
    facts = page.facts
    kept = keep_lines(
        measured, judge, title, facts.description, ask, authors=facts.authors, paywalled=bool(facts.paywalled)
    )
    return Decision(kept, judge_page(measured, judge, kept, facts, claims_article=page.claims_article))


_FRAME = {"html", "head", "body"}


def prune(tree: HtmlElement, rules: SiteRules) -> list[str]:
    """Cut what the rules of its site name out of a page, and return the texts of what was cut, in reading order.

    The text behind a cut element stays. The page's frame is never cut, nor is a text or an attribute that an XPath
    selects.
    """
    if not rules.prune_xpath:
        return []
    selected = {
        node
        for xpath in rules.prune_xpath
        for node in compile_xpath(xpath)(tree)
        if isinstance(node, HtmlElement) and node.tag not in _FRAME and node is not tree
    }
    outermost = [node for node in tree.iter() if node in selected and selected.isdisjoint(node.iterancestors())]
    texts = [_text(element) for element in outermost]
    for element in outermost:
        element.drop_tree()
    return [text for text in texts if text]


def _text(element: HtmlElement) -> str:
    """What a reader sees of an element, on one line."""
    parts: list[str] = []
    walk = etree.iterwalk(element, events=("start", "end", "comment", "pi"))
    for event, node in walk:
        gap = "" if node.tag in INLINE else " "
        if event == "start" and node.tag in SKIPPED:
            walk.skip_subtree()
        elif event == "start":
            parts += [gap, node.text or ""]
        elif node is not element:
            parts += [gap if event == "end" else "", node.tail or ""]
    return clean_line("".join(parts))
