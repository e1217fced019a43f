"""What the process that forks the workers loads, once for all of them: code, models and lexicons."""

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
gc.freeze()  # so that looking for garbage does not copy to each worker what they all share
gc.set_threshold(5_000, 10, 10)  # a page makes tens of thousands of objects and hardly a cycle: 3 % of its time
