"""What the judge knows about each line of a dump: its shape, its neighbours, its place, the section it stands in."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from newscrawl.extraction.line_features import LONG_WORDS, SLOT, Matrix, base_features
from newscrawl.extraction.text_lines import Line

NEAR = ["words", "stop", "same_start", "linked", "bullet", "common", "caps", "shared", "date", "level", "images"]
"""Base features that a line also sees of its neighbours."""
AROUND = {
    "two before": "of the second line before",
    "before": "of the line before",
    "behind": "of the line behind",
    "two behind": "of the second line behind",
    "3 before": "mean of the three lines before",
    "3 behind": "mean of the three lines behind",
    "8 before": "mean of the eight lines before",
    "8 behind": "mean of the eight lines behind",
}
"""What ``neighbours`` gives of each of its columns, all columns of one place after the other; -1 past either end."""
PLACE = {
    "before_core": "lines to the page's best run of prose, where the line stands before it (log)",
    "behind_core": "lines since the page's best run of prose, where the line stands behind it (log)",
    "in_core": "stands in that run",
    "before_strict_core": "the same for a run in which lines that are no prose cost three times as much",
    "behind_strict_core": "",
    "in_strict_core": "",
    "place": "share of the page's lines that stand before",
    "prose_before": "share of the page's prose up to here",
    "page_lines": "lines of the page (log)",
    "page_prose": "words of the page's prose (log)",
    "format_in_core": "share of the prose in the run that has the line's format: indent, level, bullet, kind",
    "format_outside": "share of the lines outside the run that have the line's format",
    "page_linked": "mean of ``linked`` over the page",
    "page_stop": "mean of ``stop`` over the page",
    "page_blank": "mean of ``blank`` over the page",
    "page_level": "mean of ``level`` over the page",
    "page_bullet": "mean of ``bullet`` over the page",
    "core_linked": "mean of ``linked`` over the run",
    "core_common": "mean of ``common`` over the run",
    "like_next": "how far the next twelve lines are shaped like those one further on",
    "rhythm": "how much more they are like those 2 to 6 further on, as where items of several lines take turns",
    "is_stamp": "is little more than a time or a date",
    "since_stamp": "lines since such a one (log); -1 for none",
    "until_stamp": "lines until such a one (log); -1 for none",
    "stamps_near": "such lines among the 25 around",
    "section_words": "mean of ``words`` over the section, which is what stands under one heading or label",
    "section_stop": "mean of ``stop`` over the section",
    "section_bullet": "mean of ``bullet`` over the section",
    "section_linked": "mean of ``linked`` over the section",
    "section_shared": "mean of ``shared`` over the section",
    "section_caps": "mean of ``caps`` over the section",
    "section_date": "mean of ``date`` over the section",
    "section_same_start": "share of the section's lines that begin like two others and more",
    "section_lines": "lines of the section (log)",
    "sections_behind": "sections that follow (log)",
    "section_named": "the section stands under a known heading of other articles",
    "in_section": "lines since the section began (log)",
    "since_title": "lines since the headline stood (log); -1 for none",
    "until_title": "lines until the headline stands again (log); -1 for none",
    "since_listing": "lines since a known heading of other articles (log); -1 for none",
    "since_ending": "lines since a known heading of what follows an article (log); -1 for none",
    "until_ending": "lines until one (log); -1 for none",
    "since_heading": "lines since a heading (log); -1 for none",
    "prose_near": "words of prose in the nine lines around (log)",
    "prose_about": "words of prose in the 25 lines around (log)",
}
"""The columns that say where a line stands, in their order."""
OPINION = {
    "chance": "chance by the forest before",
    "likely_before": "share of the likely words up to here",
    "page_likely": "likely words of the page (log)",
    "page_share": "share of the page's lines with a chance above one half",
    "since_likely": "lines since such a one (log); -1 for none",
    "until_likely": "lines until such a one (log); -1 for none",
    "before_likely_run": "lines to the run of the likeliest lines (log)",
    "behind_likely_run": "lines since that run (log)",
}
"""What ``second_features`` adds, in their order; then ``AROUND`` of ``SEEN``."""
SEEN = ["chance", "likely_mass"]
"""The chance of neighbours, and their likely words beside the mean of the page's lines."""


