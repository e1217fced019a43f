"""What is not the article by rule: readers' comments, boxes of links, copies, leads, captions.

A rule drops nothing that the judge is sure of, unless it says again what was said.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from newscrawl.extraction.blocks import Blocks
from newscrawl.extraction.containers import Floats
from newscrawl.extraction.headings import begins_as, credit_at, ends_in_credit
from newscrawl.extraction.judge import Measured
from newscrawl.extraction.line_features import SLOT, facts_of, terms_of
from newscrawl.extraction.tags import HEADINGS
from newscrawl.extraction.text_lines import Line
from newscrawl.extraction.walls import WIDE, wall_phrases

SHORTEST = 4
"""Words of a headline, and of a line that is not said twice in a row."""
MUCH_LONGER, MOST_SAID = 3, 100_000
"""How many times as long as a headline or a description a line may be that repeats it, and the characters of a text in
which a lead is looked for: they bound the memory that a text without spaces takes."""
LONGEST_LABEL = 30
"""Characters of a label before a link, its colon included."""
PASSAGE = 60
"""Words of several lines that an article does not say twice.

What is said again by itself (the maker of each product, a quote set large) is the article's own repetition: pages with
known answers gained .002 of F1 by keeping it, and hardly change between 15 and 100.
"""
BEFORE_COMMENTS = 40
"""Words of the article that stand before the comments on it."""

COPIED, FEWEST_COPIED, MOST_COPIED = 0.7, 2, 300
"""Share of the letters of a text and of a line that one says of the other where the line is a copy of the text, the
fewest other lines, and how many of them are looked at."""
SURE = 0.8
"""Chance from which no rule drops a line, but one that says again what was said."""
UNSURE_LINE, MOST_NOTICES = 0.7, 0.2
"""Chance below which a line that is said twice is a notice, and the share of a text that notices are at most."""
LONGEST_STAFF = 200
"""Characters of a line that says who reported and edited."""
LONGEST_PROMPT = 5
"""Lines of a request to subscribe."""

_COMMENTS = frozenset("comment comments commentlist disqus respond replies".split())
_LEAD_NAMES = frozenset(
    "sapo lead lede summary standfirst excerpt intro dek deck chapo chapeau subtitle subhead subheading subheadline "
    "subline abstract description desc vorspann bajada entradilla sumario ingress brief".split()
)


def comments(page: Measured, chances: Floats, words: Floats) -> set[int]:
    """The lines of containers that are called comments and come after the article, without its headline in them.

    They are prose about the same thing in paragraphs, so that the judge often takes them for the article. On pages with
    known answers 5,400 words were kept of such containers on eight pages, none of them the article.
    """
    blocks, held = page.blocks, page.held
    likely = np.concatenate([[0.0], np.cumsum(words * (chances >= 0.5))])
    headlines = np.cumsum([0, *(line.level == 1 for line in blocks.lines)])
    found: set[int] = set()
    for index, node in enumerate(blocks.nodes):
        if _COMMENTS.isdisjoint(node.tokens):
            continue
        first, last = int(held.first[index]), int(held.last[index])
        if first in found or first >= last:
            continue
        if likely[first] >= BEFORE_COMMENTS and headlines[first] == headlines[last]:
            found.update(range(first, last))
    return found


def boxes_of_links(page: Measured, chances: Floats, words: Floats) -> set[int]:
    """The lines of containers that begin with a known heading of a list and hold headlines that are links.

    The heading alone decides nothing, nor do the links: an article may hold either. A container that holds a
    first-level heading or half of the words that are likely the article is no such box, whatever it begins with.
    """
    known = page.base[:, SLOT["lex_related"]] + page.base[:, SLOT["lex_more"]] > 0
    likely = np.concatenate([[0.0], np.cumsum(words * (chances >= 0.5))])
    headlines = np.cumsum([0, *(line.level == 1 for line in page.blocks.lines)])
    found: set[int] = set()
    for heading in np.flatnonzero(known):
        container = page.held.group[page.blocks.owners[heading]]
        first, last = int(page.held.first[container]), int(page.held.last[container])
        holds_article = headlines[first] < headlines[last] or likely[last] - likely[first] >= 0.5 * likely[-1]
        if first != heading or holds_article:
            continue
        if any(_begins_with_headline(page.blocks.lines[line]) for line in range(first + 1, last)):
            found.update(range(first, last))
    return found


def cards(page: Measured, chances: Floats, words: Floats) -> set[int]:
    """The lines of ``<article>`` elements that begin with a headline that is a link, as cards of other articles do.

    The page's own article never begins so. One that holds a first-level heading, or a fifth of the words that are
    likely the article, is no card.
    """
    likely = np.concatenate([[0.0], np.cumsum(words * (chances >= 0.5))])
    headlines = np.cumsum([0, *(line.level == 1 for line in page.blocks.lines)])
    found: set[int] = set()
    for index, node in enumerate(page.blocks.nodes):
        if node.tag != "article":
            continue
        first, last = int(page.held.first[index]), int(page.held.last[index])
        if first >= last or not is_other_headline(page.blocks.lines[first]):
            continue
        if headlines[first] == headlines[last] and likely[last] - likely[first] < 0.2 * likely[-1]:
            found.update(range(first, last))
    return found


def _begins_with_headline(line: Line) -> bool:
    """Whether the better part of a line is a link that is long enough for a headline, as where a date follows it."""
    return 2 * line.linked >= len(line.text) and _is_long(line.text)


def is_other_headline(line: Line) -> bool:
    """Whether a line is nothing but a link, and long enough to be the headline of another article."""
    return line.linked >= 0.9 * len(line.text) and _is_long(line.text)


def _is_long(text: str, words: int = SHORTEST) -> bool:
    """Whether a text has so many words; two characters of a script without spaces are one."""
    return text.count(" ") >= words - 1 or (not text.isascii() and len(WIDE.findall(text)) >= 2 * words)


def beside_headlines(lines: Sequence[Line]) -> NDArray[np.bool_]:
    """The lines before or behind one that is nothing but a link to another article, as teasers are."""
    return beside(np.array([is_other_headline(line) for line in lines], bool))


def own_headlines(blocks: Blocks) -> NDArray[np.bool_]:
    """The lines that are nothing but a link to another article of the same site."""
    away = blocks.away or [0] * len(blocks.lines)
    found = (is_other_headline(line) and 2 * gone < line.linked for line, gone in zip(blocks.lines, away, strict=True))
    return np.fromiter(found, bool, len(blocks.lines))


def beside(found: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The lines before or behind one of those found."""
    near = np.zeros(len(found), bool)
    near[1:] |= found[:-1]
    near[:-1] |= found[1:]
    return near


