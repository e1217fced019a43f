"""Where a request may go: decided by what its URL says, before any name is resolved."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from newscrawl.text import printable
from newscrawl.urls import site_of
from newscrawl.web.addresses import Allowed, host_address, plain_host

# Ports of services that are not HTTP and may act on what a request says, as browsers block them
# (https://fetch.spec.whatwg.org/#port-blocking). A list of good ports would refuse the odd ports that real sites use.
_BAD_PORTS = frozenset(
    int(port)
    for port in (
        "0 1 7 9 11 13 15 17 19 20 21 22 23 25 37 42 43 53 69 77 79 87 95 101 102 103 104 109 110 111 113 115 "
        "117 119 123 135 137 139 143 161 179 389 427 465 512 513 514 515 526 530 531 532 540 548 554 556 563 "
        "587 601 636 989 990 993 995 1719 1720 1723 2049 3659 4045 4190 5060 5061 6000 6566 6665 6666 6667 "
        "6668 6669 6679 6697 10080 "
    ).split()
)


class BadDestination(ValueError):  # noqa: N818 - a fact about the URL
    """No request goes there. ``reason`` is a word to count by; the message is one line for a person."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(printable(message))
        self.reason = reason


def check_url(url: str, allowed: Allowed) -> None:
    """Raise BadDestination for a URL that no crawl may ask for, whoever names it.

    What a name resolves to is not judged here, but by the resolver when the connection is made.
    """
    try:
        parts = urlsplit(url)
        scheme, host, port = parts.scheme, parts.hostname, parts.port
    except ValueError as error:
        raise BadDestination("bad_url", f"{url}: {error}") from None
    if scheme not in {"http", "https"}:
        raise BadDestination("scheme", f"{url}: only http and https are fetched, not {scheme or 'a relative address'}")
    if "@" in parts.netloc:
        raise BadDestination("userinfo", f"{host}: a URL with a user name or password in it is not fetched")
    if not host:
        raise BadDestination("bad_url", f"{url}: it names no host")
    if port in _BAD_PORTS:
        raise BadDestination("bad_port", f"{url}: port {port} is that of another service than HTTP")
    _check_host(host, allowed)


def _check_host(host: str, allowed: Allowed) -> None:
    try:
        address = host_address(host)
    except ValueError as error:
        raise BadDestination("bad_url", f"{host}: {error}") from None
    name = plain_host(host)
    is_local = address is None and (name == "localhost" or name.endswith(".localhost"))
    if allowed.host(host) or (address is not None and allowed.address(address)):
        return
    if address is not None or is_local:
        raise BadDestination("private_address", private(host))


def private(host: str) -> str:
    """Return the sentence about a host that is not of the public Internet."""
    return f"{host} is no address of the public Internet; ALLOW_PRIVATE_ADDRESSES can allow it"


def check_redirect(first: str, url: str, domains: Iterable[str]) -> None:
    """Raise BadDestination where a redirect leads off the site's registrable domain and those of the spider."""
    host = plain_host(urlsplit(url).hostname or "")
    if site_of(first) == site_of(url):
        return
    if not any(host == domain.lower() or host.endswith(f".{domain.lower()}") for domain in domains):
        raise BadDestination("offsite_redirect", f"{first} leads off its site, to {url}")
