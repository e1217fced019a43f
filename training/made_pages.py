"""Pages made of saved ones: with boxes of other things, cut short, made long, emptied, walled off.

Boxes put into and around an article teach the judge of web pages that a box is known by what it holds: where it stands
and what it is called changes from one made page to the next. Short and long articles teach it that length decides
nothing. Emptied pages, listings and walls teach the verdict what is no article.
"""

from __future__ import annotations

import random
import re
from dataclasses import replace

import numpy as np

from newscrawl.extraction.blocks import Blocks, Node
from newscrawl.extraction.containers import Containers
from newscrawl.extraction.line_features import facts_of
from newscrawl.extraction.text_lines import Line
from training.dump_labels import BODY, SIDEBAR
from training.page_data import LabelledPage

LARGEST_BOX = 40
"""Lines."""
WORDLESS, NAMELESS = 0.4, 0.25
"""Shares of boxes without class names, and of pages without any."""
TOPICAL = 0.5
"""Share of boxes whose words are partly replaced by the article's, as related articles share its words."""

SHORTEST, LONGEST = 25, 90
"""Words of an article that was cut short."""
LONG = (2_000, 16_000)
"""Words of an article that was made long."""
ADDRESSLESS = 0.35
"""Share of walls whose address is not known, as of a saved file."""
CARDS = (6, 30)
"""Boxes of a made listing."""

Box = tuple[int, int, int, bool]
"""Node, first line, line after the last, whether it holds prose."""


def boxes(page: LabelledPage) -> list[Box]:
    """The containers that hold nothing of the article, and something worth reading."""
    held = Containers.of(page.blocks)
    others = np.concatenate([[0], np.cumsum(np.array(page.labels) != SIDEBAR)])
    found: dict[tuple[int, int], Box] = {}
    for node in range(len(page.blocks.nodes)):
        first, last = int(held.first[node]), int(held.last[node])
        if not 0 < last - first <= LARGEST_BOX or others[last] - others[first]:
            continue
        sizes = [facts_of(line.text).amount for line in page.blocks.lines[first:last]]
        if max(sizes) >= 5 and sum(sizes) >= 8:
            found.setdefault((first, last), (node, first, last, max(sizes) >= 15))
    return list(found.values())


def make_page(
    page: LabelledPage, pool: list[tuple[LabelledPage, list[Box]]], dice: random.Random
) -> LabelledPage | None:
    """The page with one to three boxes of others; None where none could be put in."""
    made = page
    wanted = dice.choice((1, 1, 2, 3))
    put = 0
    for _ in range(3 * wanted):
        donor, choice = dice.choice(pool)
        prose = [box for box in choice if box[3]]
        box = dice.choice(prose if prose and dice.random() < 0.6 else choice)
        grown = _insert(made, donor, box, dice)
        if grown is not None:
            made, put = grown, put + 1
        if put == wanted:
            break
    if not put:
        return None
    if dice.random() < NAMELESS:
        nodes = [node._replace(tokens=()) for node in made.blocks.nodes]
        made = replace(made, blocks=replace(made.blocks, nodes=nodes, inline=[()] * len(made.blocks.lines)))
    return made


def shorten(page: LabelledPage, dice: random.Random) -> LabelledPage:
    """The page with the first lines of its article only, as a brief on a heavy page."""
    wanted, words = dice.randint(SHORTEST, LONGEST), 0.0
    dropped: set[int] = set()
    for index, label in enumerate(page.labels):
        if label == BODY and words >= wanted:
            dropped.add(index)
        elif label == BODY:
            words += facts_of(page.blocks.lines[index].text).amount
    return _without(page, dropped)


def empty(page: LabelledPage) -> LabelledPage:
    """The page without its article: what is left is no article."""
    return _without(page, {index for index, label in enumerate(page.labels) if label != SIDEBAR})


def _without(page: LabelledPage, dropped: set[int]) -> LabelledPage:
    here = page.blocks
    left = [index for index in range(len(here.lines)) if index not in dropped]
    blocks = Blocks(
        lines=[here.lines[index] for index in left],
        nodes=here.nodes,
        owners=[here.owners[index] for index in left],
        bold=[here.bold[index] for index in left],
        inline=[here.inline[index] for index in left],
        away=[here.away[index] for index in left],
        fields=here.fields,
        passwords=here.passwords,
    )
    return replace(page, blocks=blocks, labels=[page.labels[index] for index in left])


