"""How newscrawl does on made pages: by kind of article, theme and language, with the pages that fall short."""

from __future__ import annotations

import gzip
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from multiprocessing import Pool
from pathlib import Path
from statistics import fmean
from typing import Any

import trafilatura

import newscrawl
from testing import scoring

_SHORT, _BEHIND = 0.9, 0.10


@dataclass(frozen=True, slots=True)
class Outcome:
    """One page against its answer."""

    name: str
    theme: str
    kind: str
    language: str
    score: scoring.TextScore | None
    """None for a page that is no article."""
    leak: float | None
    refused: str | None
    """Why there is no article; None where there is one."""
    peer: float | None
    """F1 of trafilatura with its defaults."""


def score_page(task: tuple[Path, dict[str, Any]]) -> Outcome:
    """Extract one page and compare."""
    folder, record = task
    gold = record["gold"]
    body = gzip.decompress((folder / record["html"]).read_bytes())
    text, refused = "", None
    try:
        text = newscrawl.extract(body, record["url"]).text
    except newscrawl.NoArticle as error:
        refused = str(error)
    return Outcome(
        name=Path(record["html"]).name.removesuffix(".html.gz"),
        theme=record["theme"],
        kind=record["kind"],
        language=record["language"],
        score=scoring.score_text(text, gold["text"], gold.get("description")) if "text" in gold else None,
        leak=scoring.share_found(gold.get("must_not"), text),
        refused=refused,
        peer=_peer(body, gold) if "text" in gold else None,
    )


def _peer(body: bytes, gold: dict[str, Any]) -> float:
    text = trafilatura.extract(body, include_comments=False) or ""
    return scoring.score_text(text, gold["text"], gold.get("description")).f1


def score_dataset(folder: Path, processes: int = 1) -> list[Outcome]:
    """All pages of a data set."""
    with (folder / "pages.jsonl").open(encoding="utf-8") as lines:
        tasks = [(folder, json.loads(line)) for line in lines]
    if processes == 1:
        return [score_page(task) for task in tasks]
    with Pool(processes) as pool:
        return pool.map(score_page, tasks, chunksize=8)


def report(outcomes: Sequence[Outcome], worst: int) -> str:
    """The figures as a text."""
    articles = [outcome for outcome in outcomes if outcome.score]
    others = [outcome for outcome in outcomes if not outcome.score]
    lines = [_row("all", articles)]
    for group in ("kind", "language", "theme"):
        found: dict[str, list[Outcome]] = defaultdict(list)
        for outcome in articles:
            found[getattr(outcome, group)].append(outcome)
        lines.append("")
        lines.extend(_row(name, found[name]) for name in sorted(found, key=lambda name: _mean(found[name])))
    taken = [outcome.name for outcome in others if outcome.refused is None]
    lines += [
        "",
        f"listings, walls and missing pages that became an article: {len(taken)} of {len(others)}",
        *(f"  {name}" for name in taken[:worst]),
    ]
    behind = [outcome for outcome in articles if (outcome.peer or 0) - _f1(outcome) > _BEHIND]
    lines += ["", f"worse than trafilatura by more than {_BEHIND}: {len(behind)} of {len(articles)}"]
    lines += [f"  {_f1(outcome):.3f} {outcome.peer:.3f} {outcome.kind:10} {outcome.name}" for outcome in behind[:worst]]
    lines += ["", "worst pages"]
    for outcome in sorted(articles, key=_f1)[:worst]:
        why = f"refused: {outcome.refused}" if outcome.refused else ""
        lines.append(f"  {_f1(outcome):.3f} {outcome.kind:10} {outcome.name} {why}")
    return "\n".join(lines)


def _f1(outcome: Outcome) -> float:
    return outcome.score.f1 if outcome.score else 0.0


def _mean(outcomes: Iterable[Outcome]) -> float:
    return fmean(map(_f1, outcomes))


def _row(name: str, outcomes: Sequence[Outcome]) -> str:
    scores = [outcome.score for outcome in outcomes if outcome.score]
    short = sum(score.f1 < _SHORT for score in scores)
    refused = sum(outcome.refused is not None for outcome in outcomes)
    leaks = [outcome.leak for outcome in outcomes if outcome.leak is not None]
    precision = [score.precision for score in scores if score.precision is not None]
    recall = fmean(score.recall for score in scores)
    return (
        f"{name:32} {len(scores):5} pages  P {fmean(precision or [0]):.3f}  R {recall:.3f}  "
        f"F1 {_mean(outcomes):.4f}  below .9: {short:3}  refused: {refused:3}  "
        f"leak {fmean(leaks or [0]):.3f}  trafilatura {fmean(outcome.peer or 0 for outcome in outcomes):.3f}"
    )
