"""The columns that each forest sees, by name: put together from the declarations beside the code that computes them.

docs/reference/features.md is printed from here, and a test holds the widths of the matrices against it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from newscrawl.extraction import class_names, context_features, second_opinion, tree_features
from newscrawl.extraction.line_features import BASE


class Column(NamedTuple):
    """A column of a forest's matrix."""

    name: str
    meaning: str
    """Empty where it is that of the column before, in another measure."""


class Group(NamedTuple):
    """Columns that are computed together."""

    title: str
    columns: tuple[Column, ...]


def _plain(meanings: Mapping[str, str]) -> tuple[Column, ...]:
    return tuple(Column(name, meaning) for name, meaning in meanings.items())


def _around(names: Iterable[str]) -> tuple[Column, ...]:
    """What ``context_features.neighbours`` gives of the columns of these names."""
    names = tuple(names)
    return tuple(
        Column(f"{name}, {place}", f"`{name}` {meaning}")
        for place, meaning in context_features.AROUND.items()
        for name in names
    )


def _levels(meanings: Mapping[str, str], count: int) -> tuple[Column, ...]:
    return tuple(
        Column(f"container {number}: {name}", meaning)
        for number in range(1, count + 1)
        for name, meaning in meanings.items()
    )


DUMP_FIRST = (
    Group("The line by itself and against the page", _plain(BASE)),
    Group("The lines around it", _around(context_features.NEAR)),
    Group("Its place", _plain(context_features.PLACE)),
)
"""What the first forest sees of a text dump."""
SECOND = Group(
    "What the first forest says of the lines around it",
    _plain(context_features.OPINION) + _around(context_features.SEEN),
)
DUMP_SECOND = (*DUMP_FIRST, SECOND)
"""What the second forest sees of a text dump."""
_GROUPS = _levels(tree_features.GROUP, tree_features.LEVELS) + _plain(tree_features.ALIKE)
PAGE_FIRST = (
    *DUMP_FIRST,
    Group("Its element and what is built like it", _plain(tree_features.TREE)),
    Group("The containers around it", _levels(tree_features.LEVEL, tree_features.LEVELS)),
    Group(
        "Names of classes",
        _plain(class_names.NAMES)
        + tuple(
            Column(f"step {step}: {name}", meaning)
            for step in range(1, class_names.STEPS + 1)
            for name, meaning in class_names.STEP.items()
        ),
    ),
)
"""What the first forest sees of a web page."""
PAGE_SECOND = (*PAGE_FIRST, SECOND, Group("What the first forest says of its containers", _GROUPS))
"""What the second forest sees of a web page."""
PAGE_THIRD = (
    *PAGE_SECOND,
    Group(
        "What the second forest says",
        (Column("second chance", "chance by the second forest"), *_GROUPS),
    ),
    Group(
        "What trafilatura makes of the page",
        _plain(second_opinion.OPINION) + _around(second_opinion.SEEN),
    ),
)
"""What the third forest sees of a web page."""


def names(groups: Iterable[Group]) -> list[str]:
    """The names of all columns in their order."""
    return [column.name for group in groups for column in group.columns]
