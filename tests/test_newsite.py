"""What a new site's spider says: names, the form of addresses, the zone, and the module that is written."""

from __future__ import annotations

import ast
import keyword
import re
import subprocess
import sys
from datetime import UTC, date, datetime

import pytest

from newscrawl.items import Article, Link
from newscrawl.newsite import Findings, Proposal, ReadListing, domain_of, fitted, is_spider_name, name_of, propose
from newscrawl.newsite import spider_source as source_of
from newscrawl.newsite.propose import (
    articles_to_read,
    feeds_to_read,
    language_of,
    sections_to_read,
    sitemaps_below,
    timezone_of,
)
from newscrawl.newsite.shape import article_url

TODAY = date(2026, 11, 24)
SITE = "https://news.example"
SLUGS = ("cho-noi-ben-mau", "don-chuyen-do-dien", "gia-ve-giu-nguyen", "mua-mua-den-som", "covid-19", "2026-in-review")
SECTIONS = [f"{SITE}/{name}" for name in ("economy", "politics", "sport", "culture", "world/", "world/asia/")]


def addresses(form: str, count: int = 30) -> list[str]:
    """Article addresses of a form, with a section, a slug and a number in each."""
    sections = ("economy", "politics", "world")
    return [
        SITE
        + form.format(section=sections[n % 3], slug=f"{SLUGS[n % 6]}-{'xyz'[n % 3]}", number=51234 + n, day=n % 28 + 1)
        for n in range(count)
    ]


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("/{slug}-{number}.html", r"https?://news\.example/[\w-]+-\d+\.html"),
        ("/{section}/{slug}-{number}.htm", r"https?://news\.example/[\w-]+/[\w-]+-\d+\.htm"),
        ("/{slug}-d{number}.html", r"https?://news\.example/[\w-]+-d\d+\.html"),
        ("/{section}/{slug}-c46a{number}.html", r"https?://news\.example/[\w-]+/[\w-]+-c\d+a\d+\.html"),
        ("/{slug}-post{number}.html", r"https?://news\.example/[\w-]+-post\d+\.html"),
        ("/{slug}/{number}.html", r"https?://news\.example/[\w-]+/\d+\.html"),
        ("/2026/11/{day}/{slug}/", r"https?://news\.example/\d{4}/\d+/\d+/[\w-]+/"),
        ("/news/{section}-{number}", r"https?://news\.example/news/[\w-]+-\d+"),
        ("/{number}-{slug}", r"https?://news\.example/\d+-[\w-]+"),
        ("/{section}/{slug}", r"https?://news\.example/[\w-]+/[\w-]+"),
        ("/article.php?id={number}", r"https?://news\.example/article\.php\?id=\d+"),
        ("/{slug}-{number}.html?utm_source=rss", r"https?://news\.example/[\w-]+-\d+\.html(?:\?[^#]*)?"),
        ("/{slug}%C3%A9-{number}.html", r"https?://news\.example/[^/?#]+-\d+\.html"),
    ],
)
def test_the_form_of_addresses(form, expected):
    """Slugs and numbers are made general, and what all addresses share stays."""
    articles = addresses(form)
    sections = [url for url in SECTIONS if "asia" not in url]
    assert article_url(articles, sections) == expected
    assert all(re.fullmatch(expected, url) for url in articles)


@pytest.mark.parametrize(
    ("articles", "sections"),
    [
        (addresses("/{slug}-{number}.html", 4), SECTIONS),
        (addresses("/{slug}-{number}.html", 20) + addresses("/v/{slug}.aspx", 10), SECTIONS),
        (addresses("/{slug}"), SECTIONS),
        (addresses("/{section}/{slug}"), SECTIONS[:2]),
        (addresses("/{slug}-{number}.html"), [f"{SITE}/economy-4000000.html"]),
        (addresses("/view?id={number}&lang=vi"), SECTIONS),
        (["https://[::1", "no address", f"{SITE}//a//b", "https://a b/c"] * 9, SECTIONS),
        ([f"{SITE}/{'-' * 1900}{n}" for n in range(2000)], SECTIONS),
    ],
    ids=["few", "two forms", "as sections", "nothing tells", "matches a section", "parameters", "broken", "long"],
)
def test_no_form_rather_than_a_wrong_one(articles, sections):
    """Where no single form fits nine in ten articles and no section, there is none."""
    assert article_url(articles, sections) is None


def test_numbers_are_as_long_as_they_must_be():
    """Sections with a short number behind their name are told apart by its length."""
    found = article_url(addresses("/{slug}-{number}.html"), [*SECTIONS, f"{SITE}/economy-12.html"])
    assert found == r"https?://news\.example/[\w-]+-\d{3,}\.html"


