"""Who may ask, and what a browser may do with the answer."""

from __future__ import annotations

import pytest

from newscrawl.serve.guard import is_loopback
from newscrawl.storage.engine import check_database
from tests.serve.conftest import client_of


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    """A database without articles."""
    path = tmp_path_factory.mktemp("serve") / "empty.db"
    check_database(f"sqlite:///{path}")
    return f"sqlite:///{path}"


OTHERS = ["evil.example", "127.0.0.1.evil.example", "evil.example:8370", "10.0.0.1", "", "localhost.evil", "[::2]:8370"]
OTHERS += ["127.0.0.1@evil.example", "evil.example#127.0.0.1", "2130706433", "0"]


@pytest.mark.parametrize("name", OTHERS)
def test_other_names_are_refused(url, name):
    """So that a page elsewhere cannot read what is served here, by a name that it points to this machine."""
    for path in ("/", "/static/style.css", "/nope"):
        assert client_of(url).get(path, headers={"Host": name}).status_code == 421


@pytest.mark.parametrize("name", ["localhost:1", "LOCALHOST", "127.0.0.1", "[::1]:8370", "[::1]", "localhost."])
def test_own_names_are_accepted(url, name):
    """With any port, for it may be forwarded."""
    assert client_of(url).get("/", headers={"Host": name}).status_code == 200


def test_names_and_addresses_of_a_proxy_or_network(url):
    """Those that were named, and any address where others are served."""
    client = client_of(url, names=["News.example"])
    assert client.get("/", headers={"Host": "news.example:80"}).status_code == 200
    assert client.get("/", headers={"Host": "10.0.0.1"}).status_code == 421
    client = client_of(url, any_address=True)
    for name, status in (("10.0.0.1:8370", 200), ("[fe80::1]:1", 200), ("evil.example", 421)):
        assert client.get("/", headers={"Host": name}).status_code == status


def test_token_is_asked_for(url):
    """As password or bearer token, and for everything."""
    client = client_of(url, token="sécret")
    for path in ("/", "/static/style.css"):
        answer = client.get(path)
        assert (answer.status_code, "Basic" in answer.headers["www-authenticate"]) == (401, True)
    assert client.get("/", auth=("anybody", "sécret")).status_code == 200
    assert client.get("/", headers={"Authorization": "Bearer sécret".encode()}).status_code == 401
    for wrong in ("Basic %%%", "Basic", "Bearer", "Bearer x", "Digest sécret", "Basic c8OpY3JldA=="):
        assert client.get("/", headers={"Authorization": wrong.encode()}).status_code == 401


def test_every_answer_has_the_headers(url):
    """Errors and files as well."""
    for path in ("/", "/nope", "/static/style.css", "/?page=x"):
        headers = client_of(url).get(path).headers
        assert headers["content-security-policy"].startswith("default-src 'none'; style-src 'self'; script-src 'self';")
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["cross-origin-resource-policy"] == "same-origin"
    assert client_of(url).post("/").status_code == 405


def test_loopback_is_told_from_what_others_reach():
    """By address or name."""
    assert all(map(is_loopback, ("127.0.0.1", "127.9.9.9", "::1", "localhost")))
    assert not any(map(is_loopback, ("0.0.0.0", "::", "10.0.0.1", "news.example", "")))