def is_labelled_link(line: Line) -> bool:
    """Whether a line is a label and a link that is long enough for a headline: ``>>> Related: The bridge is open``."""
    label = max(line.text[:LONGEST_LABEL].find(colon) for colon in ":：") + 1
    return bool(label) and line.linked >= 0.9 * (len(line.text) - label) and _is_long(line.text, SHORTEST + 1)


def copies(lines: Sequence[Line], kept: Sequence[int]) -> Iterator[int]:
    """The kept lines that are said twice in a row, or in a passage whose lines have followed each other before."""
    texts = [lines[index].text for index in kept]
    pairs: set[tuple[str, str]] = set()
    copied = [False] * len(kept)
    for at, pair in enumerate(pairwise(texts)):
        if pair in pairs:
            copied[at] = copied[at + 1] = True
        pairs.add(pair)
    passage: list[int] = []
    for at, index in enumerate(kept):
        if at and texts[at] == texts[at - 1] and facts_of(texts[at]).amount >= SHORTEST:
            yield index
        if copied[at]:
            passage.append(index)
        if passage and (not copied[at] or at + 1 == len(kept)):
            if sum(facts_of(lines[line].text).amount for line in passage) >= PASSAGE:
                yield from passage
            passage.clear()


def whole_copy(blocks: Blocks, kept: Sequence[int]) -> int | None:
    """The kept line that the page hides and that says all over again what the other kept lines say, in one piece."""
    lines = blocks.lines
    hidden = [index for index in kept if blocks.nodes[blocks.owners[index]].hidden]
    if not hidden or len(kept) < FEWEST_COPIED + 1:
        return None
    longest = max(hidden, key=lambda index: len(lines[index].text))
    # The cells of a row stand in one piece without the bars that part them here.
    others = [lines[index].text.replace(" | ", " ") for index in kept if index != longest]
    text, rest = lines[longest].text, sum(map(len, others))
    if not COPIED * rest <= len(text) <= rest / COPIED:
        return None
    said = sum(len(other) for other in others[:MOST_COPIED] if other in text)
    return longest if said >= COPIED * min(rest, sum(map(len, others[:MOST_COPIED]))) else None


