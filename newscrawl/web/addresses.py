"""IP addresses: what a host in a URL means to a resolver, and whether an address is one of the public Internet."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any, Self
from urllib.parse import unquote

Address = IPv4Address | IPv6Address

_GLOBAL_UNICAST = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")
_TEREDO = IPv6Network("2001::/32")
_MOST_HOST_LETTERS = 253


def is_global(address: Address) -> bool:
    """Say whether an address can be another machine of the public Internet.

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


def plain_host(host: str) -> str:
    """Return a host as a resolver understands it: percent-encoding and compatibility characters undone, lower case."""
    return unicodedata.normalize("NFKC", unquote(host)).replace("。", ".").lower().removesuffix(".")


def host_address(host: str) -> Address | None:
    """Return the address that a host is in any disguise: ``127.1``, ``0x7f000001``, ``[::1]``; None for a name.

    As WHATWG URL's host parser (https://url.spec.whatwg.org/#concept-host-parser) and inet_aton read it.
    Raises ValueError for what is neither, such as ``1.2.3.4.5``, an IPv6 zone, or a host with a space in it.
    """
    host = plain_host(host)
    if ":" in host or host.startswith("["):
        if "%" in host:
            raise ValueError("it names a network interface of this machine")
        return IPv6Address(host.removeprefix("[").removesuffix("]"))
    if not host or len(host) > _MOST_HOST_LETTERS or any(sign.isspace() or sign in "@/\\?#<>^|%" for sign in host):
        raise ValueError("no host is named so")
    if not host.isprintable():
        raise ValueError("no host is named so")
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
    """Which hosts may be asked although they are not of the public Internet."""

    everything: bool = False
    hosts: frozenset[str] = frozenset()
    networks: tuple[IPv4Network | IPv6Network, ...] = ()

    @classmethod
    def parse(cls, value: Any) -> Self:
        """Read the setting: hosts and networks, as a list or with commas between; True or ``all`` for every host.

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
        """Say whether a name may be asked wherever it leads."""
        return self.everything or plain_host(host) in self.hosts

    def address(self, address: Address | str) -> bool:
        """Say whether an address may be connected to: it is global, or within a network that is listed."""
        if isinstance(address, str):
            address = ip_address(address)
        return self.everything or is_global(address) or any(address in network for network in self.networks)