def test_a_folder_is_fixed_only_where_the_whole_site_has_it():
    """A listing of one section says nothing about the folder's name; the front page does."""
    articles = [url.replace("/politics/", "/economy/") for url in addresses("/economy/{slug}-{number}.html")]
    others = addresses("/{section}/{slug}-{number}.html")
    assert article_url(articles, SECTIONS) == r"https?://news\.example/economy/[\w-]+-\d+\.html"
    assert article_url(articles, SECTIONS, others) == r"https?://news\.example/[\w-]+/[\w-]+-\d+\.html"


@pytest.mark.parametrize(
    ("url", "domain", "name"),
    [
        ("https://bnews.vn/", "bnews.vn", "bnews"),
        ("https://www.24h.com.vn/", "24h.com.vn", "site_24h"),
        ("https://m.kenh14.vn/tin", "kenh14.vn", "kenh14"),
        ("https://english.vov.vn", "english.vov.vn", "english_vov"),
        ("https://someone.blogspot.com", "someone.blogspot.com", "someone"),
        ("https://class.com", "class.com", "site_class"),
        ("https://con.com", "con.com", "site_con"),
        ("https://xn--bo-mia.vn/", "xn--bo-mia.vn", "xn_bo_mia"),
        ("https://www.Báo.vn./", "xn--bo-mia.vn", "xn_bo_mia"),
        ("http://127.0.0.1:8000/", "127.0.0.1", "site_127_0_0_1"),
        (f"https://{'a' * 60}.vn", f"{'a' * 60}.vn", "a" * 40),
    ],
)
def test_a_site_and_its_spider_have_names(url, domain, name):
    """The domain is the host without www, and the name can be that of a module."""
    assert (domain_of(url), name_of(domain)) == (domain, name)
    assert name.isidentifier()
    assert not keyword.iskeyword(name)
    assert is_spider_name(name)


@pytest.mark.parametrize(
    "url", ["https://[::1]/", 'https://a"b.vn/', "https://a'+b.vn/", "https://a{b}.vn", "https://báo_a.vn"]
)
def test_a_host_that_no_spider_can_name(url):
    """What is no plain domain never reaches a module."""
    assert domain_of(url) is None


@pytest.mark.parametrize("name", ["", "Báo", "a-b", "../a", "a/b", "import", "9a", "nul", "a" * 41, "a\n"])
def test_names_that_no_spider_has(name):
    """A name is a plain identifier, and a file name on every system."""
    assert not is_spider_name(name)


def dated(raw: str, language: str | None = "vi") -> Article:
    """An article with a date as its page writes it."""
    at = datetime.fromisoformat(raw).astimezone(UTC) if raw[:1].isdecimal() else None
    return Article(text="a", published_raw=raw, published_at=at, language=language)


@pytest.mark.parametrize(
    ("home", "raw", "language", "zone"),
    [
        ("https://bnews.vn/", [], None, "Asia/Ho_Chi_Minh"),
        ("https://bnews.vn/", ["2026-01-02T03:04:05+00:00"], "de", "Asia/Ho_Chi_Minh"),
        ("https://vnexpress.net/", ["2026-01-02T03:04:05+07:00"], "vi", "Asia/Ho_Chi_Minh"),
        ("https://news.example/", ["2026-01-02T03:04+01:00", "2026-07-02T03:04+0200"], "de", "Europe/Berlin"),
        ("https://news.example/", ["2026-01-02T03:04+01:00", "2026-07-02T03:04+01:00"], "de", None),
        ("https://news.example/", ["2026-01-02T03:04:05+00:00"], "vi", None),
        ("https://news.example/", ["2026-01-02T03:04:05-05:00"], "en", None),
        ("https://news.example/", [], "vi", None),
        ("https://news.example/", ["Thứ Hai"], "vi", None),
    ],
)
def test_the_zone_of_a_site(home, raw, language, zone):
    """That of the domain's country, else that of the language where every date of the pages agrees, else none."""
    assert timezone_of(home, [dated(one) for one in raw], language) == zone


def test_the_language_of_a_site():
    """What all pages say, where a spider may say it."""
    assert language_of([dated("a"), dated("b")]) == "vi"
    assert language_of([dated("a"), dated("b", "en")]) is None
    assert language_of([dated("a", None)]) is None
    assert language_of([dated("a", "qq")]) is None