def notices(lines: Sequence[Line], text: Sequence[int], chances: Floats) -> list[int]:
    """The lines of a text that the page says more than once and of which the judge is not sure, where they are few.

    Offers and notes on embedded things stand on a page several times. A whole text that does is no notice.
    """
    times = Counter(line.text for line in lines)
    unsure = [index for index in text if chances[index] < UNSURE_LINE and times[lines[index].text] > 1]
    if not unsure:
        return []
    size = {index: facts_of(lines[index].text).amount for index in text}
    found = [index for index in unsure if size[index] >= SHORTEST]
    return found if sum(size[index] for index in found) < MOST_NOTICES * sum(size.values()) else []


def lead_of(blocks: Blocks, opening: Sequence[int], description: str | None) -> int | None:
    """The line that is the description, where an element of it alone also says so: a heading, or called a lead."""
    description = description or ""
    told = _runs(terms_of(description))
    if not told:
        return None
    for index in opening:
        text = blocks.lines[index].text
        marked = blocks.nodes[blocks.owners[index]].tag in HEADINGS or is_called_lead(blocks, index)
        if not marked or len(text) > MUCH_LONGER * len(description):
            continue
        own = _runs(terms_of(text))
        if own and len(own & told) >= 0.8 * len(own) and len(own & told) >= 0.6 * len(told):
            return index if len(opening) > 1 else None
    return None


def is_called_lead(blocks: Blocks, index: int) -> bool:
    """Whether an element of a line alone is called a lead."""
    around = [blocks.nodes[node].tokens for node in containers_of_one(blocks, index)]
    named = [*(tokens for tokens in around if "body" not in tokens), blocks.inline[index]]
    return not all(map(_LEAD_NAMES.isdisjoint, named))


def behind_credit(page: Measured, text: Sequence[int]) -> int | None:
    """The last line of a text, where the credit of an agency or a picture parts it from the rest: about the author."""
    if len(text) < 2 or not text[-2] < text[-1] - 1 == text[-2] + 1:
        return None
    return text[-1] if page.base[text[-1] - 1, SLOT["credit"]] > 0 else None


def staff_credit(lines: Sequence[Line], text: Sequence[int]) -> int | None:
    """The last line of a text, where it is in brackets and says who reported or edited."""
    if len(text) < 2 or len(shown := lines[text[-1]].text.strip()) > LONGEST_STAFF:
        return None
    is_bracketed = shown[:1] + shown[-1:] in ("()", "[]", "（）", "【】")
    return text[-1] if is_bracketed and begins_as(shown[1:-1], "byline") else None


def prompt_below(lines: Sequence[Line], text: Sequence[int], chances: Floats) -> list[int]:
    """The lines from a request to subscribe to the end of a text, where the judge is sure of none of them."""
    for at in range(max(len(text) - LONGEST_PROMPT, 1), len(text)):
        below = list(text[at:])
        if max(chances[below]) < SURE and wall_phrases("", [lines[text[at]].text])["login"]:
            return below
    return []


def is_said_again(lines: Sequence[Line], index: int, kept: Sequence[int]) -> bool:
    """Whether the other kept lines hold nearly all that a line says, as where a lead is the beginning of the text."""
    own = _runs(terms_of(lines[index].text))
    said = _runs(terms_of(" ".join(lines[one].text for one in kept if one != index)[:MOST_SAID]))
    return bool(own) and len(own & said) >= 0.8 * len(own)