def features(title: str, lines: list[Line], *, use_lexicon: bool = True) -> Matrix:
    """Everything the first judge sees: base features, neighbours, place, format. Linear in the dump's length."""
    base = base_features(title, lines, use_lexicon=use_lexicon)
    return np.hstack([base, neighbours(base[:, [SLOT[name] for name in NEAR]]), _place(base, lines)])


def neighbours(columns: Matrix) -> Matrix:
    """Values one and two lines before and after, and the means of three and of eight lines on either side."""
    size, width = columns.shape
    padded = np.zeros((size + 16, width), dtype=np.float64)
    padded[8:-8] = columns
    padded[:8] = padded[-8:] = -1
    parts = [padded[8 + offset : 8 + offset + size] for offset in (-2, -1, 1, 2)]
    sums = np.vstack([np.zeros((1, width)), np.cumsum(padded, axis=0)])
    for reach in (3, 8):
        parts.append((sums[8 : 8 + size] - sums[8 - reach : 8 - reach + size]) / reach)
        parts.append((sums[9 + reach : 9 + reach + size] - sums[9 : 9 + size]) / reach)
    return np.hstack(parts).astype(np.float32)


def best_run(gains: NDArray[np.float64]) -> tuple[int, int]:
    """First and last index of the run with the largest sum; (0, 0) where nothing gains."""
    totals = np.cumsum(gains)
    before = np.concatenate([[0.0], totals[:-1]])
    lowest = np.minimum.accumulate(before)
    last = int(np.argmax(totals - lowest))
    first = int(np.flatnonzero(before[: last + 1] == lowest[last])[-1])
    return first, last


def _place(base: Matrix, lines: list[Line]) -> Matrix:
    size = len(lines)
    words = np.expm1(base[:, 0].astype(np.float64))
    free = words * (1 - np.minimum(base[:, SLOT["linked"]], 1))
    prose = ((base[:, SLOT["stop"]] > 0) & (words >= LONG_WORDS)) | (words >= 30)
    gain = np.where(prose & (base[:, SLOT["linked"]] < 0.5), free, 0.0)
    order = np.arange(size)
    parts: list[NDArray[np.float64]] = []
    for cost in (5.0, 15.0):
        first, last = best_run(np.where(gain > 0, np.minimum(gain, 60), -cost))
        parts += [
            np.log1p(np.maximum(first - order, 0)),
            np.log1p(np.maximum(order - last, 0)),
            ((order >= first) & (order <= last)).astype(float),
        ]
    core = parts[2] > 0
    heard = np.cumsum(gain)
    total = max(float(heard[-1]), 1.0)
    parts += [order / size, heard / total, np.full(size, np.log1p(size)), np.full(size, np.log1p(total))]
    parts += [_format_share(lines, np.where(core, gain, 0.0)), _format_share(lines, np.where(core, 0.0, 1.0))]
    for name in ("linked", "stop", "blank", "level", "bullet"):
        parts.append(np.full(size, base[:, SLOT[name]].mean()))
    parts.append(np.full(size, base[core, SLOT["linked"]].mean()))
    parts.append(np.full(size, base[core, SLOT["common"]].mean()))
    parts += _rhythm(base)
    parts += _sections(base)
    parts += _since_title(base)
    parts += _since_heading(base)
    for reach in (4, 12):
        kernel = np.convolve(gain, np.ones(2 * reach + 1))[reach : reach + size]
        parts.append(np.log1p(kernel))
    return np.stack(parts, axis=1).astype(np.float32)


