"""The saved pages with known answers as labelled lines, made once and cached."""

from __future__ import annotations

import gzip
import hashlib
import pickle
import re
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path

import trafilatura

import newscrawl
from newscrawl.extraction.blocks import Blocks
from newscrawl.extraction.decode import decode
from newscrawl.extraction.line_features import facts_of, terms_of
from newscrawl.extraction.page import read_page
from newscrawl.extraction.second_opinion import SecondOpinion, ask_trafilatura
from newscrawl.extraction.text_lines import Line
from newscrawl.extraction.tree_features import Opinions
from newscrawl.items import Article, NoArticle
from testing.datasets import DATASETS, NoPages, Page, bench_folder, load_dataset
from testing.scoring import runs
from training.bench_data import CACHE
from training.dump_labels import BODY, SIDEBAR, UNKNOWN, label_lines, label_snippets, lines_in_order

WRONG = frozenset("0285 0310 0339 2218 2498 4271 4621 4677 4759 4912".split())
"""Pages of wcxb whose answer was looked at and is wrong or no article. They are scored, but not learned from."""
THEMES = "themes"
"""The data set of generated pages, whose every line is known."""
LISTINGS = "vn-listings"
"""Home and section pages, which are no articles."""


FETCHED = datetime(2026, 11, 1, tzinfo=UTC)
"""When the saved pages are taken to be fetched: nothing that is learned depends on the day of training."""
LONG_COPY, FEWEST_COPIED, LONG_LINE = 200, 3, 20
"""Characters of a line, and lines of the text within it, themselves so long, from which it is a copy of the text."""
_NUMBER = re.compile(r"^[\d.]+[\s.):、]*")
"""Before the entry of a table of contents."""
MOSTLY = 0.7
"""Share of a line that is one of something else from which the whole line is."""


@dataclass(frozen=True, slots=True)
class LabelledPage:
    """A page with what is known of each of its lines."""

    name: str
    dataset: str
    site: str
    """Registrable domain: the unit of cross-validation."""
    facts: Article = field(repr=False)
    """What the page says of itself; without text."""
    claims_article: bool
    blocks: Blocks = field(repr=False)
    opinions: Opinions = field(repr=False)
    second: SecondOpinion = field(repr=False)
    """What trafilatura makes of the page."""
    gold: str = field(repr=False)
    """The known text; "" where only snippets are known, or where the page is no article."""
    lead: str = field(repr=False)
    labels: list[int] = field(repr=False)
    """BODY, SIDEBAR or UNKNOWN of ``dump_labels``, a line each."""
    is_article: bool = True
    must: tuple[str, ...] = field(default=(), repr=False)
    must_not: tuple[str, ...] = field(default=(), repr=False)

    @property
    def title(self) -> str:
        """The headline by the page's metadata; "" where there is none."""
        return self.facts.title or ""


def load_labelled(themes: Path | None = None) -> list[LabelledPage]:
    """All pages of the open halves that have lines, and generated pages; from the cache if nothing has changed."""
    try:
        saved = {name: load_dataset(bench_folder(), name) for name in (*sorted(DATASETS), LISTINGS)}
        saved[LISTINGS] = [replace(page, gold=replace(page.gold, is_article=False)) for page in saved[LISTINGS]]
        if themes is not None:
            saved[THEMES] = [replace(page, dataset=THEMES) for page in load_dataset(themes.parent, themes.name)]
    except NoPages as error:
        sys.exit(str(error))
    return [page for name, pages in saved.items() for page in _load(name, list(filter(_is_of_use, pages)))]


def digest_of(themes: Path) -> str:
    """A digest of the generated pages and their answers: models that learned from others are others."""
    digest = hashlib.sha256((themes / "pages.jsonl").read_bytes())
    for path in sorted((themes / "html").iterdir()):
        digest.update(gzip.decompress(path.read_bytes()))
    return digest.hexdigest()


def _load(name: str, saved: list[Page]) -> list[LabelledPage]:
    cache = CACHE / f"pages-{name}-{_version(saved)}.pickle"
    if cache.is_file():
        pages: list[LabelledPage] = pickle.loads(cache.read_bytes())
        return pages
    CACHE.mkdir(parents=True, exist_ok=True)
    with get_context("spawn").Pool(2) as pool:
        pages = [page for page in pool.imap(labelled, saved, chunksize=8) if page is not None]
    cache.write_bytes(pickle.dumps(pages))
    return pages


def _is_of_use(page: Page) -> bool:
    known = page.gold.text or page.gold.must or page.gold.must_not or not page.gold.is_article
    return page.half == "open" and bool(known)


def _version(pages: Iterable[Page]) -> str:
    package = Path(newscrawl.__file__).parent / "extraction"
    names = ("blocks", "tags", "text_lines", "parse", "decode", "metadata/headline")
    sources = [package / f"{name}.py" for name in names]
    sources += [Path(__file__), Path(__file__).parent / "dump_labels.py"]
    key = hashlib.sha256(trafilatura.__version__.encode())
    for path in sources:
        key.update(path.read_bytes())
    for page in pages:
        key.update(f"{page.dataset}/{page.name} {page.path.stat().st_size} {page.gold}".encode())
    return key.hexdigest()[:16]


