"""Tests of what a host means and which addresses are public."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from newscrawl.network.addresses import Allowed, host_address, is_global

LOCAL = """127.0.0.1 10.1.2.3 172.16.0.1 192.168.0.1 169.254.169.254 100.64.0.1 0.0.0.0 192.0.0.8 224.0.0.1 240.0.0.1
255.255.255.255 ::1 :: fe80::1 fc00::1 fec0::1 ff02::1 ::ffff:127.0.0.1 ::ffff:0:7f00:1 ::127.0.0.1 64:ff9b::7f00:1
64:ff9b:1::1 2002:7f00:1:: 2002:a00:1:: 2001:0:1::1 2001:db8::1 5f00::1""".split()


@pytest.mark.parametrize("address", LOCAL)
def test_addresses_of_no_other_machine_are_not_global(address: str):
    """Private, local, reserved and multicast, also where IPv6 holds them in another form."""
    assert not is_global(ip_address(address))


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::"]
)
def test_addresses_of_the_public_internet_are_global(address: str):
    """As they are, and within another."""
    assert is_global(ip_address(address))


@pytest.mark.parametrize(
    "host",
    "127.0.0.1 127.1 2130706433 0x7f.1 0x7F000001 0177.0.0.1 017700000001 127.0.0.1. ①②⑦.0.0.1 127。0。0。1 "
    "127%2e0.0.1".split(),
)
def test_a_disguised_address_is_found_out(host: str):
    """Whatever inet_aton or a browser takes for 127.0.0.1 is that."""
    assert host_address(host) == ip_address("127.0.0.1")


@pytest.mark.parametrize(
    "host", ["1.2.3.4.5", "256.1.1.1", "09.1.1.1", "1.1.65536", "[fe80::1%25eth0]", "a b", "", "a\x00b"]
)
def test_what_is_neither_a_name_nor_an_address_is_refused(host: str):
    """No resolver is asked about it."""
    with pytest.raises(ValueError, match=r"\S"):
        host_address(host)


@pytest.mark.parametrize("host", ["news.example", "đàlạt.example", "1.example", "127.0.0.1.example", "0x.example"])
def test_a_name_is_no_address(host: str):
    """Digits in a name do not make it one."""
    assert host_address(host) is None


def test_the_setting_names_hosts_and_networks():
    """What is listed may be asked, and nothing beside it."""
    allowed = Allowed.parse("10.0.0.0/8, news.intranet,::1")
    assert allowed.address("10.9.9.9")
    assert allowed.address("::1")
    assert allowed.address("8.8.8.8")
    assert not allowed.address("127.0.0.1")
    assert allowed.host("News.Intranet.")
    assert not allowed.host("sub.news.intranet")


def test_the_setting_may_allow_everything_or_nothing():
    """True, as the environment spells it as well, and nothing."""
    assert Allowed.parse("True").address("127.0.0.1")
    assert Allowed.parse(True).host("anything")
    assert not Allowed.parse("").address("127.0.0.1")
    assert not Allowed.parse(None).host("anything")


@pytest.mark.parametrize("value", ["10.0.0.0/33", "10.0.0.1/8", "127.1", "a b", "1.2.3.4.5"])
def test_a_wrong_entry_of_the_setting_is_told(value: str):
    """A network that cannot be is no reason to allow nothing, or everything."""
    with pytest.raises(ValueError, match=r"\S"):
        Allowed.parse(value)
