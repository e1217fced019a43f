"""The articles of a paper, made of its seed and their numbers: nothing is held but what has changed."""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from functools import lru_cache
from urllib.parse import quote

from testing.newspaper.options import FIRST_ID, Options
from testing.newspaper.state import State
from testing.newspaper.story import MOST_ENTRIES, Gold, Kind, Story, source_of, story_of, title_of
from testing.newspaper.text import dice_of, grammar, slug_of, unicode_slug_of

QUARTER = 900
"""Seconds between the entries of a live blog."""
_FACTS = ("sections", "articles", "seed", "days", "language", "multipage", "copies", "live")


class Newspaper:
    """A paper that can be asked and changed; raises ValueError for the state of another one."""

    def __init__(self, options: Options, base: str = "http://127.0.0.1", state: State | None = None) -> None:
        self.state = state or State()
        self.options = options.switched(self.state.switches)
        self.base = base
        self.grammar = grammar(options.language)
        facts = {name: value for name, value in asdict(options).items() if name in _FACTS}
        if not self.state.clock:
            start = options.now or datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
            self.state.clock = self.state.changed = self.state.ticked = int(start.timestamp())
            self.state.facts = facts | {"start": self.state.clock}
        start_of_paper = self.state.facts.get("start")
        if self.state.facts != facts | {"start": start_of_paper} or not isinstance(start_of_paper, int):
            raise ValueError("the state is that of a paper with other options; delete it or name another")
        self.start = start_of_paper
        self.sections = [(slug_of(name), name) for name in self.grammar.sections[: options.sections]]
        self._forget()

    def _forget(self) -> None:
        self._stories = lru_cache(512)(self._story)
        self._slugs = lru_cache(1 << 16)(self._slug)
        self._titles = lru_cache(1 << 16)(self._title)
        self._kinds = lru_cache(1 << 16)(self._kind)
        self._lists: dict[int | None, tuple[int, Sequence[int]]] = {}

    def switch(self, **values: object) -> None:
        """Change options that are no facts of the articles; ValueError for others."""
        self.options = self.options.switched(values)
        self.state.happen()
        self.state.switches |= values
        self.state.switched = self.state.clock
        self._forget()

    # Which there are

    @property
    def newest(self) -> int:
        """The highest number given so far."""
        return FIRST_ID + self.options.articles + len(self.state.published) - 1

    def known(self, number: int) -> bool:
        """Whether there is or was such an article."""
        return FIRST_ID <= number <= self.newest

    def ids(self, section: int | None = None) -> Sequence[int]:
        """The articles there are, the newest first; of one section."""
        held = self._lists.get(section)
        if held and held[0] == self.state.events:
            return held[1]
        step = 1 if section is None else self.options.sections
        last = self.newest
        if section is not None:
            last -= (last - FIRST_ID - section) % step
        found: Sequence[int] = range(last, FIRST_ID - 1, -step)
        if self.state.gone:
            found = [number for number in found if number not in self.state.gone]
        self._lists[section] = (self.state.events, found)
        return found

    def section_of(self, number: int) -> int:
        """Its section, from 0."""
        return (number - FIRST_ID) % self.options.sections

    def published(self, number: int) -> int:
        """When it appeared: the higher the number, the later."""
        index = number - FIRST_ID
        if index >= self.options.articles:
            return self.state.published[index - self.options.articles]
        step = self.options.days * 86400 / self.options.articles
        jitter = 0.05 + 0.9 * dice_of(self.options.seed, "published", number).random()
        return self.start - int((self.options.articles - index - jitter) * step)

    def since(self, moment: int, section: int | None = None) -> Sequence[int]:
        """The articles that appeared at a moment or later, the newest first."""
        found = self.ids(section)
        return found[: bisect.bisect_right(found, -moment, key=lambda number: -self.published(number))]

    # What they say

    def kind_of(self, number: int) -> Kind:
        """What sort of article it is."""
        return self._kinds(number)

    def _kind(self, number: int) -> Kind:
        options = self.options
        if number in self.live:
            return "live"
        chance = dice_of(options.seed, "kind", number).random()
        if chance < options.multipage:
            return "pages"
        if chance < options.multipage + options.copies and number > FIRST_ID + 9:
            return "copy"
        return "plain"

    @property
    def live(self) -> list[int]:
        """The live blogs, deleted ones too."""
        last = FIRST_ID + self.options.articles
        return [number for number in range(last - 1, last - 1 - 3 * self.options.live, -3) if number >= FIRST_ID]

    def story(self, number: int) -> Story:
        """Write the article as it stands now."""
        state = self.state
        edits, titles = len(state.edits.get(number, ())), len(state.titles.get(number, ()))
        since = state.clock - self.published(number) if self.kind_of(number) == "live" else 0
        return self._stories(number, edits, titles, max(since, 0) // QUARTER)

    def _story(self, number: int, edits: int, titles: int, quarters: int) -> Story:
        return story_of(self.options, number, self.kind_of(number), edits=edits, titles=titles, quarters=quarters)

    def title(self, number: int, changes: int | None = None) -> str:
        """The headline now, or after so many changes of it."""
        return self._titles(number, len(self.state.titles.get(number, ())) if changes is None else changes)

    def _title(self, number: int, changes: int) -> str:
        return title_of(self.options, source_of(self.options, number, self.kind_of(number)), changes)

    def _slug(self, number: int, letters: bool) -> str:
        title = self.title(number, 0)
        return unicode_slug_of(title) if letters else slug_of(title)

    def path_of(self, number: int) -> str:
        """The path of an article's address, with its letters as they are; no change of the article moves it."""
        section = self.sections[self.section_of(number)][0]
        return f"/{section}/{self._slugs(number, self.options.unicode_paths)}-{number}.html"

    def url_of(self, number: int) -> str:
        """The canonical address of an article."""
        return self.base + quote(self.path_of(number))

    def modified(self, number: int) -> int:
        """When its text or headline last changed."""
        state = self.state
        moments: list[int] = [
            self.published(number),
            *state.edits.get(number, ())[-1:],
            *state.titles.get(number, ())[-1:],
        ]
        if self.kind_of(number) == "live":
            moments.append(moments[0] + min(max(state.clock - moments[0], 0) // QUARTER, MOST_ENTRIES) * QUARTER)
        return max(moments)

    def gold(self, number: int) -> Gold:
        """What an extractor should find; KeyError for an article that never was."""
        if not self.known(number):
            raise KeyError(number)
        story = self.story(number)
        pages = tuple(tuple(text for _, text in page) for page in story.pages)
        return Gold(
            id=number,
            url=self.url_of(number),
            kind=self.kind_of(number),
            title=story.title,
            lead=story.lead,
            text=tuple(text for page in pages for text in page),
            pages=pages,
            authors=story.authors,
            section=self.sections[self.section_of(number)][1],
            tags=story.tags,
            caption=story.caption,
            published_at=datetime.fromtimestamp(self.published(number), UTC),
            modified_at=datetime.fromtimestamp(self.modified(number), UTC),
            copy_of=story.copy_of,
            gone=self.state.gone.get(number, (None, 0))[0],
        )
