"""How an address misbehaves: which faults there are, and which of them a request meets."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from fnmatch import fnmatchcase
from typing import Any, Literal, get_args

Kind = Literal[
    "status",
    "limit",
    "redirect",
    "loop",
    "close",
    "reset",
    "hang",
    "slow",
    "bad_header",
    "truncated_gzip",
    "bomb",
    "huge",
    "empty",
    "soft_404",
    "consent",
    "windows_1258",
    "utf_16",
    "padded",
    "many_entries",
    "no_entries",
    "broken_xml",
    "mdy_dates",
    "halved",
    "undated",
    "etag_moves",
    "unconditional",
    "chunked",
]
"""What goes wrong:

- ``status``: an error page with ``status``, and ``retry_after``
- ``limit``: 429 and ``retry_after`` from more than ``amount`` requests in a second
- ``redirect``: to ``target`` with ``status``; ``loop``: to itself
- ``close``: no answer at all; ``reset``: the connection is reset in mid-body; ``hang``: nothing ever comes;
  ``slow``: one byte every ``seconds``; ``bad_header``: a head that is no HTTP
- ``truncated_gzip``: gzip cut in half, Content-Length true; ``bomb``: gzip of ``amount`` zeros;
  ``huge``: a body of ``amount``
- ``empty``: 200 and nothing; ``soft_404``: 200 and a page that says there is none; ``consent``: a cookie wall
- ``windows_1258``, ``utf_16``: the bytes are that (UTF-16LE without a mark), whatever is declared
- ``padded``: a page grown to ``amount`` bytes; ``many_entries``: a feed with ``amount``; ``no_entries``: one
  with none; ``broken_xml``; ``mdy_dates``
- ``halved``: an article's page without the second half of its text; ``undated``: one without its dates
- ``etag_moves``: another ETag in every answer; ``unconditional``: conditions are ignored; ``chunked``: no length
"""
_AMOUNTS = {"limit": 5, "bomb": 10**9, "huge": 10**9, "padded": 5_000_000, "many_entries": 100_000}
_STATUS = {"status": 500, "redirect": 302, "loop": 302, "limit": 429}


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of all addresses that fit a glob of the path, without its query; ValueError for one there is not."""

    path: str
    kind: Kind
    times: int | None = None
    """Only the first requests of each path; None for ever."""
    status: int = 0
    amount: int = 0
    """0 takes the kind's own."""
    retry_after: str | None = None
    """Seconds or a date."""
    target: str = ""
    seconds: float = 1.0

    def __post_init__(self) -> None:
        if self.kind not in get_args(Kind):
            raise ValueError(f"unknown fault {self.kind!r}; there are: {', '.join(get_args(Kind))}")
        if self.kind == "redirect" and not self.target:
            raise ValueError("a redirect needs a target")
        object.__setattr__(self, "amount", self.amount or _AMOUNTS.get(self.kind, 0))
        object.__setattr__(self, "status", self.status or _STATUS.get(self.kind, 0))
        object.__setattr__(self, "retry_after", None if self.retry_after is None else str(self.retry_after))

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Fault:
        """Read what `as_json` wrote, or a person."""
        unknown = sorted(set(values) - {item.name for item in fields(cls)})
        if unknown or not {"path", "kind"} <= set(values):
            raise ValueError(f"a fault needs path and kind, and knows no {', '.join(unknown) or 'fewer'}")
        return cls(**values)

    def as_json(self) -> dict[str, Any]:
        """All there is to say, for a process of its own."""
        return asdict(self)


@dataclass(slots=True)
class Faults:
    """The faults of a site, the newest first: an address meets all that fit it."""

    given: list[Fault]
    met: Counter[tuple[Fault, str]] = field(default_factory=Counter)
    recent: dict[Fault, deque[float]] = field(default_factory=dict)

    def add(self, fault: Fault) -> None:
        """Take a fault in; one of the same path and kind makes room."""
        self.given = [fault, *(old for old in self.given if (old.path, old.kind) != (fault.path, fault.kind))]
        for key in [key for key in self.met if key[0] == fault]:
            del self.met[key]

    def heal(self, path: str | None) -> None:
        """Take the faults of a path out; None for all."""
        self.given = [fault for fault in self.given if path is not None and fault.path != path]

    def meet(self, path: str, moment: float) -> dict[str, Fault]:
        """Return what this request meets, by kind, and count it."""
        found: dict[str, Fault] = {}
        for fault in self.given:
            if fault.kind in found or not (fault.path == path or fnmatchcase(path, fault.path)):
                continue
            if fault.times is not None:
                self.met[fault, path] += 1
                if self.met[fault, path] > fault.times:
                    continue
            if fault.kind == "limit" and not self._over(fault, moment):
                continue
            found[fault.kind] = fault
        return found

    def _over(self, fault: Fault, moment: float) -> bool:
        seen = self.recent.setdefault(fault, deque(maxlen=fault.amount + 1))
        seen.append(moment)
        return len(seen) > fault.amount and moment - seen[0] < 1
