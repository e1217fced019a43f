"""Highlight query matches in a title or a snippet: matched by folded words, shown as the text has them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from newscrawl.search.query import Phrase, words_of
from newscrawl.text import nfc

WIDTH = 160
"""Characters of a snippet."""
_LEAD = 40
"""Maximum characters before the first match."""
_NEAR = 1_000
"""Characters searched first; finding all words of a long text takes longer than the rest of a search."""
_MOST_HITS = 10_000


@dataclass(frozen=True, slots=True)
class Marked:
    """A piece of text with the places of matches."""

    text: str
    marks: tuple[tuple[int, int], ...] = ()

    def shown(self, before: str, after: str) -> str:
        """Return the text with `before` and `after` around every match."""
        parts, end = [], 0
        for start, stop in self.marks:
            parts += [self.text[end:start], before, self.text[start:stop], after]
            end = stop
        return "".join([*parts, self.text[end:]])


@dataclass(frozen=True, slots=True)
class _Hit:
    start: int
    end: int
    phrase: int


def mark(text: str | None, phrases: Sequence[Phrase]) -> Marked:
    """Mark all matches in a short text, such as a title."""
    line = " ".join(nfc(text or "").split())
    return Marked(line, _joined(_hits(line, phrases)))


def snippet(text: str | None, phrases: Sequence[Phrase], width: int = WIDTH) -> Marked:
    """Return the first passage of a text that has the most phrases of the query, or its beginning."""
    text = text or ""
    line = " ".join(nfc(text if phrases else text[: 2 * width]).split())
    hits, best = _find(line, phrases, width)
    start, end = _cut(line, hits[best].start if hits else 0, width)
    marks = _joined(hit for hit in hits[best:] if hit.start >= start and hit.end <= end)
    before, after = "… " if start else "", " …" if end < len(line) else ""
    shift = len(before) - start
    return Marked(f"{before}{line[start:end]}{after}", tuple((one + shift, two + shift) for one, two in marks))


def _find(line: str, phrases: Sequence[Phrase], width: int) -> tuple[list[_Hit], int]:
    """Return matches and the index of the best; only of the beginning of the line if that has all in one passage."""
    near = line[: line.rfind(" ", 0, _NEAR) + 1]
    if len(line) > _NEAR and (hits := _hits(near, phrases)):
        best, most = _best(hits, width)
        if most == len(phrases) and hits[best].start + width <= len(near):
            return hits, best
    hits = _hits(line, phrases)
    return hits, _best(hits, width)[0]


def _hits(line: str, phrases: Sequence[Phrase]) -> list[_Hit]:
    if not phrases:
        return []
    words = words_of(line)
    beginnings: dict[str, list[int]] = defaultdict(list)
    for number, phrase in enumerate(phrases):
        beginnings[phrase[0]].append(number)
    found: list[_Hit] = []
    for index, (word, start, _) in enumerate(words):
        for number in beginnings.get(word, ()):
            phrase = phrases[number]
            last = index + len(phrase) - 1
            if last < len(words) and all(words[index + i][0] == part for i, part in enumerate(phrase)):
                found.append(_Hit(start, words[last][2], number))
        if len(found) >= _MOST_HITS:
            break
    return found


def _best(hits: Sequence[_Hit], width: int) -> tuple[int, int]:
    """Return the index of the first hit with the most phrases within the width after it, and their number."""
    best, most, end = 0, 0, 0
    counts: dict[int, int] = defaultdict(int)
    for start, hit in enumerate(hits):
        while end < len(hits) and hits[end].end - hit.start <= width - _LEAD:
            counts[hits[end].phrase] += 1
            end += 1
        if len(counts) > most:
            best, most = start, len(counts)
        if start < end:
            counts[hit.phrase] -= 1
            if not counts[hit.phrase]:
                del counts[hit.phrase]
        else:
            end = start + 1
    return best, most


def _cut(line: str, at: int, width: int) -> tuple[int, int]:
    """Return start and end of a passage that contains a place; it consists of whole words if there are any."""
    if len(line) <= width:
        return 0, len(line)
    first = max(0, min(at - _LEAD, len(line) - width))
    start = _first_start(line, first, at) if first else 0
    limit = start + width
    return start, len(line) if limit >= len(line) else _last_end(line, start, limit)


def _first_start(line: str, first: int, at: int) -> int:
    """Return the start of the first whole word between `first` and `at`."""
    begin = line.rfind(" ", 0, first) + 1
    return next((begin + start for _, start, _ in words_of(line[begin:at]) if begin + start >= first), at)


def _last_end(line: str, start: int, limit: int) -> int:
    """Return the end of the last whole word before the limit, or the limit."""
    stop = limit
    while stop > start:
        begin, end = max(line.rfind(" ", start, stop), start), line.find(" ", stop)
        piece = line[begin : end if end >= 0 else len(line)]
        ends = [begin + end for _, _, end in words_of(piece) if begin + end <= limit]
        if ends:
            return ends[-1]
        stop = begin
    return limit


def _joined(hits: Iterable[_Hit]) -> tuple[tuple[int, int], ...]:
    """Return the sorted places of hits, with overlapping ones merged."""
    places: list[tuple[int, int]] = []
    for start, end in sorted((hit.start, hit.end) for hit in hits):
        if places and start < places[-1][1]:
            places[-1] = (places[-1][0], max(end, places[-1][1]))
        else:
            places.append((start, end))
    return tuple(places)