def labelled(page: Page) -> LabelledPage | None:
    """The page's lines with their labels; None where it has none."""
    body = page.body()
    try:
        read = read_page(decode(body), page.url, FETCHED)
    except NoArticle:
        return None
    gold = unicodedata.normalize("NFC", page.gold.text or "")
    lead = unicodedata.normalize("NFC", page.gold.lead or "")
    must, must_not = (
        tuple(unicodedata.normalize("NFC", snippet) for snippet in snippets)
        for snippets in (page.gold.must, page.gold.must_not)
    )
    lines = read.blocks.lines
    if gold:
        labels = label_lines(lines, gold, lead)[0]
        if page.dataset == THEMES:
            # What is made is known to the word, however much a teaser sounds like the text.
            labels = _with_lead(lines, _without_copies(lines, labels, gold), lead)
            labels = _without_others([line.text for line in lines], labels, must_not)
    elif not page.gold.is_article:
        labels = [SIDEBAR] * len(lines)
    else:
        labels = label_snippets(lines, must, must_not)
    return LabelledPage(
        name=f"{page.dataset}/{page.name}",
        dataset=page.dataset,
        site=page.site,
        facts=read.facts,
        claims_article=read.claims_article,
        blocks=replace(read.blocks, leads=[]),
        opinions=read.opinions,
        second=_second_opinion(read.tree, page.url, body),
        gold=gold,
        lead=lead,
        labels=labels,
        is_article=page.gold.is_article,
        must=must,
        must_not=must_not,
    )


def _without_others(texts: Sequence[str], labels: Sequence[int], must_not: Sequence[str]) -> list[int]:
    """The labels, SIDEBAR for lines that are one of something else, or one with its date or label."""
    others = [_pressed(snippet) for snippet in must_not]
    found: list[int] = []
    for text, label in zip(texts, labels, strict=True):
        pressed = _pressed(text)
        is_other = any(len(other) >= MOSTLY * len(pressed) and other in pressed for other in others)
        found.append(SIDEBAR if is_other else label)
    return found


def _without_copies(lines: Sequence[Line], labels: Sequence[int], gold: str) -> list[int]:
    """The labels, SIDEBAR for lines that say again what the text says elsewhere: contents, and hidden copies of it."""
    placed = set(lines_in_order(lines, gold))
    said = {_pressed(lines[index].text) for index in placed}
    long = [text for text in said if len(text) > LONG_LINE]
    found = list(labels)
    for index, (line, label) in enumerate(zip(lines, labels, strict=True)):
        if label != SIDEBAR and index not in placed:
            pressed = _pressed(line.text)
            is_whole = len(pressed) > LONG_COPY and sum(one in pressed for one in long) >= FEWEST_COPIED
            if pressed in said or _pressed(_NUMBER.sub("", line.text)) in said or is_whole:
                found[index] = SIDEBAR
    return found


def _with_lead(lines: Sequence[Line], labels: Sequence[int], lead: str) -> list[int]:
    """The labels, BODY for the lead where it is a paragraph, in whatever script."""
    pressed = _pressed(lead)
    return [
        BODY if pressed and not line.level and _pressed(line.text) == pressed else label
        for line, label in zip(lines, labels, strict=True)
    ]


def _pressed(text: str) -> str:
    """The text without white space."""
    return "".join(text.split())


def _second_opinion(tree: object, url: str | None, body: bytes) -> SecondOpinion:
    """From the cache, for trafilatura is slow and changes seldom."""
    key = hashlib.sha256(f"{trafilatura.__version__}\n{url}\n".encode() + body).hexdigest()
    cache = CACHE.parent / "trafilatura" / f"{key}.pickle"
    if cache.is_file():
        opinion: SecondOpinion = pickle.loads(cache.read_bytes())
        return opinion
    opinion = ask_trafilatura(tree, url)
    cache.parent.mkdir(parents=True, exist_ok=True)
    cache.write_bytes(pickle.dumps(opinion))
    return opinion


def trusted(page: LabelledPage) -> bool:
    """Whether the gold can be learned from: long enough, found in the page, no small part of its prose.

    What is made is known to the word, however short it is.
    """
    if not page.gold:
        return any(label != UNKNOWN for label in page.labels)
    if page.dataset == THEMES:
        return True
    grams = runs(terms_of(page.gold))
    seen = {run for line in page.blocks.lines for run in runs(terms_of(line.text))}
    covered = sum(1 for gram in grams if gram in seen) / max(len(grams), 1)
    free = [facts_of(line.text).amount for line in page.blocks.lines if 2 * line.linked < len(line.text)]
    prose = sum(words for words in free if words > 15)
    wrong = page.dataset == "wcxb" and page.name.removeprefix("wcxb/") in WRONG
    return len(grams) >= 25 and covered >= 0.8 and len(grams) >= 0.2 * prose and not wrong