def test_what_is_read_of_a_site():
    """A few of each kind, of the site alone, and articles of one listing after the other."""
    links = [Link(f"{SITE}/{n}.rss", "feed") for n in range(9)]
    strange = [Link("https://other.example/a.rss", "feed"), Link(f"{SITE}/comments/feed", "feed")]
    assert feeds_to_read(strange + links, "news.example") == tuple(f"{SITE}/{n}.rss" for n in range(5))
    days = [Link(f"{SITE}/{n}.xml", "sitemap", datetime(2026, 1, n, tzinfo=UTC)) for n in (3, 1, 5, 4, 2)]
    assert sitemaps_below(days) == tuple(f"{SITE}/{n}.xml" for n in (5, 4, 1))
    menu = [
        f"{SITE}/",
        f"{SITE}/a",
        f"{SITE}/a/b/c/d/",
        f"{SITE}/page/2/",
        f"{SITE}/a?page=2",
        "https://other.example/a",
        f"{SITE}/b/c",
    ]
    assert sections_to_read([Link(url, "section") for url in menu], "news.example") == (f"{SITE}/a", f"{SITE}/b/c")


def test_articles_come_of_different_listings():
    """The first of each before the second of any, each once; what only a sitemap names comes last."""

    def listing(kind, *names):
        return ReadListing(f"{SITE}/list", kind, tuple(Link(f"{SITE}/tin/{name}-123456.html") for name in names))

    listings = (
        listing("sitemap", "old", "b2", "older"),
        listing("feed", "a1", "a2"),
        listing("feed", "a1", "b1", "b2"),
    )
    chosen = articles_to_read(Findings(f"{SITE}/", "news.example", listing("section", "front"), listings=listings))
    assert [re.sub(".*/|-.*", "", url) for url in chosen] == ["a1", "front", "a2", "b1", "b2", "old", "older"]


def found(**changed: object) -> Findings:
    """A site with a feed of articles."""
    feed = ReadListing(f"{SITE}/a.rss", "feed", tuple(map(Link, addresses("/{section}/{slug}-{number}.html"))))
    front = ReadListing(f"{SITE}/", "section", tuple(Link(url, "section") for url in SECTIONS))
    facts = {"home": f"{SITE}/", "domain": "news.example", "front": front, "listings": (feed,)}
    return Findings(**facts | {"articles": (dated("2026-01-02T03:04:05+07:00"),)} | changed)


def section(name: str, *articles: str, **facts: bool) -> ReadListing:
    """A page that was asked for as a section."""
    return ReadListing(f"{SITE}/{name}/", "section", tuple(map(Link, articles)), **facts)


def test_a_spider_is_proposed():
    """Listings that were read and name articles."""
    empty = ReadListing(f"{SITE}/empty.rss", "feed")
    listed = addresses("/{section}/{slug}-{number}.html")
    sitemap = ReadListing(f"{SITE}/sitemap.xml", "sitemap", tuple(map(Link, listed)))
    listings = (*found().listings, sitemap, empty, section("kinh-te", *listed[:3]), section("empty"))
    proposal = propose("news", found(listings=listings, sitemaps=(f"{SITE}/sitemap.xml",)))
    assert proposal == Proposal(
        "news",
        "news.example",
        None,
        (f"{SITE}/a.rss",),
        (f"{SITE}/sitemap.xml",),
        (f"{SITE}/kinh-te/",),
        r"https?://news\.example/[\w-]+/[\w-]+-\d+\.html",
        "Asia/Ho_Chi_Minh",
        "vi",
    )


def test_a_page_with_nothing_but_what_all_pages_show_is_no_section():
    """A privacy policy has the box of the newest articles too; and a page that is an article is none."""
    listed = addresses("/{section}/{slug}-{number}.html")
    box = listed[:4]
    pages = (
        section("politics", *box, *listed[4:8]),
        section("privacy", *box),
        section("about", *box, listed[9]),
        section("sport", *box, *listed[8:12]),
        section("essay", *box, *listed[12:16], is_article=True),
    )
    assert propose("news", found(listings=(*found().listings, *pages))).sections == (
        f"{SITE}/politics/",
        f"{SITE}/sport/",
    )


def test_a_spider_explores_where_lists_leave_articles_out():
    """A feed has the newest alone; a sitemap that names what the front page shows is enough, if addresses tell."""
    listed = addresses("/{section}/{slug}-{number}.html")
    front = ReadListing(f"{SITE}/", "section", tuple(map(Link, listed)))

    def explores(*urls: str, shown: ReadListing = front) -> bool:
        sitemap = ReadListing(f"{SITE}/sitemap.xml", "sitemap", tuple(map(Link, urls)))
        return propose("news", found(front=shown, listings=(sitemap,) if urls else found().listings)).explores

    assert explores()
    assert not explores(*listed)
    assert explores(*listed[:8])
    short = [f"{SITE}/{word}/" for word in "storm flood vote bridge ferry".split()]
    assert explores(*short, shown=ReadListing(f"{SITE}/", "section", tuple(map(Link, short))))


