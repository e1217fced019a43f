"""Which lines of a dump are the article: alignment with the gold text."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence

from newscrawl.extraction.text_lines import Line
from testing.scoring import runs, words_of

BODY, SIDEBAR, UNKNOWN = 1, 0, -1
HEAD = 12
"""Words at the beginning of a line by which it is found in the gold."""


def label_lines(lines: list[Line], gold: str, lead: str = "") -> tuple[list[int], list[float]]:
    """For each line BODY, SIDEBAR or UNKNOWN (partly covered), and the share of it that the gold covers.

    The lead is the article's, where it is shown as a paragraph, whether the gold has it or not.

    Long lines are judged by their shingles. Short ones must stand in the gold in the right order: the chain of
    exact occurrences that covers most words (a longest increasing subsequence) decides.
    """
    grams = set(runs(words_of(gold)))
    lead_grams = set(runs(words_of(lead)))
    labels: list[int] = []
    covers: list[float] = []
    for line in lines:
        words = words_of(line.text)
        own = runs(words)
        cover = sum(1 for gram in own if gram in grams) / max(len(own), 1)
        covers.append(cover)
        led = sum(1 for gram in own if gram in lead_grams) / max(len(own), 1)
        if len(words) >= 8:
            is_body = cover >= 0.6 or (led >= 0.8 and not line.level)
            labels.append(BODY if is_body else UNKNOWN if cover > 0.2 or led > 0.6 else SIDEBAR)
        else:
            labels.append(UNKNOWN if led > 0.6 and len(words) > 3 else SIDEBAR)
    for index in lines_in_order(lines, gold):
        labels[index] = BODY
    return labels, covers


def lines_in_order(lines: Sequence[Line], gold: str) -> list[int]:
    """The lines that stand in the gold word for word, or begin there, and in its order."""
    answer = words_of(gold)
    places: dict[str, list[int]] = defaultdict(list)
    for place, word in enumerate(answer):
        places[word].append(place)
    candidates: list[tuple[int, int, int]] = []
    for index, line in enumerate(lines):
        words = words_of(line.text)
        # Of a line that is one with many, as a hidden copy is, no more than a line's words count.
        candidates += [(index, place, min(len(words), HEAD)) for place in _occurrences(words, answer, places)]
    return _chain(candidates)


def label_snippets(lines: list[Line], must: Sequence[str], must_not: Sequence[str]) -> list[int]:
    """For each line BODY where it holds a snippet of the text, SIDEBAR where it holds one of something else.

    A line that holds both, and a long one that holds a single word of something else, stays UNKNOWN, as all others do.
    """
    body = [words_of(snippet) for snippet in must]
    others = [words_of(snippet) for snippet in must_not]
    labels: list[int] = []
    for line in lines:
        words = words_of(line.text)
        is_body = any(_holds(words, snippet) for snippet in body)
        is_other = any(_holds(words, snippet) and len(words) <= 8 * len(snippet) for snippet in others)
        labels.append(UNKNOWN if is_body == is_other else BODY if is_body else SIDEBAR)
    return labels


def _holds(words: list[str], snippet: list[str]) -> bool:
    size = len(snippet)
    return bool(size) and any(words[at : at + size] == snippet for at in range(len(words) - size + 1))


def _occurrences(words: list[str], answer: list[str], places: dict[str, list[int]]) -> list[int]:
    if not words or (len(words) == 1 and len(words[0]) < 2):
        return []
    head = words[:HEAD]
    rarest = min(range(len(head)), key=lambda i: len(places.get(head[i], ())))
    found = [p - rarest for p in places.get(head[rarest], ())[:200]]
    return [p for p in found if p >= 0 and answer[p : p + len(head)] == head][:20]


def _chain(candidates: list[tuple[int, int, int]]) -> list[int]:
    """Lines of the heaviest chain in which both line number and place in the gold grow."""
    candidates.sort(key=lambda c: (c[0], -c[1]))
    ends: list[int] = []  # places, rising, with rising weights: the best chain that ends by there
    best: list[tuple[int, int]] = []
    parents: list[int] = [-1] * len(candidates)
    for number, (_, place, size) in enumerate(candidates):
        at = bisect_left(ends, place)
        weight = size + (best[at - 1][0] if at else 0)
        parents[number] = best[at - 1][1] if at else -1
        stop = at
        while stop < len(ends) and best[stop][0] <= weight:
            stop += 1
        if at < len(ends) and ends[at] == place and best[at][0] > weight:
            continue
        ends[at:stop] = [place]
        best[at:stop] = [(weight, number)]
    chain: list[int] = []
    at = best[-1][1] if best else -1
    while at >= 0:
        chain.append(candidates[at][0])
        at = parents[at]
    return chain
