"""Which lines of a web page are its article: what the judge and trafilatura say, and what rules add."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

import numpy as np

from newscrawl.extraction.containers import Floats
from newscrawl.extraction.headings import heading_kind
from newscrawl.extraction.judge import Measured, PageJudge
from newscrawl.extraction.line_features import BASE, SLOT, terms_of
from newscrawl.extraction.reasons import page_reasons
from newscrawl.extraction.rules import (
    MUCH_LONGER,
    SURE,
    behind_credit,
    beside_headlines,
    boxes_of_links,
    captions,
    cards,
    comments,
    copies,
    is_called_lead,
    is_in,
    is_labelled_link,
    is_other_headline,
    is_said_again,
    lead_of,
    notices,
    prompt_below,
    staff_credit,
    whole_copy,
)
from newscrawl.extraction.second_opinion import MOST_LINES, SecondOpinion, coverage
from newscrawl.extraction.siblings import below_headline, between, enclosed, vouched, with_siblings
from newscrawl.extraction.text_lines import Line
from newscrawl.extraction.tree_features import words_and_prose
from newscrawl.items import DropReason

LOWEST = 0.15
"""Chance below which no line is kept, however unsure the judge is of the whole page."""
MOST_WEIGHT = 150
"""Words for which a line counts at most: one of thousands must not decide about all others."""
UNSURE = 0.95
"""Expected F1 below which trafilatura is asked, which is on one page in five."""
MOST_LIKELY, MUCH_DROPPED = 0.8, 0.5
"""Share of the likely words that make a container the article's, and how many others it would lose, as a share of the
likely ones, when trafilatura is asked however sure the judge is."""
VERY_UNSURE, MOSTLY_COVERED, POSSIBLE, AGREED = 0.9, 0.8, (0.08, 0.2), 0.6
"""Expected F1, once trafilatura was heard, below which lines that are mostly in its text are kept as well: those with
at least half the chance of the page's likeliest line, between the two of ``POSSIBLE``, which is raised."""
FAR_LIKELIER = 2
"""How many times as likely as the next line of its page one is that is no teaser, whatever stands around it."""
SURE_TEXT = 0.97
"""Chance from which a line is no caption, whatever its place: a text begins below a picture, too."""
MOST_ABOVE, LEADING = 15, 3
"""Lines between the headline and the text, and lines of the text, among which the lead stands."""
SURE_CARD, LONGEST_CARD = 0.5, 3
"""Chance below which a line under another article's headline is its teaser, and the lines of such a box."""
FLOOR = 0.6
"""Share of the words of trafilatura's text below which its lines are kept instead."""
SURE_OTHER, MOST_OTHER, LEAST_EXPECTED = 0.02, 0.1, 0.25
"""Chance below which a line is surely something else, the share of trafilatura's words in such lines from which its
text is no floor, for it holds the boxes around a short article, and the expected F1 below which it is one even so."""
COVERED = 0.5
"""Share of a line in trafilatura's text from which the line is taken to be in it."""


class Threshold(NamedTuple):
    """Where the chances of a page are cut."""

    chance: float
    expected_f1: float


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of a page."""

    reasons: list[DropReason | None]
    """For each line None, where it is the article, or why it is not."""
    chances: Floats = field(repr=False)
    asked: bool
    """Whether trafilatura was asked."""
    from_floor: bool = False
    """Whether trafilatura's lines were kept because the judge left too few of them."""