def test_an_expression_that_leaves_an_article_out_is_none():
    """What a feed names and the expression does not match would never be crawled."""
    listed = [*addresses("/{section}/{slug}-{number}.html"), f"{SITE}/a-story-without-a-number"]
    feed = ReadListing(f"{SITE}/a.rss", "feed", tuple(map(Link, listed)))
    assert propose("news", found(listings=(feed,))).article_url is None


def test_many_sitemaps_are_left_to_robots_txt():
    """A spider without sitemaps reads all that robots.txt names, and one with some reads only those."""
    assert propose("news", found(sitemaps=tuple(f"{SITE}/{n}.xml" for n in range(4)))).sitemaps == ()


def test_sitemaps_of_other_hosts_and_broken_ones_are_left_to_robots_txt():
    """A spider names what is the site's own, and what could be read."""
    broken, whole = (f"{SITE}/{name}.xml" for name in ("broken", "whole"))
    listings = (ReadListing(broken, "sitemap"), ReadListing(whole, "sitemap", (Link(f"{SITE}/a-123456.html"),)))
    assert propose("news", found(sitemaps=(broken, whole), listings=listings)).sitemaps == (whole,)
    assert propose("news", found(sitemaps=(whole, "https://cdn.example/a.xml"), listings=listings)).sitemaps == ()
    assert propose("news", found(listings=listings)).sitemaps == (whole,)


def test_a_sitemap_of_sections_says_nothing_of_articles():
    """What does not look like articles for the most part does not spoil their form."""
    tags = ReadListing(f"{SITE}/c.xml", "sitemap", tuple(Link(f"{SITE}/{chr(97 + n)}x") for n in range(20)))
    assert propose("news", found(listings=(*found().listings, tags))).article_url


def values(source: str) -> dict[str, object]:
    """The attributes of the one class of a module, all of which are plain data."""
    module = ast.parse(source)
    docstring, imported, spider = module.body
    assert isinstance(docstring, ast.Expr)
    assert ast.unparse(imported) == "from newscrawl.base_spiders import SiteSpider"
    assert isinstance(spider, ast.ClassDef)
    return {one.targets[0].id: ast.literal_eval(one.value) for one in spider.body[1:]}


HOSTILE = (
    '{SITE}/"+__import__("os").system("id")+"',
    "{SITE}/'''\"\"\"\n    x = 1\n",
    "{SITE}/{year.__class__}/{0}/}{",
    "{SITE}/\\",
    "{SITE}/\u202e\u2028\0é😀",
)


@pytest.mark.parametrize("url", [url.replace("{SITE}", SITE) for url in HOSTILE])
def test_whatever_a_site_says_is_data_in_the_module(url):
    """No address ends a string, and none is a pattern that a spider would fill in."""
    proposal = Proposal("news", "news.example", url, (url,), (url,), (url,), url, "Asia/Tokyo", "ja", explores=True)
    found = values(source_of(proposal, TODAY))
    assert [found["home"], *found["feeds"], *found["sections"], found["article_url"]] == [url] * 4
    assert [one.format(year=2026, month=11, day=24) for one in found["sitemaps"]] == [url]


def test_a_module_is_short_and_formatted(tmp_path):
    """8 to 25 lines, as ruff would write them, whatever there is to say."""
    long = Proposal(
        "a_long_name_of_a_site",
        "news.example",
        f"{SITE}/home/",
        tuple(f"{SITE}/rss/{'x' * 50}{n}.rss" for n in range(5)),
        tuple(f"{SITE}/{'x' * 50}{n}.xml" for n in range(3)),
        tuple(f"{SITE}/{'x' * 50}{n}/" for n in range(6)),
        r"https?://news\.example/[\w-]+",
        "Asia/Tokyo",
        "ja",
        explores=True,
    )
    for name, proposal in (("long", fitted(long)), ("short", fitted(Proposal("short", "news.example")))):
        source = source_of(proposal, TODAY)
        assert 8 <= len(source.splitlines()) <= 25, source
        (tmp_path / f"{name}.py").write_text(source, "utf-8")
    ruff = [sys.executable, "-m", "ruff", "format", "--isolated", "--line-length", "120", "--diff", str(tmp_path)]
    result = subprocess.run(ruff, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout
