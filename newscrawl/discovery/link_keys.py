"""The keys of a listing's links: seconds of work where they are hostile, so this is done in a worker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from newscrawl.items import Link, LinkKeys
from newscrawl.urls import Parameters, declare_all, plainer_keys, url_key

_NOTHING: Mapping[str, Parameters] = MappingProxyType({})


def link_keys(links: Sequence[Link], declared: Mapping[str, Parameters] = _NOTHING) -> tuple[LinkKeys, ...]:
    """Return the keys of links, in their order; `declared` is what `urls.declared_parameters` returns to who asks."""
    declare_all(declared)
    return tuple(LinkKeys(key, plainer_keys(key)) for key in (url_key(link.url) for link in links))
