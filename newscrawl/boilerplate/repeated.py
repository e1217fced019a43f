"""Decide which blocks are boilerplate: those that several otherwise unrelated articles of a site have in common."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from newscrawl.dedupe.fingerprints import folded, is_spaceless, words_of
from newscrawl.items import Block

THRESHOLD = 4
"""Unrelated articles that must share a block; `benchmarks/templates.py` shows what a lower value drops."""
FEWEST_WORDS = 6
"""Words of a block that counts. Repeated subheadings and labels ("Pros", "How we picked and tested") have five words at
most on 209 same-site pages; headlines in boxes hardly ever have so few."""
_ENOUGH_CHARACTERS = 200
"""The beginning of a block of this length nearly always has twice FEWEST_WORDS."""
REMEMBERED = 32
"""Number of articles by which a block is judged; once there are more, the verdict stays."""
KIN = 0.03
"""Two articles are related if they share this part of their word trigrams outside of lines that they share as a whole.

Of 587 pairs from one site, 1 % are above 0.057 and half are below 0.003; two reports of one affair are at 0.16, two
versions of one notice at 0.53. Taking a related pair for unrelated costs text; the opposite mistake only costs time.
"""
MOSTLY_SHARED = 2 / 3
"""If the other article has this share of the shorter one's sentences, they are duplicates, whatever else differs."""
FEW_SENTENCES = 40
"""Below so many words in sentences, all lines of an article count as sentences."""
SHORTEST = 25
"""Word trigrams that two articles must have outside of their common lines to be called unrelated."""
MOST_ENCLOSED = 1 / 3
"""A block is a newsroom's stock sentence if it stands between an article's own sentences in more of its articles."""

_SENTENCE_END = re.compile(r"[.!?…。！？।။។][\"'”’»)\]」』]*$")
_BESIDE = frozenset({"image", "caption", "byline", "title", "lead", "repeated"})
"""Drop reasons of blocks that do not mark the edge of a box."""


