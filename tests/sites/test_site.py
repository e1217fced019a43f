"""What may be said of a site. Files of sites come from strangers."""

from __future__ import annotations

import pytest

from newscrawl.rules import RulesError
from newscrawl.sites import Site, SiteError
from newscrawl.sites.names import names_of

HOME = "https://www.bao.example/"


def test_an_address_is_enough():
    """Its domain and source follow from it."""
    site = Site.of({"home": f" {HOME} ", "notes": " ", "feeds": [], "title": None})
    assert site.as_json() == {"home": HOME, "source": "bao.example", "domains": ["bao.example"], "state": "active"}
    assert (site.name, site.feeds, site.explores) == ("", (), None)


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({"home": ""}, "home: the address of its front page is missing"),
        ({"home": "ftp://bao.example"}, "home: 'ftp://bao.example' is no http(s) address"),
        ({"home": "https://bao.example:99999/"}, "no http(s) address"),
        ({"home": "https://[::1]/"}, "no http(s) address"),
        ({"home": "https://bao.exa mple/"}, "no http(s) address"),
        ({"home": "https://bao.example/\x1b[2J"}, r"\x1b"),
        ({"home": "https://bao.example/" + "a" * 3000}, "no http(s) address"),
        ({"home": "https://me:secret@bao.example/"}, "holds a user name or password"),
        ({"home": 7}, "must be a text"),
        ({"feeds": "https://bao.example/rss"}, "feeds: must be a list"),
        ({"feeds": ["file:///etc/passwd"]}, "feeds: 'file:///etc/passwd' is no http(s) address"),
        ({"feeds": [["x"]]}, "feeds: must be a text"),
        ({"feeds": ["https://bao.example/rss"] * 201}, "feeds: has 201 entries"),
        ({"sitemaps": ["https://bao.example/{year.__class__}.xml"]}, "sitemaps: "),
        ({"sitemaps": ["https://bao.example/{day:99999999999}.xml"]}, "sitemaps: "),
        ({"sitemaps": ["https://bao.example/{0}.xml"]}, "sitemaps: "),
        ({"sitemaps": ["https://bao.example/}.xml"]}, "sitemaps: "),
        ({"article_url": "("}, "article_url: '(' is no regular expression"),
        ({"article_url": r"https://.*(?:\w|\w\w)+x"}, "takes for ever on some addresses"),
        ({"article_url": "a" * 1001}, "article_url: has 1001 characters"),
        ({"article_url": "(" * 500 + ")" * 500}, "article_url: "),
        ({"timezone": "Europe/Atlantis"}, "timezone must be an IANA name"),
        ({"timezone": "../../etc/passwd"}, "timezone must be an IANA name"),
        ({"language": "xx"}, "language must be an ISO 639-1 code"),
        ({"country": "Vietnam"}, "country: must be an ISO 3166 code"),
        ({"prune_xpath": ["//a["]}, "prune_xpath"),
        ({"prune_xpath": ["document('/etc/passwd')//a"]}, "is not a valid XPath"),
        ({"extractor": "mine"}, "extractor must be one of"),
        ({"adjust": "os:system"}, "'adjust' is no fact of a site; a function is code"),
        ({"feedz": ["x"]}, "did you mean 'feeds'?"),
        ({"pace": 0}, "pace: must be 1 to 60 seconds, not 0"),
        ({"pace": True}, "pace: "),
        ({"pace": float("nan")}, "pace: "),
        ({"state": "gone"}, "state: must be one of active, paused, dead"),
        ({"explores": "yes"}, "explores: must be true or false"),
        ({"name": "Báo"}, "name: 'Báo': a name has up to 40 small letters"),
        ({"name": "../x"}, "name: "),
        ({"name": "con"}, "name: "),
        ({"source": "a b"}, "source: "),
        ({"domains": ["bao.example/x"]}, "domains: "),
        ({"domains": ["bao.example", "com.vn"]}, "domains: below 'com.vn' are sites of many owners"),
        ({"home": "https://github.io/"}, "home: below 'github.io' are sites of many owners"),
        ({"title": "a\0b"}, "title: holds characters"),
        ({"title": "a\ud800"}, "title: holds characters"),
        ({"notes": "x" * 2001}, "notes: has 2001 characters"),
    ],
)
def test_a_mistake_is_one_line(facts, says):
    """What is wrong, and what to do."""
    with pytest.raises(SiteError) as raised:
        Site.of({"home": HOME} | facts)
    assert says in str(raised.value)
    assert str(raised.value).isprintable()
    assert isinstance(raised.value, RulesError)


def test_every_mistake_is_said():
    """One after the other would be tiresome."""
    with pytest.raises(SiteError) as raised:
        Site.of({"home": "x", "feeds": 1, "pace": -1, "article_url": "("})
    assert [problem.split(":")[0] for problem in raised.value.problems] == ["home", "feeds", "pace", "article_url"]


def test_sitemaps_of_days_are_patterns():
    """The braces that a spider fills, and doubled ones for those of an address."""
    sitemaps = ["https://bao.example/{year}/{month:02}/{day:02}.xml", "https://bao.example/{{x}}.xml"]
    assert Site.of({"home": HOME, "sitemaps": sitemaps}).sitemaps == tuple(sitemaps)


def test_sane_expressions_are_taken():
    """As spiders have them."""
    pattern = r"https?://vnexpress\.net/(?:[\w-]+/)*[\w-]+-\d{6,8}\.html"
    assert Site.of({"home": HOME, "article_url": pattern}).article_url == pattern


def test_there_is_always_another_name():
    """Of any length; each can be a spider's."""
    names = names_of("a" * 60 + ".example")
    first = [next(names) for _ in range(12)]
    assert len(set(first)) >= 11
    assert all(len(name) <= 40 for name in first)
    assert first[2].endswith("_2")
