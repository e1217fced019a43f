"""What a newsroom does to its paper. Which articles it falls on is decided by the seed and the number of the change."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Sequence

from testing.newspaper.paper import Newspaper
from testing.newspaper.text import dice_of

_NUMBER = re.compile(r"-(\d+)\.html")


def numbers_of(paper: Newspaper, urls: Iterable[str | int]) -> list[int]:
    """Read the numbers of articles from their addresses; ValueError for one that is none of the paper's."""
    found = []
    for url in urls:
        match = _NUMBER.search(str(url))
        number = int(match[1]) if match else int(url) if str(url).isdigit() else -1
        if not paper.known(number):
            raise ValueError(f"no article of this paper: {url}")
        found.append(number)
    return found


def publish(paper: Newspaper, n: int = 1) -> list[int]:
    """Bring new articles, a second apart, dated by the clock."""
    before = paper.newest
    for _ in range(n):
        paper.state.happen()
        paper.state.published.append(paper.state.clock)
    paper.state.changed = paper.state.clock
    return list(range(before + 1, paper.newest + 1))


def edit(paper: Newspaper, n: int = 1, urls: Sequence[str] = ()) -> list[int]:
    """Change the text of articles; live blogs are left to grow by themselves."""
    chosen, moment = _begin(paper, n, urls, spare_live=True)
    for number in chosen:
        paper.state.edits.setdefault(number, []).append(moment)
    paper.state.changed = moment
    return chosen


def retitle(paper: Newspaper, n: int = 1, urls: Sequence[str] = ()) -> list[int]:
    """Change headlines; addresses stay."""
    chosen, moment = _begin(paper, n, urls)
    for number in chosen:
        paper.state.titles.setdefault(number, []).append(moment)
    paper.state.changed = moment
    return chosen


def comment(paper: Newspaper, n: int = 1, urls: Sequence[str] = ()) -> list[int]:
    """Let readers comment: a number on the page changes, the article does not."""
    chosen, moment = _begin(paper, n, urls)
    for number in chosen:
        paper.state.comments.setdefault(number, []).append(moment)
    return chosen


def delete(paper: Newspaper, n: int = 1, urls: Sequence[str] = (), status: int = 410) -> list[int]:
    """Take articles away: out of every list, and with this status at their address; boxes keep them until they turn."""
    chosen, moment = _begin(paper, n, urls)
    for number in chosen:
        paper.state.gone[number] = (status, paper.state.events)
    paper.state.changed = moment
    return chosen


def rotate(paper: Newspaper) -> None:
    """Turn the boxes of most read and latest articles on every page."""
    event = paper.state.happen()
    paper.state.rotations += 1
    paper.state.rotated = (paper.state.clock, paper.newest, event)


def tick(paper: Newspaper, seconds: float) -> None:
    """Move the clock; ValueError for moving it back."""
    if seconds < 0:
        raise ValueError(f"the clock does not go back: {seconds}")
    paper.state.clock += int(seconds)
    paper.state.ticked = paper.state.clock


def _begin(paper: Newspaper, n: int, urls: Sequence[str], *, spare_live: bool = False) -> tuple[list[int], int]:
    """Choose whom a change falls on, and begin it."""
    named = numbers_of(paper, urls)
    there = paper.ids()
    event = paper.state.happen()
    if named:
        return named, paper.state.clock
    dice = dice_of(paper.options.seed, "event", event)
    candidates = random.Random.sample(dice, there, min(len(there), 2 * n + 2 * paper.options.live + 4))
    fitting = [number for number in candidates if not (spare_live and paper.kind_of(number) == "live")]
    return fitting[:n], paper.state.clock
