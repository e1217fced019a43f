"""News at any scale, made of real texts so that keys collide as they do in life.

Words follow each other as in the real texts (a chain of order one), so that unrelated articles share runs of words;
some articles are copies of others, some daily reports of one wording, and sites repeat a line of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from newscrawl.dedupe.fingerprints import word_hash, words_of

SITES = 200
COPIES, REPORTS, STANDING = 0.08, 0.02, 0.5
"""Shares of the articles that are copies of an earlier one, reports, and that end in their site's own line."""

Words = NDArray[np.int64]


@dataclass(slots=True)
class MadeNews:
    """An endless newspaper; the same seed makes the same one."""

    vocabulary: list[str]
    hashes: NDArray[np.uint64]
    successors: Words
    first: Words
    """Where the successors of a word begin."""
    random: np.random.Generator
    standing: list[Words]
    reports: list[Words]
    recent: list[tuple[int, Words]]

    @classmethod
    def of(cls, texts: Sequence[str], seed: int) -> MadeNews:
        """Learn from texts."""
        words = [word for text in texts for word in words_of(text) if not word.isdigit()]
        vocabulary = sorted(set(words))
        index = {word: number for number, word in enumerate(vocabulary)}
        line = np.array([index[word] for word in words])
        order = np.argsort(line[:-1], kind="stable")
        counts = np.bincount(line[:-1], minlength=len(vocabulary))
        first = np.concatenate([[0], np.cumsum(counts)])
        numbers = [str(number) for number in range(1000)]
        hashes = np.array([word_hash(word) for word in [*vocabulary, *numbers]], np.uint64)
        made = cls(vocabulary + numbers, hashes, line[1:][order], first, np.random.default_rng(seed), [], [], [])
        made.standing = list(made._walks(np.full(SITES, 25)))
        made.reports = list(made._walks(np.full(50, 120)))
        return made

    def articles(self, count: int) -> list[tuple[Words, int | None]]:
        """Make articles: the numbers of their words, and which earlier article, by its number, each is a copy of."""
        lengths = np.clip(self.random.lognormal(5.75, 0.6, count), 50, 1500).astype(int)
        texts = self._walks(lengths)
        kinds = self.random.random(count)
        found: list[tuple[Words, int | None]] = []
        number = self.recent[-1][0] if self.recent else 0
        for text, kind in zip(texts, kinds, strict=True):
            number += 1
            original = None
            if kind < COPIES and self.recent:
                original, source = self.recent[self.random.integers(len(self.recent))]
                text = self._copy(source, text)  # noqa: PLW2901
            elif kind < COPIES + REPORTS:
                text = self._report()  # noqa: PLW2901
            elif kind > 1 - STANDING:
                text = np.concatenate([text, self.standing[self.random.integers(SITES)]])  # noqa: PLW2901
            found.append((text, original))
            self.recent = [*self.recent[-300:], (number, text)] if original is None else self.recent
        if self.recent and self.recent[-1][0] != number:
            self.recent.append((number, text))
        return found

    def text(self, words: Words) -> str:
        """Write an article out: sentences of eighteen words, paragraphs of three sentences."""
        spelt = [self.vocabulary[word] for word in words]
        sentences = [" ".join(spelt[start : start + 18]) + "." for start in range(0, len(spelt), 18)]
        return "\n".join(" ".join(sentences[start : start + 3]) for start in range(0, len(sentences), 3))

    def _walks(self, lengths: Words) -> list[Words]:
        steps = int(lengths.max())
        here = self.successors[self.random.integers(len(self.successors), size=len(lengths))]
        line = np.empty((steps, len(lengths)), np.int64)
        for step in range(steps):
            line[step] = here
            counts = self.first[here + 1] - self.first[here]
            chosen = self.first[here] + (self.random.random(len(here)) * counts).astype(int)
            here = self.successors[np.minimum(chosen, len(self.successors) - 1)]
        return [line[:length, column].copy() for column, length in enumerate(lengths)]

    def _copy(self, source: Words, other: Words) -> Words:
        cut = max(3, round(len(source) * self.random.uniform(0.02, 0.15)))
        return np.concatenate([other[:cut], source[cut:]])

    def _report(self) -> Words:
        report = self.reports[self.random.integers(len(self.reports))].copy()
        places = np.arange(5, len(report), 9)
        report[places] = len(self.vocabulary) - 1000 + self.random.integers(1000, size=len(places))
        return report
