"""The domain and the name of a site, by its address."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator
from functools import lru_cache

from newscrawl.urls import host_of, site_of
from newscrawl.whole_files import is_safe_name

_DOMAIN = re.compile(r"[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})*")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_LONGEST = 40
_NO_NAMES = ("www.", "m.", "mobile.", "amp.")


def is_domain(text: str) -> bool:
    """Say whether a text is a domain that a spider can name."""
    return len(text) <= 253 and bool(_DOMAIN.fullmatch(text))


def domain_of(url: str) -> str | None:
    """Return the domain that a spider for a URL's site is allowed: its host, or what is behind ``www.``.

    No more than that: whoever names a subdomain wants no other, and others may belong to strangers (``blogspot.com``).
    None for a host that no spider can name, such as an IPv6 address.
    """
    host = host_of(url)
    for prefix in _NO_NAMES:
        if host.startswith(prefix) and host != site_of(url):
            host = host.removeprefix(prefix)
            break
    return host if is_domain(host) else None


@lru_cache(maxsize=4096)
def name_of(domain: str) -> str:
    """Return a name for a domain's spider, which is that of its module and of its folder of recordings as well."""
    site = site_of(f"https://{domain}/") or domain
    below = domain.removesuffix(site).split(".")
    is_name = "." in site and not site.rpartition(".")[2].isdecimal()
    labels = [*below, site.partition(".")[0]] if is_name else [domain]
    return _name("_".join(filter(None, labels)))


def names_of(domain: str) -> Iterator[str]:
    """Yield names for a domain's site, the best first, without end: others may be taken."""
    yield name_of(domain)
    whole = _name(domain)
    yield whole
    number = 2
    while True:
        suffix = f"_{number}"
        yield f"{whole[: _LONGEST - len(suffix)]}{suffix}"
        number += 1


def _name(text: str) -> str:
    name = re.sub("[^a-z0-9]+", "_", text.lower()).strip("_")[:_LONGEST].strip("_")
    return name if is_spider_name(name) else f"site_{name}"[:_LONGEST].strip("_")


def is_spider_name(name: str) -> bool:
    """Say whether a module, a folder on any file system and a spider can have a name."""
    return bool(_NAME.fullmatch(name)) and not keyword.iskeyword(name) and is_safe_name(name)