def keep_lines(
    page: Measured,
    judge: PageJudge,
    title: str,
    description: str | None,
    ask: Callable[[], SecondOpinion] | None,
    *,
    authors: Collection[str] = (),
    paywalled: bool = False,
) -> Kept:
    """Decide about the lines of a page. ``ask`` is called where the judge is unsure; None asks nobody.

    ``paywalled``: the page says that its text is not free for all.
    """
    decide = partial(judge_lines, page, title=title, description=description, authors=authors, paywalled=paywalled)
    judgement = judge.judge(page)
    words, _ = words_and_prose(page.matrix)
    counted = np.minimum(words, MOST_WEIGHT)
    is_sure = best_threshold(judgement.chances, counted).expected_f1 >= UNSURE
    if ask is None or len(words) > MOST_LINES or (is_sure and not _drops_much(page, judgement.chances, words)):
        return Kept(decide(judgement.chances), judgement.chances, asked=False)
    covered = coverage(page.blocks, ask())
    chances = judge.reconsider(page, judgement, covered)
    beside = beside_headlines(page.blocks.lines)
    if best_threshold(chances, counted).expected_f1 < VERY_UNSURE:
        # By far the likeliest line of its page is not a teaser, even between links to other articles.
        apart = ~beside | (chances >= FAR_LIKELIER * np.sort(chances)[-2:][0])
        possible = chances >= np.clip(chances.max() / 2, *POSSIBLE)
        agreed = (covered[0] >= MOSTLY_COVERED) & possible & apart
        chances = np.where(agreed, np.maximum(chances, AGREED), chances)
    reasons = decide(chances)
    found = (np.maximum(covered[0], 0) >= COVERED) & ~beside
    kept = np.array([reason in (None, "lead") for reason in reasons])
    expected = best_threshold(chances, counted).expected_f1
    has_boxes = words[found & (chances < SURE_OTHER)].sum() >= MOST_OTHER * words[found].sum()
    if words[kept & found].sum() < FLOOR * words[found].sum() and (not has_boxes or expected < LEAST_EXPECTED):
        raised = np.where(found, np.maximum(chances, SURE - 0.01), chances)
        return Kept(decide(raised), raised, asked=True, from_floor=True)
    return Kept(reasons, chances, asked=True)


def _drops_much(page: Measured, chances: Floats, words: Floats) -> bool:
    """Whether the article's container holds many words that are unlikely, and no links."""
    likely = words * (chances >= 0.5)
    free = words * (1 - np.minimum(page.base[:, SLOT["linked"]], 1))
    held = page.held.sums(np.stack([likely, free * (chances < 0.5)], axis=1), np.arange(len(page.blocks.nodes)))
    total = likely.sum()
    around = np.flatnonzero(held[:, 0] >= MOST_LIKELY * total)
    innermost = around[np.argmin((page.held.last - page.held.first)[around])]
    return bool(held[innermost, 1] > MUCH_DROPPED * total > 0)


def judge_lines(
    page: Measured,
    chances: Floats,
    title: str,
    description: str | None,
    authors: Collection[str] = (),
    *,
    paywalled: bool = False,
) -> list[DropReason | None]:
    """For each line None, where it is the article, or why it is not."""
    lines = page.blocks.lines
    words, prose = words_and_prose(page.matrix)
    talk = comments(page, chances, words)
    chances = np.where(np.isin(np.arange(len(lines)), list(talk)), 0.0, chances)
    enough = max(min(best_threshold(chances, np.minimum(words, MOST_WEIGHT)).chance, 0.5), LOWEST)
    raised = with_siblings(page.held, chances, words, prose)
    likely = (raised >= enough) | vouched(page.blocks, page.held, chances, words, prose)
    likely |= between(page.blocks, page.held, chances, words, likely)
    likely |= enclosed(page.blocks, page.held, chances, likely)
    kept = (likely | below_headline(page.blocks, page.base, chances, words, likely)).tolist()
    certain: dict[int, DropReason] = dict.fromkeys(boxes_of_links(page, chances, words), "related")
    certain.update({index: "related" for index in cards(page, chances, words) if chances[index] < SURE})
    certain.update(_certain_alone(page, chances, kept, title, authors))
    text = [index for index, keep in enumerate(kept) if keep and index not in certain]
    if (lead := lead_of(page.blocks, _opening(lines, text, certain), description)) is not None:
        is_apart = lines[lead].level and is_called_lead(page.blocks, lead)
        if is_apart or is_said_again(lines, lead, text):
            certain[lead] = "lead"
        kept[lead] = True
        text = sorted({*text, lead} - certain.keys())
    if (last := behind_credit(page, text)) is not None and chances[last] < SURE:
        certain[last] = "byline"
    if (last := staff_credit(lines, text)) is not None and chances[last] < SURE:
        certain[last] = "byline"
    if paywalled:
        certain.update(dict.fromkeys(prompt_below(lines, text, chances), "promo"))
    certain.update(dict.fromkeys(notices(lines, text, chances), "repeated"))
    certain.update(dict.fromkeys(copies(lines, text), "repeated"))
    if (copy := whole_copy(page.blocks, text)) is not None:
        certain[copy] = "repeated"
    certain.update({index: "caption" for index in captions(page.blocks, text) if chances[index] < SURE_TEXT})
    certain.update(dict.fromkeys(talk, "comments"))
    for index in certain:
        kept[index] = False
    for index in [note for note, mark in page.blocks.notes.items() if kept[mark]]:
        kept[index] = True
        certain.pop(index, None)
    reasons = page_reasons(page.blocks, page.matrix[:, : len(BASE)], kept)
    for index, reason in certain.items():
        reasons[index] = reason
    return reasons


