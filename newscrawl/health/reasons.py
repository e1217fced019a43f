"""Why pages fail, by what that says of their site."""

from __future__ import annotations

from typing import Literal

Group = Literal["refused", "moved", "unreachable", "barren", "fine"]

_REFUSED = frozenset({"http_401", "http_402", "http_403", "http_405", "http_406", "http_451", "robots"})
_MOVED = frozenset({"http_404", "http_410", "offsite_redirect", "redirect_loop", "private_address", "scheme"})
_UNREACHABLE = frozenset(
    "dns timeout refused reset tls headers robots_unreachable truncated failed http_408 http_425 http_429 "
    "worker_timeout worker_died".split()
) | {f"http_{status}" for status in range(500, 600)}
_FINE = frozenset({"stored", "elsewhere", "same", "revised", "not_modified", "deleted", "older"})

GROUPS: dict[Group, frozenset[str]] = {"refused": _REFUSED, "moved": _MOVED, "unreachable": _UNREACHABLE}


def group_of(reason: str) -> Group:
    """Return what a reason says of the site; `barren`: the page was read, and holds nothing."""
    if reason in _FINE:
        return "fine"
    if reason in _REFUSED:
        return "refused"
    if reason in _MOVED:
        return "moved"
    return "unreachable" if reason in _UNREACHABLE else "barren"