def lengthen(page: LabelledPage, donors: list[LabelledPage], dice: random.Random) -> LabelledPage | None:
    """The page with paragraphs of other articles below its own, built like them; None where it has no paragraphs."""
    body = [
        index
        for index, label in enumerate(page.labels)
        if label == BODY
        and page.blocks.lines[index].kind == "paragraph"
        and page.blocks.nodes[page.blocks.owners[index]].tag == "p"
    ]
    if len(body) < 3:
        return None
    wanted = dice.uniform(*LONG) if dice.random() < 0.5 else dice.uniform(LONG[0], 3 * LONG[0])
    lines: list[Line] = []
    words = 0.0
    while words < wanted:
        donor = dice.choice(donors)
        found = [
            line
            for line, label in zip(donor.blocks.lines, donor.labels, strict=True)
            if label == BODY and line.kind in ("paragraph", "heading")
        ]
        lines += found
        words += sum(facts_of(line.text).amount for line in found) + 1
    here, cut = page.blocks, body[-1] + 1
    model = here.nodes[here.owners[body[-1]]]
    nodes, owners = list(here.nodes), []
    for line in lines:
        owners.append(len(nodes))
        is_heading = line.kind == "heading"
        nodes.append(model._replace(tag=f"h{line.level or 2}", tokens=()) if is_heading else model)
    blocks = Blocks(
        lines=[*here.lines[:cut], *lines, *here.lines[cut:]],
        nodes=nodes,
        owners=[*here.owners[:cut], *owners, *here.owners[cut:]],
        bold=[*here.bold[:cut], *[0] * len(lines), *here.bold[cut:]],
        inline=[*here.inline[:cut], *[()] * len(lines), *here.inline[cut:]],
        away=[*here.away[:cut], *[0] * len(lines), *here.away[cut:]],
        fields=here.fields,
        passwords=here.passwords,
    )
    return replace(page, blocks=blocks, labels=[*page.labels[:cut], *[BODY] * len(lines), *page.labels[cut:]])


def silence(page: LabelledPage, dice: random.Random) -> LabelledPage:
    """The page with less said about it: without its dates, authors, claims or address, each by chance."""
    facts = page.facts
    if dice.random() < 0.5:
        facts = replace(facts, published_at=None, published_source=None, published_raw=None, published_precision=None)
    if dice.random() < 0.5:
        facts = replace(facts, authors=())
    if dice.random() < 0.3:
        facts = replace(facts, description=None)
    address = dice.random()
    if address < 0.25:
        facts = replace(facts, url=None)
    elif address < 0.35:
        facts = replace(facts, url=f"https://{page.site}/?p={dice.randint(1, 99_999)}")
    return replace(page, facts=facts, claims_article=page.claims_article and dice.random() < 0.5)


def make_listing(
    page: LabelledPage, pool: list[tuple[LabelledPage, list[Box]]], dice: random.Random
) -> LabelledPage | None:
    """A page without its article, but with many boxes of other articles in its place."""
    made: LabelledPage | None = page
    for _ in range(dice.randint(*CARDS)):
        donor, choice = dice.choice(pool)
        grown = _insert(made, donor, dice.choice(choice), dice) if made is not None else None
        made = grown or made
    return empty(_as_listing(made, dice)) if made is not None else None


def _as_listing(page: LabelledPage, dice: random.Random) -> LabelledPage:
    """At the address of a section or home page, and with what such pages say of themselves, which is often the same."""
    facts = page.facts
    steps = dice.choice(([], [], ["news"], ["sport", "football"], ["the-gioi"], ["wirtschaft"], ["tag", "harbour"]))
    url = f"https://{page.site}/{'/'.join(steps)}" if dice.random() < 0.8 else facts.url
    if dice.random() < 0.7:
        facts = replace(facts, published_at=None, published_source=None, published_raw=None, published_precision=None)
    if dice.random() < 0.5:
        facts = replace(facts, authors=())
    if dice.random() < 0.7:
        words = (facts.title or "").split()
        facts = replace(facts, title=" ".join(words[: dice.randint(1, 3)]))
    return replace(page, facts=replace(facts, url=url), claims_article=page.claims_article and dice.random() < 0.3)


