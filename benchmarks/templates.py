"""What a database learns of blocks that a site repeats: texts before, after one pass, and after mending.

    python -m benchmarks.templates

Pages of one site are stored one after the other. ``before`` is what the extractor made, ``one pass`` each text as it
was stored, ``mended`` each text at the end. Because little is left to learn in newscrawl's own
extraction, weaker ones are shown as well: trafilatura's recall mode, and every line of the page.
"""

from __future__ import annotations

import random
import re
import tempfile
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import fmean

import click
import trafilatura
from lxml import etree
from sqlalchemy import select

from newscrawl.boilerplate import repeated
from newscrawl.dedupe import content_hash
from newscrawl.extraction import extract_page
from newscrawl.items import Article, Block, BlockKind, Candidate, Extraction, NoArticle, Page, kept_text
from newscrawl.storage.rows import blocks_of
from newscrawl.storage.schema import articles
from newscrawl.storage.store import Store
from newscrawl.urls import site_of
from testing import datasets
from testing.newspaper.boxes import latest, most_read, related, same_section
from testing.newspaper.options import Options
from testing.newspaper.pages import article_page
from testing.newspaper.paper import Newspaper
from testing.scoring import score_text

NOW = datetime(2026, 1, 1, tzinfo=UTC)
_KINDS: dict[str, BlockKind] = {"p": "paragraph", "head": "heading", "item": "list_item", "quote": "quote"}
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Known:
    """A page of a site and its answer."""

    url: str
    source: str
    body: bytes
    gold: str
    lead: str
    boxes: tuple[str, ...]
    """What must not be in the text."""


def saved(dataset: str) -> Iterator[Known]:
    """The pages of sites that have two or more in a data set."""
    pages = [page for page in datasets.load_dataset(datasets.bench_folder(), dataset) if page.url]
    sites = Counter(site_of(page.url or "") for page in pages)
    seen = set()
    for page in pages:
        source = site_of(page.url or "")
        if source and sites[source] > 1 and page.url not in seen:  # two saved states of a page are revisions
            seen.add(page.url)
            gold = page.gold
            yield Known(page.url or "", source, page.body(), gold.text or "", gold.lead or "", gold.must_not)


def printed(language: str, amount: int = 150) -> Iterator[Known]:
    """The pages of a made newspaper, whose boxes turn."""
    paper = Newspaper(Options(articles=amount, language=language, now=NOW), "https://paper.example")  # type: ignore[arg-type]
    for number in paper.ids():
        gold = paper.gold(number)
        named = [one for box in (related, same_section, most_read, latest) for one in box(paper, number)]
        boxes = tuple(dict.fromkeys(paper.title(one, 0) for one in named if one != number))
        page = article_page(paper, number).encode()
        yield Known(gold.url, f"paper-{language}", page, "\n".join(gold.pages[0]), gold.lead, boxes)


def ours(page: Page) -> tuple[Block, ...]:
    """What newscrawl makes of a page."""
    return extract_page(page).blocks


def recall(page: Page) -> tuple[Block, ...]:
    """What trafilatura's recall mode keeps."""
    text = trafilatura.extract(page.body, url=page.url, output_format="xml", favor_recall=True, include_comments=False)
    if not text:
        return ()
    found = []
    for element in etree.fromstring(text.encode()).iter(*_KINDS):
        line = " ".join("".join(element.itertext()).split())
        if line and not any(parent.tag in _KINDS for parent in element.iterancestors()):
            found.append(Block(_KINDS[str(element.tag)], line))
    return tuple(found)


def everything(page: Page) -> tuple[Block, ...]:
    """Every line of a page: the weakest extraction."""
    return tuple(replace(block, reason=None) for block in extract_page(page).blocks if block.kind != "image")


EXTRACTIONS: dict[str, Callable[[Page], tuple[Block, ...]]] = {"newscrawl": ours, "recall": recall, "page": everything}


def candidates(pages: list[Known], extraction: Callable[[Page], tuple[Block, ...]]) -> list[tuple[Known, Candidate]]:
    """Extract pages; those without an article are passed over."""
    found = []
    for known in pages:
        page = Page(known.url, known.body, "text/html", NOW, known.url, known.source)
        try:
            blocks = extraction(page)
            facts = extract_page(page).article
        except NoArticle:
            continue
        text = kept_text(blocks)
        if text:
            article = Article(text=text, title=facts.title, description=facts.description, url=known.url)
            article = replace(article, source=known.source)
            found.append((known, Candidate(page, Extraction(article, blocks, "bench"), content_hash(text))))
    return found


