"""Allowed destinations: which address a host in a URL stands for, and whether it is on the public Internet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any, Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler

from newscrawl.network.refusals import refuse
from newscrawl.text import printable
from newscrawl.urls import LONGEST_URL, fits, host_of, plain_host, site_of

Address = IPv4Address | IPv6Address

_GLOBAL_UNICAST = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")
_TEREDO = IPv6Network("2001::/32")
_MOST_HOST_LETTERS = 253


def is_global(address: Address) -> bool:
    """Whether an address can belong to another machine on the public Internet.

    Only global unicast counts for IPv6 (IANA has given out nothing outside 2000::/3), and an address that holds an IPv4
    address is what that one is: mapped (RFC 4291), 6to4 (RFC 3056), NAT64 (RFC 6052). Teredo is refused altogether.
    """
    if isinstance(address, IPv4Address):
        return address.is_global and not address.is_multicast and address not in IPv4Network("192.0.0.0/24")
    inner = address.ipv4_mapped or address.sixtofour
    if inner is None and address in _NAT64:
        inner = IPv4Address(int(address) & 0xFFFFFFFF)
    if inner is not None:
        return is_global(inner)
    return address in _GLOBAL_UNICAST and address not in _TEREDO and address.is_global


def host_address(host: str) -> Address | None:
    """Return the IP address that a host spells in any notation: ``127.1``, ``0x7f000001``, ``[::1]``; None for a name.

    As WHATWG URL's host parser (https://url.spec.whatwg.org/#concept-host-parser) and inet_aton read it.
    Raises ValueError for what is neither, such as ``1.2.3.4.5``, an IPv6 zone, or a host with a space in it.
    """
    host = plain_host(host)
    if ":" in host or host.startswith("["):
        if "%" in host:
            raise ValueError("it names a network interface of this machine")
        return IPv6Address(host.removeprefix("[").removesuffix("]"))
    if not host or len(host) > _MOST_HOST_LETTERS or any(sign.isspace() or sign in "@/\\?#<>^|%" for sign in host):
        raise ValueError("invalid host name")
    if not host.isprintable():
        raise ValueError("invalid host name")
    parts = host.split(".")
    if not _is_number(parts[-1]):
        return None
    if len(parts) > 4:
        raise ValueError("an IPv4 address has four parts")
    numbers = [_number(part) for part in parts]
    *first, last = numbers
    if any(number > 255 for number in first) or last >= 256 ** (5 - len(numbers)):
        raise ValueError("a part of the IPv4 address is too large")
    return IPv4Address(sum(number << (24 - 8 * place) for place, number in enumerate(first)) + last)


def _is_number(part: str) -> bool:
    return part.isdecimal() or (part.startswith("0x") and all(sign in "0123456789abcdef" for sign in part[2:]))


def _number(part: str) -> int:
    if part.startswith("0x"):
        return int(part[2:] or "0", 16)
    return int(part, 8) if part.startswith("0") and len(part) > 1 else int(part)


@dataclass(frozen=True, slots=True)
class Allowed:
    """Hosts and networks that may be crawled although they are not on the public Internet."""

    everything: bool = False
    hosts: frozenset[str] = frozenset()
    networks: tuple[IPv4Network | IPv6Network, ...] = ()

    @classmethod
    def parse(cls, value: Any) -> Self:
        """Parse the setting: hosts and networks, as a list or separated by commas; True or ``all`` for every host.

        Raises ValueError.
        """
        if value in {None, False, ""}:
            return cls()
        if value is True or str(value).strip().lower() in {"true", "all", "1"}:
            return cls(everything=True)
        parts = value.split(",") if isinstance(value, str) else list(value)
        hosts, networks = set(), []
        for part in (str(part).strip() for part in parts):
            try:
                networks.append(ip_network(part.removeprefix("[").removesuffix("]")))
            except ValueError:
                if part and ("/" in part or host_address(part) is not None):
                    raise ValueError(f"{part!r} is neither a host nor a network such as 10.0.0.0/8") from None
                hosts |= {plain_host(part)} - {""}
        return cls(hosts=frozenset(hosts), networks=tuple(networks))

    def host(self, host: str) -> bool:
        """Whether a host name may be crawled, whatever address it has."""
        return self.everything or plain_host(host) in self.hosts

    def address(self, address: Address | str) -> bool:
        """Whether an address may be connected to: it is global, or in a listed network."""
        if isinstance(address, str):
            address = ip_address(address)
        return self.everything or is_global(address) or any(address in network for network in self.networks)


# Ports of services other than HTTP that may act on the content of a request; browsers block them too
# (https://fetch.spec.whatwg.org/#port-blocking). A list of allowed ports would refuse unusual ports of real sites.
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
    """A URL that must not be requested. ``reason`` is a page reason; the message is one line."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(printable(message))
        self.reason = reason


def check_url(url: str, allowed: Allowed) -> None:
    """Raise BadDestination for a URL that no crawl may request, whatever its origin.

    What a name resolves to is not judged here, but by the resolver when the connection is made.
    """
    try:
        parts = urlsplit(url)
        scheme, host, port = parts.scheme, parts.hostname, parts.port
        is_too_long = not fits(url)
    except ValueError as error:
        raise BadDestination("bad_url", f"{url[:LONGEST_URL]}: {error}") from None
    if is_too_long:
        raise BadDestination("bad_url", f"{url[:200]}…: a URL of {len(url)} characters is longer than is fetched")
    if scheme not in {"http", "https"}:
        raise BadDestination("scheme", f"{url}: only http and https are fetched, not {scheme or 'a relative address'}")
    if "@" in parts.netloc:
        raise BadDestination("userinfo", f"{host}: a URL with a user name or password in it is not fetched")
    if not host:
        raise BadDestination("bad_url", f"{url}: it names no host")
    if port in _BAD_PORTS:
        raise BadDestination("bad_port", f"{url}: port {port} belongs to a service other than HTTP")
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
    """Return the message about a host that is not on the public Internet."""
    return f"{host} is not an address on the public Internet; ALLOW_PRIVATE_ADDRESSES can allow it"


def check_redirect(first: str, url: str, domains: Iterable[str]) -> None:
    """Raise BadDestination if a redirect leaves the site's registrable domain and the spider's allowed domains."""
    host = host_of(url)
    if site_of(first) == site_of(url):
        return
    if not any(host == domain.lower() or host.endswith(f".{domain.lower()}") for domain in domains):
        raise BadDestination("offsite_redirect", f"{first} redirects to another site: {url}")


ROBOTS = "newscrawl_robots"
"""Key in the meta of a request for robots.txt."""


class GuardMiddleware:
    """Refuses requests that must not be made. It comes first, so that they do not cause a request for robots.txt.

    A redirect comes by again as a request of its own. Scrapy's OffsiteMiddleware lets requests with ``dont_filter``
    pass, and drops others without telling their errback.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.allowed = Allowed.parse(crawler.settings["ALLOW_PRIVATE_ADDRESSES"])

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Create the middleware of a crawl."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Raise Refused for a request that must not be made."""
        if request.url.startswith("data:"):  # no network access; spiders of local files start with one
            return
        try:
            check_url(request.url, self.allowed)
            redirects = request.meta.get("redirect_urls")
            if redirects and not request.meta.get(ROBOTS):  # RFC 9309 2.3.1.2: robots.txt may live elsewhere
                check_redirect(redirects[0], request.url, getattr(self.crawler.spider, "allowed_domains", None) or ())
        except BadDestination as error:
            raise refuse(self.crawler, error.reason, str(error)) from None
