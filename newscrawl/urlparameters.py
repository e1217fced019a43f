"""Which query parameters name a page on one site, and which say nothing there: exceptions from the rules for all sites.

They are declared by the class of the site's spider when its module is imported, before any address is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import unquote_plus

_NAME = re.compile(r"[^\s&=#*?%\[\]]+(?:\[[^\s&=#*?%\[\]]*\])?\*?|\*")


@dataclass(frozen=True, slots=True)
class Parameters:
    """Names of query parameters, whatever their letter case; ``*`` at the end stands for any rest.

    Raises ValueError, with a line for a person, for what can be no name, and for one on both sides.
    """

    kept: tuple[str, ...] = ()
    """They name a page, though elsewhere they tell of a session or a campaign, or `dropped` has them too."""
    dropped: tuple[str, ...] = ()
    """They say nothing about the page."""

    def __post_init__(self) -> None:
        for side, names in (("kept_parameters", self.kept), ("dropped_parameters", self.dropped)):
            # A text would be taken for as many names as it has letters.
            if not isinstance(names, tuple) or not all(isinstance(name, str) for name in names):
                raise ValueError(f'{side} must be a tuple of names, as in ("id",), not {names!r}')
            for name in names:
                if not _NAME.fullmatch(name):
                    raise ValueError(f"{side}: {name!r} is no name of a query parameter, such as 'id' or 'ref_*'")
        both = {name.lower() for name in self.kept} & {name.lower() for name in self.dropped}
        if both:
            raise ValueError(f"{min(both)!r} is in kept_parameters and in dropped_parameters")

    def says_nothing(self, parameter: str) -> bool | None:
        """Whether ``name=value`` is dropped on this site; None where the rules for all sites decide."""
        name = unquote_plus(parameter.partition("=")[0]).lower()
        if _has(self.kept, name):
            return False
        return True if _has(self.dropped, name) else None


NO_PARAMETERS = Parameters()

_BY_DOMAIN: dict[str, Parameters] = {}


def declare(domains: Iterable[str], parameters: Parameters) -> None:
    """Say what holds for the pages of domains, each with all below it; the longest domain of a host counts."""
    _BY_DOMAIN.update(dict.fromkeys(domains, parameters))


def parameters_of(host: str) -> Parameters:
    """Return what was declared for a host in lower case."""
    while host:
        found = _BY_DOMAIN.get(host)
        if found is not None:
            return found
        host = host.partition(".")[2]
    return NO_PARAMETERS


def _has(patterns: tuple[str, ...], name: str) -> bool:
    return any(_matches(pattern.lower(), name) for pattern in patterns)


def _matches(pattern: str, name: str) -> bool:
    return name.startswith(pattern[:-1]) if pattern.endswith("*") else name == pattern