def store(items: list[Candidate]) -> tuple[dict[str, str], dict[str, tuple[Block, ...]]]:
    """Store pages one by one; return each text as it was stored, and the blocks as they are at the end.

    Without pages that are another address of an article.
    """
    with tempfile.TemporaryDirectory() as folder:
        database = Store.open(f"sqlite:///{Path(folder) / 'x.db'}", "bench", {})
        texts = {}
        for item in items:
            (result,) = database.write([item])
            if result.extraction is not None:
                texts[item.page.key] = result.extraction.article.text
        with database.engine.connect() as connection:
            rows = connection.execute(select(articles.c.url_key, articles.c.blocks)).all()
        database.close()
    kept = {row.url_key: blocks_of(row.blocks) for row in rows}
    return {key: text for key, text in texts.items() if key in kept}, kept


def folded(text: str) -> str:
    """The words of a text."""
    return " ".join(_WORD.findall(unicodedata.normalize("NFC", text).casefold()))


def leak(known: Known, text: str) -> float | None:
    """The share of what must not be in a text that is."""
    lines = f" {folded(text)} "
    return fmean(f" {folded(box)} " in lines for box in known.boxes) if known.boxes else None


def is_body(known: Known, block: Block) -> bool:
    """Whether a block is of the known answer: a line of it, or four words and more within it."""
    line = folded(block.text)
    lines = [folded(one) for one in known.gold.split("\n")]
    return line in lines or (line.count(" ") > 2 and f" {line} " in f" {' '.join(lines)} ")


def report(name: str, pages: list[Known], labels: list[str]) -> None:
    """Print a row for each extraction, and every paragraph of a known answer that was dropped."""
    for label in labels:
        both = candidates(pages, EXTRACTIONS[label])
        items = [item for _, item in both]
        passed, blocks = store(items)
        both = [(known, item) for known, item in both if item.page.key in passed]
        shuffled = items[:]
        random.Random(7).shuffle(shuffled)
        is_same = all(store(order)[1] == blocks for order in (items[::-1], shuffled))
        stages = (
            {item.page.key: item.extraction.article.text for item in items},
            passed,
            {key: kept_text(found) for key, found in blocks.items()},
        )
        scores = [[score_text(texts[known.url], known.gold, known.lead).f1 for known, _ in both] for texts in stages]
        leaks = [[leak(known, texts[known.url]) for known, _ in both] for texts in stages]
        dropped = [(known, block) for known, _ in both for block in blocks[known.url] if block.reason == "template"]
        lost = [(known, block) for known, block in dropped if is_body(known, block)]
        worse = sum(last < first - 1e-9 for first, last in zip(scores[0], scores[2], strict=True))
        f1 = " → ".join(f"{fmean(column):.4f}" for column in scores)
        leaked = " → ".join(
            f"{fmean(known):.4f}" if (known := [one for one in column if one is not None]) else "-" for column in leaks
        )
        row = (name, label, len(both), f1, leaked, len(dropped), len(lost), worse, "yes" if is_same else "NO")
        click.echo("| " + " | ".join(map(str, row)) + " |")
        for known, block in lost:
            click.echo(f"    lost: {known.url}: {block.kind}: {block.text[:100]}")


@click.command(help=__doc__.splitlines()[0] if __doc__ else None)
@click.option("--threshold", default=repeated.THRESHOLD, show_default=True)
@click.option("--sets", default="portal,vn,fundus,wcxb,paper-vi,paper-en,paper-de", show_default=True)
@click.option("--extractions", default=",".join(EXTRACTIONS), show_default=True)
def main(threshold: int, sets: str, extractions: str) -> None:
    """Measure."""
    repeated.THRESHOLD = threshold
    click.echo("| pages | extraction | n | F1 before → one pass → mended | leak | dropped | lost | worse | any order |")
    click.echo("|---|---|---|---|---|---|---|---|---|")
    for name in sets.split(","):
        try:
            report(name, list(printed(name[6:]) if name.startswith("paper-") else saved(name)), extractions.split(","))
        except datasets.NoPages as error:
            raise click.ClickException(str(error)) from None


if __name__ == "__main__":
    main()