def block_key(text: str) -> int:
    """Return the signed 64-bit BLAKE2b hash of a block, case-folded, with white space collapsed.

    Digits count, because otherwise the lines of a daily price report would be the same every day.
    """
    digest = hashlib.blake2b(" ".join(folded(text).split()).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def box_key(box: str) -> int:
    """Return the key that all blocks of a box of links have, whatever their texts."""
    return block_key(f"box\n{box}")


_IN_BOX = frozenset({None, "template", "related", "teaser", "menu", "promo"})
"""Reasons of blocks that show a box: on most pages the extractor sees what it is."""


def is_candidate(block: Block) -> bool:
    """Whether the extractor kept a block, even if it was found to be boilerplate later."""
    return block.reason in {None, "template"}


def keys_of(blocks: Sequence[Block]) -> tuple[int | None, ...]:
    """Return the key of each block; None for blocks that do not count: dropped ones, headings, quotes, short ones.

    The blocks of a box of links have one key, by its build and place: its texts change while it stays.
    """
    return tuple(map(_key_of, blocks))


def _key_of(block: Block) -> int | None:
    if block.box is not None:
        return box_key(block.box) if block.reason in _IN_BOX else None
    return block_key(block.text) if _counts(block) else None


def _counts(block: Block) -> bool:
    if not is_candidate(block) or block.kind in {"heading", "quote", "image"}:
        return False
    words = words_of(block.text[:_ENOUGH_CHARACTERS])
    if len(words) < 2 * FEWEST_WORDS:
        words = words_of(block.text)
    # In scripts without spaces, two characters are about a word. Most blocks are clear without that.
    if not FEWEST_WORDS <= len(words) < 2 * FEWEST_WORDS:
        return len(words) >= FEWEST_WORDS
    return len(words) - sum(map(is_spaceless, words)) / 2 >= FEWEST_WORDS


@dataclass(frozen=True)
class Holder:
    """An article that has a block, with derived values computed when they are first needed."""

    article_id: int
    blocks: tuple[Block, ...] = field(repr=False)
    computed: tuple[int | None, ...] | None = field(default=None, repr=False)

    @cached_property
    def keys(self) -> tuple[int | None, ...]:
        """The block keys, as of `keys_of`."""
        return keys_of(self.blocks) if self.computed is None else self.computed

    @cached_property
    def line_keys(self) -> tuple[int | None, ...]:
        """The key of each block of the text, short ones included; None for dropped blocks and boxes of links."""
        return tuple(
            block_key(block.text) if is_candidate(block) and block.box is None else None for block in self.blocks
        )

    @cached_property
    def lines(self) -> dict[int, list[str]]:
        """The words of each line of the text, by the line's key."""
        lines = zip(self.line_keys, self.blocks, strict=True)
        return {key: words_of(block.text) for key, block in lines if key is not None}

    @cached_property
    def sentences(self) -> dict[int, int]:
        """Number of words of each line that ends as a sentence, by key; of every line if those are few."""
        lines = zip(self.line_keys, self.blocks, strict=True)
        found = {
            key: len(self.lines[key]) for key, block in lines if key is not None and _SENTENCE_END.search(block.text)
        }
        return found if sum(found.values()) >= FEW_SENTENCES else {key: len(words) for key, words in self.lines.items()}

    @cached_property
    def runs(self) -> frozenset[tuple[str, ...]]:
        """Word trigrams within lines."""
        return frozenset(run for words in self.lines.values() for run in _runs(words))

    def encloses(self, key: int, companions: Collection[int]) -> bool:
        """Whether a block or a box stands between two sentences that are the article's own, not `companions`."""
        there = [index for index, block in enumerate(self.blocks) if block.reason not in _BESIDE]
        places = [place for place, index in enumerate(there) if self.keys[index] == key]
        if not places:
            return False
        last = places[0]
        while last + 1 < len(there) and self.keys[there[last + 1]] == key:  # a box has many blocks
            last += 1
        around = [there[at] for at in (places[0] - 1, last + 1) if 0 <= at < len(there)]
        return len(around) == 2 and all(
            self.line_keys[index] not in {None, *companions} and _SENTENCE_END.search(self.blocks[index].text)
            for index in around
        )


def _runs(words: list[str]) -> Iterator[tuple[str, ...]]:
    """Return word trigrams, or runs of six characters in scripts without spaces."""
    size = 6 if words and is_spaceless(words[len(words) // 2]) else 3
    return zip(*(words[start:] for start in range(size)), strict=False)


def are_related(one: Holder, other: Holder) -> bool:
    """Whether two articles share more than whole lines: duplicates, follow-ups, parts of a series."""
    common = one.lines.keys() & other.lines.keys()
    shared = frozenset(run for key in common for run in _runs(one.lines[key]))
    least = min(len(one.runs - shared), len(other.runs - shared))
    if least < SHORTEST or are_copies(one, other):
        return True
    return len((one.runs & other.runs) - shared) >= KIN * least


def are_copies(one: Holder, other: Holder) -> bool:
    """Whether one article has most sentences of the other."""
    copied = sum(one.sentences[key] for key in one.sentences.keys() & other.sentences.keys())
    return copied >= MOSTLY_SHARED * min(sum(one.sentences.values()), sum(other.sentences.values()))


@dataclass
class Judge:
    """Judges blocks, and caches which articles are related."""

    threshold: int = field(default_factory=lambda: THRESHOLD)
    related: dict[tuple[int, int], bool] = field(default_factory=dict)
    copies: dict[tuple[int, int], bool] = field(default_factory=dict)

    def is_template(self, key: int, holders: Sequence[Holder]) -> bool:
        """Whether a block is boilerplate, given the articles that have it, in any order.

        A box of links is one whatever the articles share, unless they are copies: what related ones have in common is
        their text, and not what they link to.
        """
        if len(holders) < self.threshold:
            return False
        lines = Counter(line for holder in holders for line in {*holder.line_keys} if line is not None)
        companions = {line for line, count in lines.items() if count > 1}
        enclosed = sum(holder.encloses(key, companions) for holder in holders)
        is_box = any(block.box is not None and box_key(block.box) == key for block in holders[0].blocks)
        return enclosed <= MOST_ENCLOSED * len(holders) and self._are_enough([], holders, is_box=is_box)

    def _are_enough(self, chosen: list[Holder], others: Sequence[Holder], *, is_box: bool) -> bool:
        """Whether `chosen` can be extended from `others` to `threshold` articles, no two of them related."""
        if len(chosen) == self.threshold:
            return True
        for index, holder in enumerate(others[: len(chosen) + len(others) - self.threshold + 1]):
            is_unrelated = not any(self._are_related(holder, one, is_box=is_box) for one in chosen)
            if is_unrelated and self._are_enough([*chosen, holder], others[index + 1 :], is_box=is_box):
                return True
        return False

    def _are_related(self, one: Holder, other: Holder, *, is_box: bool) -> bool:
        pair = (min(one.article_id, other.article_id), max(one.article_id, other.article_id))
        known, decide = (self.copies, are_copies) if is_box else (self.related, are_related)
        if pair not in known:
            known[pair] = decide(one, other)
        return known[pair]


def drop_templates(
    blocks: Sequence[Block], templates: Collection[int], description: str | None = None
) -> tuple[Block, ...]:
    """Drop the blocks of a page that are boilerplate, and restore those that no longer are.

    The first paragraph and the page's lead are kept, because teasers on other pages repeat them; a box of links is not
    the first paragraph. A heading is dropped
    if everything below it is. If nothing would be left, everything is kept.
    """
    if not templates and all(block.reason != "template" for block in blocks):
        return tuple(blocks)  # the usual case
    blocks = [replace(block, reason=None) if block.reason == "template" else block for block in blocks]
    keys = keys_of(blocks)
    there = [index for index, block in enumerate(blocks) if block.reason is None]
    first = next((index for index in there if blocks[index].kind != "heading" and blocks[index].box is None), None)
    lead = block_key(description) if description else None
    found = {index for index in there if keys[index] in templates}
    dropped = {index for index in found if index != first and keys[index] != lead}
    dropped |= set(_headings_of(blocks, there, dropped))
    if all(index in dropped or index in found or blocks[index].kind == "heading" for index in there):
        return tuple(blocks)
    return tuple(replace(block, reason="template") if i in dropped else block for i, block in enumerate(blocks))


def _headings_of(blocks: Sequence[Block], there: list[int], dropped: set[int]) -> Iterator[int]:
    """Yield the headings below which everything is dropped."""
    below: list[int] = []
    for index in reversed(there):
        if blocks[index].kind != "heading":
            below.append(index)
            continue
        if below and dropped.issuperset(below):
            yield index
        below = []