def containers_of_one(blocks: Blocks, index: int) -> list[int]:
    """The line's element and the containers around it that hold no other line, the innermost first."""
    beside = [blocks.owners[near] for near in (index - 1, index + 1) if 0 <= near < len(blocks.lines)]
    shared = {node for owner in beside for node in containers(blocks, owner)}
    return [node for node in containers(blocks, blocks.owners[index]) if node not in shared]


def containers(blocks: Blocks, node: int) -> Iterator[int]:
    """A node and those around it, the innermost first."""
    while node >= 0:
        yield node
        node = blocks.nodes[node].parent


def _runs(words: list[str]) -> set[tuple[str, ...]]:
    return set(zip(words, words[1:], words[2:], strict=False))


SHORTEST_CAPTION, LONGEST_CAPTION = 4, 40
"""Words of a caption; what is shorter may be the name of the thing shown, in a list of things."""
_STOPS = (".", "!", "?", "…", "。", ")", "”", '"')


def captions(blocks: Blocks, kept: Sequence[int]) -> set[int]:
    """The kept lines that are captions by their place, unless they are half of the text, as in a photo story.

    So is a line below a picture that credits it. Of 14 kept lines with a credit on saved pages the known answers hold
    none, apart from the set whose answers hold captions.
    """
    likely = [
        index
        for index in kept
        if blocks.lines[index].images
        and blocks.lines[index].kind == "paragraph"
        and SHORTEST_CAPTION <= facts_of(blocks.lines[index].text).amount <= LONGEST_CAPTION
    ]
    unlike = _classes_below_pictures(blocks, kept)
    found = {index for index in likely if _is_below_in_table(blocks, index) or blocks.owners[index] in unlike}
    texts = {index: blocks.lines[index].text for index in likely}
    found.update(index for index, text in texts.items() if credit_at(text) or ends_in_credit(text))
    found.update(index for index in kept if is_in(blocks, index, "figcaption"))
    if not found:
        return found
    size = {index: facts_of(blocks.lines[index].text).amount for index in kept}
    return found if 2 * sum(size[index] for index in found) < sum(size.values()) else set()


def is_in(blocks: Blocks, index: int, tag: str) -> bool:
    """Whether a line stands in an element of a tag."""
    return any(blocks.nodes[node].tag == tag for node in containers(blocks, blocks.owners[index]))


def _is_below_in_table(blocks: Blocks, index: int) -> bool:
    """Whether a line is all that its table row holds, and the rows above it hold pictures alone."""
    alone = containers_of_one(blocks, index)
    row = next((node for node in alone if blocks.nodes[node].tag == "tr"), None)
    table = next((node for node in containers(blocks, row or -1) if blocks.nodes[node].tag == "table"), None)
    before = blocks.owners[index - 1] if index else -1
    if row is None or table is None or table in containers(blocks, before):
        return False
    return any(node.tag == "tr" for node in blocks.nodes[table + 1 : row])


def _classes_below_pictures(blocks: Blocks, kept: Sequence[int]) -> set[int]:
    """The elements of lines that have a class no kept line has but below an element like it with a picture alone."""
    below: dict[tuple[object, ...], set[int]] = {}
    elsewhere = set()
    for index in kept:
        owner = blocks.owners[index]
        node = blocks.nodes[owner]
        build = (node.parent, node.tag, node.tokens)
        before = next((one for one in range(owner - 1, node.parent, -1) if blocks.nodes[one].parent == node.parent), -1)
        empty = before >= 0 and not (index and before in containers(blocks, blocks.owners[index - 1]))
        under = blocks.lines[index].images and empty and blocks.nodes[before].tag == node.tag == "p"
        shown = blocks.lines[index].text
        if node.tokens and under and (shown.endswith(_STOPS) or credit_at(shown)):
            below.setdefault(build, set()).add(owner)
        else:
            elsewhere.add(build)
    return {owner for build, owners in below.items() if build not in elsewhere for owner in owners}
