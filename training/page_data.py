"""The saved pages with known answers as labelled lines, made once and cached."""

from __future__ import annotations

import hashlib
import pickle
import sys
import unicodedata
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import newscrawl
from newscrawl.extraction.decode import decode
from newscrawl.extraction.dom_blocks import Blocks
from newscrawl.extraction.dom_features import Opinions
from newscrawl.extraction.html import read_page
from newscrawl.items import NoArticle
from newscrawl.urls import site_of
from testing.datasets import NoPages, Page, bench_folder, load_dataset
from testing.scoring import runs, words_of
from training.bench_data import CACHE, DATASETS
from training.dump_labels import label_lines

WRONG = frozenset("0285 0310 0339 2218 2498 4271 4621 4677 4759 4912".split())
"""Pages of wcxb whose answer was looked at and is wrong or no article. They are scored, but not learned from."""


@dataclass(frozen=True, slots=True)
class LabelledPage:
    """A page with what is known of each of its lines."""

    name: str
    dataset: str
    site: str
    """Registrable domain: the unit of cross-validation."""
    title: str
    description: str | None
    blocks: Blocks = field(repr=False)
    opinions: Opinions = field(repr=False)
    gold: str = field(repr=False)
    lead: str = field(repr=False)
    labels: list[int] = field(repr=False)
    """BODY, SIDEBAR or UNKNOWN of ``dump_labels``, a line each."""


def load_labelled() -> list[LabelledPage]:
    """All pages with a gold text and lines, from the cache if nothing that reads them has changed."""
    cache = CACHE / f"pages-{_version()}.pickle"
    if cache.is_file():
        pages: list[LabelledPage] = pickle.loads(cache.read_bytes())
        return pages
    try:
        saved = [page for name in sorted(DATASETS) for page in load_dataset(bench_folder(), name) if page.gold.text]
    except NoPages as error:
        sys.exit(str(error))
    pages = [labelled for labelled in map(_labelled, saved) if labelled is not None]
    cache.parent.mkdir(parents=True, exist_ok=True)
    cache.write_bytes(pickle.dumps(pages))
    return pages


def _version() -> str:
    package = Path(newscrawl.__file__).parent / "extraction"
    sources = [*sorted(package.rglob("*.py")), Path(__file__), Path(__file__).parent / "dump_labels.py"]
    skipped = ("dump_model", "dom_model", "dom_keep", "dom_reasons", "dom_features", "dom_containers", "dom_names")
    key = hashlib.sha256()
    for path in sources:
        if path.stem not in skipped:
            key.update(path.read_bytes())
    return key.hexdigest()[:16]


def _labelled(page: Page) -> LabelledPage | None:
    try:
        read = read_page(decode(page.body()), page.url, datetime.now(UTC))
    except NoArticle:
        return None
    gold = unicodedata.normalize("NFC", page.gold.text or "")
    lead = unicodedata.normalize("NFC", page.gold.lead or "")
    return LabelledPage(
        name=f"{page.dataset}/{page.name}",
        dataset=page.dataset,
        site=site_of(page.url or "") or page.name,
        title=read.facts.title or "",
        description=read.facts.description,
        blocks=read.blocks,
        opinions=read.opinions,
        gold=gold,
        lead=lead,
        labels=label_lines(read.blocks.lines, gold, lead)[0],
    )


def trusted(page: LabelledPage) -> bool:
    """Whether the gold can be learned from: long enough, found in the page, no small part of its prose."""
    grams = runs(words_of(page.gold))
    seen = {run for line in page.blocks.lines for run in runs(words_of(line.text))}
    covered = sum(1 for gram in grams if gram in seen) / max(len(grams), 1)
    free = [line.text.count(" ") for line in page.blocks.lines if 2 * line.linked < len(line.text)]
    prose = sum(words for words in free if words > 15)
    wrong = page.dataset == "wcxb" and page.name.removeprefix("wcxb/") in WRONG
    return len(grams) >= 60 and covered >= 0.8 and len(grams) >= 0.2 * prose and not wrong
