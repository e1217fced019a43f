"""False alarms and found breakages of `newscrawl health`, on made sites of seeds that its limits were not chosen on.

python -m benchmarks.health --seed 1000 --sites 50 --runs 500
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from statistics import median

import click

from benchmarks.health_breakages import BREAKAGES, broken
from newscrawl.health import Run
from newscrawl.health.judge import follow, judge
from newscrawl.health.runs import in_words
from testing.health_sites import MadeSite

PATIENCE = 24
"""Runs after which a breakage counts as missed."""
WARM = 240
"""Runs before a site breaks: ten days where it is crawled every hour."""
LARGE = 20


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one site."""

    seed: int
    runs: int
    false: tuple[str, ...]
    found: tuple[tuple[str, bool, int | None], ...]
    """Kind, whether the first broken run would have had twenty new pages, and after how many runs it was seen."""
    seconds: float


def one_site(seed: int, count: int, tries: int) -> Result:
    """Crawl a site in health to the end, and break it from some of its runs on."""
    site = MadeSite(seed)
    runs = [site.crawl(moment) for moment in site.times(count)]
    dice = random.Random(f"break/{seed}")
    begun, judged, standing, false = time.process_time(), [], {}, []
    snapshots: dict[int, tuple[list[Run], dict[str, int]]] = {}
    busy = [i for i in range(WARM, count - PATIENCE) if runs[i].measures.fresh.total() >= LARGE]
    starts = {dice.choice(busy) for _ in range(tries) if busy}
    starts |= {dice.randrange(WARM, count - PATIENCE) for _ in range(tries)} if count > WARM + PATIENCE else set()
    for index, run in enumerate(runs):
        if index in starts:
            snapshots[index] = (list(judged), dict(standing))
        judged.append(step(judged, run, standing, site, lambda text, run=run: false.append(f"run {run.id}: {text}")))
    seconds = time.process_time() - begun
    found = []
    # Without feeds there is no section of its own that could die.
    kinds = [kind for kind in BREAKAGES if kind != "one section dead" or site.has_feeds]
    for start, (before, alarms) in snapshots.items():
        is_large = runs[start].measures.fresh.total() >= LARGE
        later = runs[start : start + PATIENCE]
        found += [(kind, is_large, seen_after(site, kind, before, alarms, later)) for kind in kinds]
    return Result(seed, count, tuple(false), tuple(found), seconds / count)


def step(judged: list[Run], run: Run, standing: dict[str, int], site: MadeSite, report: Callable[[str], object]) -> Run:
    """Judge one run, and report the alarms that begin."""
    changes = follow(standing, judge([*judged, run], standing, site.listings))
    for verdict in changes.begun:
        report(f"{verdict.symptom}: {in_words(verdict)}")
        standing[verdict.symptom] = verdict.since
    for verdict in changes.over:
        standing.pop(verdict.symptom, None)
    return replace(run, symptoms=changes.shown)


def seen_after(site: MadeSite, kind: str, before: list[Run], alarms: dict[str, int], runs: list[Run]) -> int | None:
    """Return after how many broken runs an alarm begins; None for never."""
    judged, standing, dice = list(before), dict(alarms), random.Random(f"{site.seed}/{kind}/{len(before)}")
    state = dice.getstate()
    for number, run in enumerate(runs, 1):
        dice.setstate(state)  # it breaks in one way
        begun: list[str] = []
        judged.append(step(judged, broken(run, site, kind, dice), standing, site, begun.append))
        if begun:
            return number
    return None


@click.command(help=__doc__)
@click.option("--seed", default=1, show_default=True, help="Of the first site; 1 to 99 are those to choose limits on.")
@click.option("--sites", default=50, show_default=True)
@click.option("--runs", default=500, show_default=True)
@click.option("--tries", default=2, show_default=True, help="Breakages of each kind, in a large run and in any.")
@click.option("--workers", default=2, show_default=True)
def main(seed: int, sites: int, runs: int, tries: int, workers: int) -> None:
    """Print both tables."""
    seeds = range(seed, seed + sites)
    with ProcessPoolExecutor(workers) as pool:
        results = list(pool.map(one_site, seeds, [runs] * sites, [tries] * sites))
    false = [(result.seed, text) for result in results for text in result.false]
    kinds = Counter(text.split(": ")[1].partition(":")[0] for _, text in false)
    hurt = len({one for one, _ in false})
    print(f"{sites} sites, {sites * runs} healthy runs: {len(false)} false alarms, on {hurt} sites {dict(kinds)}")
    for one, text in false:
        print(f"  site {one}, {text}")
    for name, lines in (("in a run of 20 pages and more", True), ("in any run", None)):
        print(f"\n{name}: found in the first run, within 3, within {PATIENCE}; runs at the median")
        for kind in BREAKAGES:
            print(row(kind, list(of_kind(results, kind, is_large=lines))))
    print(f"\n{1000 * sum(result.seconds for result in results) / len(results):.1f} ms of CPU a run judged")


def of_kind(results: list[Result], kind: str, *, is_large: bool | None) -> Iterator[int | None]:
    """Yield after how many runs each was found."""
    for result in results:
        for name, large, after in result.found:
            if name == kind and (is_large is None or large == is_large):
                yield after


def row(kind: str, found: list[int | None]) -> str:
    """One line of the table."""
    if not found:
        return f"  {kind:18} none"
    shares = [sum(after is not None and after <= limit for after in found) / len(found) for limit in (1, 3, PATIENCE)]
    middle = median(PATIENCE + 1 if after is None else after for after in found)
    return f"  {kind:18} {' '.join(f'{share:7.1%}' for share in shares)}  {middle:4.0f}  of {len(found)}"


if __name__ == "__main__":
    main()