def _certain_alone(
    page: Measured, chances: Floats, kept: Sequence[bool], title: str, authors: Collection[str]
) -> dict[int, DropReason]:
    """The lines that are no text by what they say: the headline again, and others where the judge is not sure."""
    found: dict[int, DropReason] = {}
    headline = terms_of(title)
    for index, line in enumerate(page.blocks.lines):
        is_short = bool(headline) and len(line.text) <= MUCH_LONGER * len(title)
        if is_short and headline[0] in line.text.lower() and terms_of(line.text) == headline:
            found[index] = "title"
        elif not kept[index] or chances[index] >= SURE:
            continue
        elif _leads_away(line):
            found[index] = "related"
        elif heading_kind(line.text) == "promo":
            found[index] = "promo"
        elif line.text in authors:
            found[index] = "byline"
        elif chances[index] < SURE_CARD and _is_in_card(page, index):
            found[index] = "related"
        elif page.base[index, SLOT["cut"]] and is_in(page.blocks, index, "td"):
            found[index] = "teaser"
    return found


def _is_in_card(page: Measured, index: int) -> bool:
    """Whether a line stands in a box of two or three lines, below one that is a link to another article."""
    box = page.held.group[page.blocks.owners[index]]
    first, last = int(page.held.first[box]), int(page.held.last[box])
    return first < index and last - first <= LONGEST_CARD and is_other_headline(page.blocks.lines[first])


def _opening(lines: Sequence[Line], text: list[int], dropped: Collection[int]) -> list[int]:
    """The lines among which the lead stands: those between the headline and the text, and the text's first."""
    first = text[0] if text else 0
    headline = next((at for at in range(first, max(first - MOST_ABOVE, -1), -1) if lines[at].level == 1), first)
    return [*(at for at in range(headline, first) if at not in dropped), *text[:LEADING]]


def _leads_away(line: Line) -> bool:
    """Whether a line is a link to another article and nothing else but a label, outside of lists."""
    return is_labelled_link(line) or (is_other_headline(line) and line.kind != "list_item")


def best_threshold(chances: Floats, words: Floats) -> Threshold:
    """The chance from which lines are kept so that the expected F1 of the page's words is best, and that F1.

    Lipton, Elkan and Naryanaswamy, Optimal Thresholding of Classifiers to Maximize F1 Measure, 2014.
    """
    order = np.argsort(-chances, kind="stable")
    found = np.cumsum((chances * words)[order])
    f1 = 2 * found / (np.cumsum(words[order]) + found[-1] + 1e-9)
    best = int(np.argmax(f1))
    return Threshold(float(chances[order[best]]), float(f1[best]))
