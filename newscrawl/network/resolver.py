"""A resolver that returns only addresses on the public Internet.

It stands where the connection is made, so no second answer of a name server can slip between check and use. What a
proxy of the user's connects to is resolved by that proxy, and not seen here.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies

from scrapy.resolver import CachingHostnameResolver
from scrapy.utils.datatypes import LocalCache
from twisted.internet.base import ReactorBase
from twisted.internet.interfaces import IAddress, IHostResolution, IResolutionReceiver

from newscrawl.network.addresses import Allowed
from newscrawl.urls import plain_host

_MOST_REMEMBERED = 1000
_refused: LocalCache[str, str] = LocalCache(_MOST_REMEMBERED)


def refused_address(host: str) -> str | None:
    """Return the address for which a host name was refused at its last look-up."""
    return _refused.get(plain_host(host))


class _GlobalOnly:
    """Passes on only those addresses that may be connected to."""

    def __init__(self, receiver: Any, host: str, allowed: Allowed) -> None:
        self._receiver = receiver
        self._host = plain_host(host)
        self._allowed = allowed
        self._passed = 0
        self._stopped: list[str] = []

    def resolutionBegan(self, resolution: IHostResolution) -> None:  # noqa: N802 - Twisted's name
        self._receiver.resolutionBegan(resolution)

    def addressResolved(self, address: IAddress) -> None:  # noqa: N802
        host = str(getattr(address, "host", ""))
        if self._allowed.address(host.partition("%")[0]):
            self._passed += 1
            self._receiver.addressResolved(address)
        else:
            self._stopped.append(host)

    def resolutionComplete(self) -> None:  # noqa: N802
        if self._stopped and not self._passed:
            _refused[self._host] = self._stopped[0]
        else:
            _refused.pop(self._host, None)
        self._receiver.resolutionComplete()


class GlobalResolver(CachingHostnameResolver):
    """Scrapy's caching resolver for IPv4 and IPv6, without private, local and reserved addresses.

    It is one for the process, and so are the settings that it is made of. A name without any other address is as
    good as unknown; `refused_address` says that it was not.
    """

    def __init__(self, reactor: ReactorBase, cache_size: int, allowed: Allowed) -> None:
        super().__init__(reactor, cache_size)
        self._allowed = allowed
        self._proxies = _proxies()

    @classmethod
    def from_crawler(cls, crawler: Any, reactor: ReactorBase) -> GlobalResolver:
        """Create the resolver. `crawler` is the crawler process, because Scrapy has one resolver per process."""
        settings = crawler.settings
        cache_size = settings.getint("DNSCACHE_SIZE") if settings.getbool("DNSCACHE_ENABLED") else 0
        return cls(reactor, cache_size, Allowed.parse(settings["ALLOW_PRIVATE_ADDRESSES"]))

    def resolveHostName(  # noqa: N802 - Twisted's name
        self,
        resolutionReceiver: IResolutionReceiver,  # noqa: N803
        hostName: str,  # noqa: N803
        portNumber: int = 0,  # noqa: N803
        *rest: Any,
        **options: Any,
    ) -> IHostResolution:
        """Look up a name or an address."""
        receiver: Any = resolutionReceiver
        if not self._allowed.host(hostName) and (plain_host(hostName), portNumber) not in self._proxies:
            receiver = _GlobalOnly(resolutionReceiver, hostName, self._allowed)
        return super().resolveHostName(receiver, hostName, portNumber, *rest, **options)


def _proxies() -> frozenset[tuple[str, int]]:
    """Return host and port of the proxies that the user's environment names for HTTP.

    Another port of the same host is not the proxy, and ``no_proxy``, which `getproxies` lists as well, names hosts that
    have none.
    """
    found = set()
    for scheme in ("http", "https", "all"):
        url = getproxies().get(scheme, "")
        parts = urlsplit(url if "//" in url else f"//{url}")
        if parts.hostname:
            found.add((plain_host(parts.hostname), parts.port or (443 if parts.scheme == "https" else 80)))
    return frozenset(found)
