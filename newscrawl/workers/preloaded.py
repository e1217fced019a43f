"""Preloaded by the fork server once for all workers: code, models and lexicons."""

from __future__ import annotations

import gc

import ftfy

import newscrawl.discovery
import newscrawl.workers.candidates
from newscrawl.extraction.headings import credit_at, lexicon
from newscrawl.extraction.judge import load_page_judge
from newscrawl.extraction.metadata.language import load_identifier

__all__ = ["ftfy", "newscrawl"]

load_page_judge()
load_identifier()
lexicon()
credit_at("a: b")
gc.collect()
gc.freeze()  # so that garbage collection does not touch, and thus copy, shared pages in each worker
gc.set_threshold(
    5_000, 10, 10
)  # a page creates tens of thousands of objects and hardly a cycle; this saves 3 % of the time
