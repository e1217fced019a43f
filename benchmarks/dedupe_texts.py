"""The texts of the saved pages as newscrawl extracts them, read once and cached."""

from __future__ import annotations

import hashlib
import json
import sys
from dataclasses import dataclass, field
from pathlib import Path

import newscrawl
from newscrawl.urls import site_of
from testing.datasets import NoPages, bench_folder, load_dataset

DATASETS = ("vn", "fundus", "wcxb")
CACHE = Path(__file__).resolve().parent.parent / ".cache" / "dedupe" / "texts.json"


@dataclass(frozen=True, slots=True)
class BenchText:
    """A text and where it is from."""

    site: str
    language: str
    text: str = field(repr=False)

    @property
    def is_measured(self) -> bool:
        """Whether its site belongs to the half that is measured; the other half was tuned on."""
        return hashlib.sha256(self.site.encode()).digest()[0] % 2 == 1


def load_texts() -> list[BenchText]:
    """All texts; where there are no pages, one line and exit code 1."""
    if not CACHE.is_file():
        CACHE.parent.mkdir(parents=True, exist_ok=True)
        CACHE.write_text(json.dumps(_extracted(), ensure_ascii=False), "utf-8")
    return [BenchText(*row) for row in json.loads(CACHE.read_text("utf-8"))]


def bench_texts() -> list[str]:
    """The texts alone."""
    return [text.text for text in load_texts()]


def _extracted() -> list[tuple[str, str, str]]:
    found = []
    try:
        pages = [page for name in DATASETS for page in load_dataset(bench_folder(), name)]
    except NoPages as error:
        sys.exit(str(error))
    for page in pages:
        try:
            article = newscrawl.extract(page.body(), page.url)
        except newscrawl.NoArticle:
            continue
        found.append((site_of(page.url or "") or page.name, article.language or "", article.text))
    return found