def _format_share(lines: list[Line], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """How much of the weight has the line's own format: indent, heading depth, bullet, quote, row."""
    formats = [(line.indent, line.level, line.bullet, line.kind) for line in lines]
    total: dict[tuple[int, int, bool, str], float] = {}
    for shape, weight in zip(formats, weights, strict=True):
        total[shape] = total.get(shape, 0.0) + float(weight)
    every = max(float(weights.sum()), 1.0)
    return np.array([total[shape] / every for shape in formats])


def _rhythm(base: Matrix) -> list[NDArray[np.float64]]:
    """How far items of equal build take turns, as section, headline, time and lead do in a list of other articles.

    For each line the agreement of the next twelve lines' shapes with those 1 to 6 lines further on; and the distance to
    lines that are nothing but a time.
    """
    size = len(base)
    words = np.expm1(base[:, 0])
    stamp = (words <= 8) & ((base[:, SLOT["time"]] > 0) | (base[:, SLOT["date"]] > 0))
    shape = np.digitize(words, (0.5, 4.5, 9.5, 22.5)) * 4 + 2 * (base[:, SLOT["stop"]] > 0) + base[:, SLOT["bullet"]]
    shape = np.where(stamp, -1, shape)
    agreements = []
    for step in range(1, 7):
        same = np.zeros(size + 13)
        same[: max(size - step, 0)] = shape[:-step] == shape[step:] if step < size else 0
        agreements.append(np.convolve(same, np.ones(12))[11 : 11 + size] / 12)
    turns = np.max(agreements[1:], axis=0)
    near = np.convolve(stamp.astype(float), np.ones(25))[12 : 12 + size]
    return [agreements[0], turns - agreements[0], stamp.astype(float), since(stamp), since(stamp[::-1])[::-1], near]


def _sections(base: Matrix) -> list[NDArray[np.float64]]:
    """What the section of each line is like as a whole, a section being what stands under one heading or label."""
    size = len(base)
    words = base[:, 0].astype(np.float64)
    listing = base[:, SLOT["lex_related"]] + base[:, SLOT["lex_more"]] > 0
    short = (words < np.log1p(6)) & (base[:, SLOT["stop"]] == 0) & (base[:, SLOT["bullet"]] == 0)
    item_next = np.append(base[1:, SLOT["bullet"]] > 0, False)
    head = listing | _ending(base) | (base[:, SLOT["level"]] > 0) | (short & item_next)
    number = np.cumsum(head)
    lines = np.bincount(number).astype(np.float64)
    starts = np.append(0, np.flatnonzero(head))
    columns: list[NDArray[np.floating]] = [
        words,
        *(base[:, SLOT[name]] for name in ("stop", "bullet", "linked", "shared", "caps", "date")),
    ]
    means = [np.bincount(number, weights=column) / np.maximum(lines, 1) for column in columns]
    means.append(np.bincount(number, weights=base[:, SLOT["same_start"]] > 2) / np.maximum(lines, 1))
    means += [np.log1p(lines), np.log1p(number[-1] - np.arange(len(lines)))]
    named = np.bincount(number, weights=head & listing) > 0
    return [mean[number] for mean in means] + [named[number].astype(float), np.log1p(np.arange(size) - starts[number])]


def _ending(base: Matrix) -> NDArray[np.bool_]:
    """Labels of what follows an article."""
    kinds = ("comments", "share", "tags", "promo", "media")
    ending: NDArray[np.bool_] = base[:, [SLOT[f"lex_{kind}"] for kind in kinds]].sum(axis=1) > 0
    return ending


def _since_title(base: Matrix) -> list[NDArray[np.float64]]:
    """Lines since the headline was last repeated, before and after; -1 where it never is."""
    same = (base[:, SLOT["of_title"]] > 0.75) & (base[:, SLOT["in_title"]] > 0.7)
    return [since(same), since(same[::-1])[::-1]]


def _since_heading(base: Matrix) -> list[NDArray[np.float64]]:
    listing = base[:, SLOT["lex_related"]] + base[:, SLOT["lex_more"]] > 0
    ending = listing | _ending(base)
    return [since(listing), since(ending), since(ending[::-1])[::-1], since(base[:, SLOT["level"]] > 0)]


def since(marks: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Lines since the last marked one (log of one more); -1 before the first."""
    order = np.arange(len(marks))
    last = np.maximum.accumulate(np.where(marks, order, -1))
    return np.where(last < 0, -1.0, np.log1p(order - last))


def second_features(first: Matrix, chances: NDArray[np.float64]) -> Matrix:
    """What the second judge sees: the first one's features, and its opinion of the line and of those around it."""
    size = len(chances)
    words = np.expm1(first[:, 0].astype(np.float64))
    mass = words * chances
    total = max(float(mass.sum()), 1.0)
    order = np.arange(size)
    likely = chances > 0.5
    start, end = best_run((chances - 0.4) * np.minimum(words + 3, 60))
    parts = [
        chances,
        np.cumsum(mass) / total,
        np.full(size, np.log1p(total)),
        np.full(size, float(likely.mean())),
        since(likely),
        since(likely[::-1])[::-1],
        np.log1p(np.maximum(start - order, 0)),
        np.log1p(np.maximum(order - end, 0)),
    ]
    around = neighbours(np.stack([chances, mass / (words.mean() + 1)], axis=1).astype(np.float32))
    return np.hstack([first, np.stack(parts, axis=1).astype(np.float32), around])