def make_wall(page: LabelledPage, notices: list[str], dice: random.Random) -> LabelledPage | None:
    """A page with a notice in the place of its article, which its address still names."""
    body = [index for index, label in enumerate(page.labels) if label == BODY]
    if not body or len(notices) < 4:
        return None
    title, *texts = dice.sample(notices, dice.randint(2, 4))
    title = " ".join(title.split()[: dice.randint(2, 8)])
    here = page.blocks
    heading = Line(title, "heading", 1)
    lines = [heading, *(Line(text, "paragraph") for text in texts)]
    places = [body[min(at, len(body) - 1)] for at in range(len(lines))]
    made = list(here.lines)
    for place, line in zip(places, lines, strict=True):
        made[place] = line
    blocks = replace(here, lines=made)
    kept = set(places)
    dropped = {index for index, label in enumerate(page.labels) if label != SIDEBAR and index not in kept}
    if dice.random() < 0.4:  # bare pages have little around the notice
        around = [index for index in range(len(made)) if index not in kept]
        dropped |= set(dice.sample(around, max(len(around) - dice.randint(0, 15), 0)))
    made_page = _unsaid(_without(replace(page, blocks=blocks), dropped), title)
    if dice.random() < ADDRESSLESS:
        made_page = replace(made_page, facts=replace(made_page.facts, url=None))
    return made_page


def _unsaid(page: LabelledPage, title: str | None) -> LabelledPage:
    """Without anything that the page says of an article."""
    facts = replace(
        page.facts,
        title=title if title is not None else page.facts.title,
        authors=(),
        description=None,
        published_at=None,
        published_source=None,
        published_raw=None,
        published_precision=None,
    )
    return replace(page, facts=facts, claims_article=False)


def _insert(page: LabelledPage, donor: LabelledPage, box: Box, dice: random.Random) -> LabelledPage | None:
    after = _place(page, dice)
    at = _container(page.blocks, after)
    if page.blocks.nodes[at].tag == "p":
        return None
    node, first, last, _ = box
    nodes, moved = _graft(page.blocks.nodes, donor.blocks.nodes, node, at, nameless=dice.random() < WORDLESS)
    lines = donor.blocks.lines[first:last]
    if dice.random() < TOPICAL:
        lines = [_topical(line, page, dice) for line in lines]
    here, there = page.blocks, donor.blocks
    cut = after + 1
    blocks = Blocks(
        lines=[*here.lines[:cut], *lines, *here.lines[cut:]],
        nodes=nodes,
        owners=[*here.owners[:cut], *(moved[owner] for owner in there.owners[first:last]), *here.owners[cut:]],
        bold=[*here.bold[:cut], *there.bold[first:last], *here.bold[cut:]],
        inline=[*here.inline[:cut], *there.inline[first:last], *here.inline[cut:]],
        away=[*here.away[:cut], *there.away[first:last], *here.away[cut:]],
        fields=here.fields,
        passwords=here.passwords,
    )
    labels = [*page.labels[:cut], *[SIDEBAR] * len(lines), *page.labels[cut:]]
    return replace(page, blocks=blocks, labels=labels)


def _place(page: LabelledPage, dice: random.Random) -> int:
    """The line after which a box is put: within the article, at its end, or before it."""
    body = [index for index, label in enumerate(page.labels) if label == BODY]
    chance = dice.random()
    if chance < 0.4:
        place = dice.choice(body[:-1] or body)
    elif chance < 0.85:
        place = body[-1] + dice.choice((0, 0, 1, 2))
    else:
        place = max(body[0] - 1, 0)
    return min(place, len(page.labels) - 1)


def _container(blocks: Blocks, line: int) -> int:
    """The innermost node that holds the line and the next."""
    around = set()
    node = blocks.owners[min(line + 1, len(blocks.owners) - 1)]
    while node >= 0:
        around.add(node)
        node = blocks.nodes[node].parent
    node = blocks.owners[line]
    while node not in around:
        node = blocks.nodes[node].parent
    return node


def _graft(
    nodes: list[Node], other: list[Node], root: int, at: int, *, nameless: bool
) -> tuple[list[Node], dict[int, int]]:
    """The nodes with another page's subtree below one of them, and the new index of each of its nodes."""
    grown = list(nodes)
    deeper = nodes[at].depth + 1 - other[root].depth
    moved: dict[int, int] = {}
    for index in range(root, len(other)):
        node = other[index]
        if index != root and node.parent not in moved:
            continue
        moved[index] = len(grown)
        parent = at if index == root else moved[node.parent]
        grown.append(Node(node.tag, parent, node.depth + deeper, () if nameless else node.tokens, node.hidden))
    return grown, moved


def _topical(line: Line, page: LabelledPage, dice: random.Random) -> Line:
    words = [word for word in re.findall(r"\w{4,}", f"{page.title} {page.title} {page.gold}") if word.islower()]
    if not words:
        return line
    parts = line.text.split(" ")
    for index in range(1, len(parts)):
        if parts[index].isalpha() and dice.random() < 0.35:
            parts[index] = dice.choice(words)
    text = " ".join(parts)
    return line._replace(text=text, linked=len(text) if line.linked >= len(line.text) else min(line.linked, len(text)))
