"""URLs as identities: spellings, forms of one page, and parameters that a site names."""

from __future__ import annotations

import contextlib
from unicodedata import normalize
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from w3lib.url import canonicalize_url

from newscrawl.rules import RulesError, SiteRules
from newscrawl.urls import (
    NO_PARAMETERS,
    Parameters,
    declare,
    form_of,
    is_article_url,
    parameters_of,
    plainer_keys,
    site_of,
    url_key,
    without_password,
)


def test_key_does_not_depend_on_spelling():
    """Order of the query, fragment and letter case of the host are no difference."""
    assert url_key("HTTPS://News.Example/a?b=2&a=1#top") == url_key(" https://news.example/a?a=1&b=2")


def test_key_keeps_what_makes_a_page():
    """Path case and query values are."""
    assert len({url_key(f"https://news.example/{path}") for path in ("a", "A", "a?p=1", "a?p=2")}) == 4


@pytest.mark.parametrize(
    "url",
    [
        "https://news.example:443/a/bé?id=1",
        "https://NEWS.example./a/bé?id=1",
        "https://news.example//a///bé?id=1",
        "https://news.example/a/./x/../b%c3%a9?id=1",
        normalize("NFD", "https://news.example/a/bé?id=1"),
        "https://news.example/a/bé;jsessionid=0A1B.node1?id=1",
        "https://news.example/(S(lit3py55t21z5v55vlm25s55))/a/bé?id=1",
        "https://news.example/a/bé?id=1&PHPSESSID=abc&sid=0123456789abcdef0123456789abcdef",
        "https://news.example/a/bé?utm_source=x&id=1&fbclid=I&zarsrc=30&vn_source=Home&__hstc=1&UTM_Medium=y#top",
    ],
)
def test_spellings_of_one_page(url):
    """Default port, dots and slashes, Unicode and percent encoding, sessions and campaigns are no difference."""
    assert url_key(url) == "https://news.example/a/b%C3%A9?id=1"


@pytest.mark.parametrize(
    "url",
    [
        "http://news.example/a",
        "https://news.example/a/",
        "https://m.news.example/a",
        "https://news.example/a?sid=12",
        "https://news.example/a?source=ap",
        "https://news.example/a?page=2",
        "https://news.example:8080/a",
        "https://news.example/a%2Fb",
    ],
)
def test_pages_that_may_be_others(url):
    """Scheme, a slash at the end, another host, and any parameter that is not known to say nothing."""
    assert url_key(url) == url != url_key("https://news.example/a")


_PIECES = st.sampled_from(
    [
        *'abA0-._~/?&=#;:@%+!()[]<>" \\\t\ǹ̸éK;�\x00。',
        "%CC%80",
        "%2F",
        "%ff",
        "%C2%A0",
        "//",
        "..",
        "utm_x=1",
        "PHPSESSID=1",
        ";jsessionid=1",
        "http://",
        "a.vn",
        ":80",
        ":443",
        "(S(abcdefghijabcdefghijabcd))",
    ]
)


@given(st.sampled_from(["", "https://", "http://a.vn/", "https://a.vn/x?"]), st.lists(_PIECES | st.text(max_size=3)))
def test_a_key_is_its_own_key(start, pieces):
    """Or there is a ValueError, whatever the text."""
    with contextlib.suppress(ValueError):
        key = url_key(start + "".join(pieces))
        assert url_key(key) == key


@given(
    st.from_regex(
        r"https?://[a-z]{1,5}(\.[a-z]{2,3}){1,2}(:[1-9][0-9]{1,2})?(/[a-z0-9._~-]{1,6}){1,3}/?(\?[a-c]=[a-z0-9]{1,3}&[a-c]=1)?",
        fullmatch=True,
    )
)
def test_keys_of_ordinary_urls_stay_as_they_were(url):
    """Databases hold keys of w3lib's canonical form."""
    if not url.partition("//")[2].partition("/")[0].endswith((":80", ":443")):
        assert url_key(url) == canonicalize_url(url)


@pytest.mark.parametrize(
    ("url", "site"),
    [
        ("https://bnews.vn/a", "bnews.vn"),
        ("https://www.thoidai.com.vn/a", "thoidai.com.vn"),
        ("https://anna.github.io/a", "anna.github.io"),
        ("https://www.anna.blogspot.com/a", "anna.blogspot.com"),
        ("https://github.io/a", "github.io"),
        ("http://127.0.0.1:8000/a", "127.0.0.1"),
        ("https://localhost/a", "localhost"),
        ("http://www.news.intranet/a", "news.intranet"),
        ("http://wp.test/a", "wp.test"),
        ("http://wp.test./a", "wp.test"),
        ("http://www.BÁO.example:80/a", "xn--bo-mia.example"),
        ("http://www.báo.example./a", "xn--bo-mia.example"),
        ("http://www.xn--bo-mia.example/a", "xn--bo-mia.example"),
        ("http://báo/a", "xn--bo-mia"),
        ("file:/a", None),
    ],
)
def test_site_of_a_url(url, site):
    """The registrable domain, by the public suffix list."""
    assert site_of(url) == site


@pytest.mark.parametrize(
    "url", ["https://a.example", "https://a.example/", "ftp://a.example/b", "//a/b", "https:///b", "https://[x/y"]
)
def test_what_names_no_article(url):
    """Home pages, other schemes, relative and broken addresses."""
    assert not is_article_url(url)


PLAIN = "https://www.example.com/world/a-long-story-123.html"
OTHER_FORMS = [
    "http://www.example.com/world/a-long-story-123.html",
    "https://example.com/world/a-long-story-123.html",
    "https://m.example.com/world/a-long-story-123.html",
    "https://amp.example.com/world/a-long-story-123.html",
    "https://mobile.example.com/world/a-long-story-123.html?amp=1",
    "https://www.example.com/amp/world/a-long-story-123.html",
    "https://www.example.com/world/a-long-story-123.html/amp",
    "https://www.example.com/world/a-long-story-123.html/amp/",
    "https://www.example.com/world/a-long-story-123.amp.html",
    "https://www.example.com/world/a-long-story-123.html.amp",
    "https://www.example.com/world/a-long-story-123.html?outputType=amp",
    "https://www.example.com/world/a-long-story-123.html?print=1",
    "https://www.example.com/world/a-long-story-123.html/",
]
OTHER_PAGES = [
    "https://www.example.com/world/a-long-story-124.html",
    "https://www.example.org/world/a-long-story-123.html",
    "https://www.example.com/amp/a-long-story-123.html",  # a section may have that name
    "https://www.example.com/world/amp-a-long-story-123.html",
    "https://www.example.com/world/a-long-story-123.html?page=2",
    "https://www.example.com/world/print/a-long-story-123.html/comments",
    "https://sport.example.com/world/a-long-story-123.html",
]


@pytest.mark.parametrize("url", OTHER_FORMS)
def test_another_form_has_the_same_address(url: str) -> None:
    """How a page is shown makes no other article."""
    assert form_of(url_key(url)).address == form_of(url_key(PLAIN)).address


@pytest.mark.parametrize("url", OTHER_PAGES)
def test_another_page_has_another_address(url: str) -> None:
    """What may name another article is kept."""
    assert form_of(url_key(url)).address != form_of(url_key(PLAIN)).address


def test_the_plain_form_has_the_fewest_marks() -> None:
    """It is the one that leads; a slash and www are no marks."""
    marks = [form_of(url_key(url)).marks for url in OTHER_FORMS]
    assert form_of(url_key(PLAIN)).marks == 0
    assert marks == [1, 0, 1, 1, 2, 1, 1, 1, 1, 1, 1, 1, 0]


@pytest.mark.parametrize("url", OTHER_FORMS[2:12])
def test_the_plain_form_is_among_those_that_are_looked_for(url: str) -> None:
    """From a marked address the plain one can be found in a database."""
    assert url_key(PLAIN) in plainer_keys(url_key(url))


@pytest.mark.parametrize("url", [PLAIN, OTHER_FORMS[0], OTHER_FORMS[1], OTHER_FORMS[12], *OTHER_PAGES])
def test_a_plain_address_has_no_plainer_one(url: str) -> None:
    """Nothing is looked for without a mark, except where a section might be meant."""
    assert plainer_keys(url_key(url)) == () or "/amp/" in url


@pytest.mark.parametrize(
    "url",
    ["https://m.com/story-1", "https://amp.co.uk/story-1", "https://example.com/amp", "https://example.com/print/"],
)
def test_a_site_of_that_name_is_no_form(url: str) -> None:
    """A registered domain is a site, and a page needs a path."""
    assert form_of(url_key(url)).marks == 0


def test_a_local_file_is_its_own_address() -> None:
    """Places of files have no forms."""
    assert form_of("file:folder/amp") == form_of("file:folder/amp")
    assert form_of("file:folder/amp").address == "file:folder/amp"


declare(("keys.example",), Parameters(kept=("sid", "utm_story"), dropped=("ref2", "from_*")))
declare(("shop.keys.example",), Parameters(kept=("id",), dropped=("*",)))


def key(query: str, host: str = "keys.example") -> str:
    """The query of a key."""
    return url_key(f"https://{host}/read?{query}").partition("?")[2]


def test_site_says_which_parameters_name_an_article():
    """Those that elsewhere tell of sessions and campaigns too; and which tell nothing."""
    session = "0123456789abcdef0123456789abcdef"
    assert key(f"sid={session}&id=1&ref2=home&from_box=3&utm_source=x") == f"id=1&sid={session}"
    assert key("utm_story=7&UTM_Story=8&Ref2=x") == "UTM_Story=8&utm_story=7"
    assert key(f"sid={session}&id=1&ref2=home", "other.example") == "id=1&ref2=home"


def test_all_parameters_but_one():
    """A star drops what is not kept; the site of the longest domain decides, for all hosts below it."""
    assert key("b=2&id=1&a=3&sid=0123456789abcdef", "m.shop.keys.example") == "id=1"
    assert key("b=2&id=1&ref2=3", "www.keys.example") == "b=2&id=1"
    assert key("a=1&id=1", "myshop.keys.example.org") == "a=1&id=1"


@pytest.mark.parametrize(
    "url",
    [
        "http://SHOP.keys.example:80/read?x=1&id=1",
        "http://shop.keys.example./read?id=1&ID2=2#id=3",
        "http://user:word@shop.keys.example/read?%69d=1&x%5B%5D=1",
        "http://shop.keys.example/read?&&id=1&x",
    ],
)
def test_spelling_of_an_address_makes_no_difference_to_them(url):
    """The name of a parameter and the host are read as the key has them."""
    assert url_key(url) == "http://shop.keys.example/read?id=1"


def test_a_later_declaration_takes_the_place_of_an_earlier_one():
    """And a host that nobody speaks for has no exceptions."""
    declare(("once.example",), Parameters(dropped=("a",)))
    assert key("a=1", "once.example") == ""
    declare(("once.example",), NO_PARAMETERS)
    assert key("a=1", "once.example") == "a=1"
    assert parameters_of("nobody.example") == NO_PARAMETERS


@pytest.mark.parametrize(
    ("rules", "fault"),
    [
        ({"kept_parameters": "id"}, "kept_parameters must be a tuple of names, as in (\"id\",), not 'id'"),
        ({"dropped_parameters": ["ref"]}, "dropped_parameters must be a tuple of names"),
        ({"dropped_parameters": (7,)}, "dropped_parameters must be a tuple of names"),
        ({"kept_parameters": ("",)}, "kept_parameters: '' is not the name of a query parameter"),
        ({"kept_parameters": ("id=1",)}, "'id=1' is not the name"),
        ({"dropped_parameters": ("?ref",)}, "'?ref' is not the name"),
        ({"dropped_parameters": ("*ref",)}, "'*ref' is not the name"),
        ({"kept_parameters": ("Id",), "dropped_parameters": ("iD",)}, "'id' is in both kept_parameters and dropped_"),
    ],
)
def test_what_can_be_no_parameter_is_refused(rules, fault):
    """In one line that says what."""
    with pytest.raises(RulesError) as caught:
        SiteRules(**rules)
    assert fault in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


WORDS = st.text("abcxyzéộ東-_.~", min_size=1, max_size=8).filter(lambda word: word.strip("."))
QUERY = st.dictionaries(st.sampled_from(["id", "page", "ref2", "from_a", "sid", "q"]), WORDS, max_size=4)


@given(st.lists(WORDS, min_size=1, max_size=3), QUERY, st.data())
def test_an_address_has_one_key_however_it_is_written(path, query, data):
    """Letter case of host and escapes, default port, user, fragment, order, Unicode form, tracking and noise."""
    parameters = [f"{quote(name)}={quote(normalize('NFC', value))}" for name, value in query.items()]
    plain = f"https://keys.example/{'/'.join(quote(normalize('NFC', part)) for part in path)}"
    written = data.draw(st.permutations([*parameters, "utm_source=x", "ref2=", "from_home=1", "gad_source=2"]))
    form = data.draw(st.sampled_from(["NFC", "NFD"]))
    host = data.draw(
        st.sampled_from(["keys.example", "KEYS.Example", "keys.example.", "keys.example:443", "u:p@keys.example"])
    )
    folder = data.draw(st.sampled_from(["", "/", "/./", "/x/../"]))
    spelt = "/".join(normalize(form, part) for part in path)
    if data.draw(st.booleans()):
        spelt = quote(spelt, safe="/").lower() if spelt == spelt.lower() else quote(spelt, safe="/")
    fragment = data.draw(st.sampled_from(["", "#", "#top", "#!/a/b", "#?id=2"]))
    other = f"https://{host}{folder.rstrip('/')}/{spelt}?{'&'.join(written)}{fragment}"
    expected = url_key(plain + ("?" + "&".join(parameters) if parameters else ""))
    assert url_key(other) == expected == url_key(expected)


@given(
    WORDS,
    st.permutations(["https://www.", "http://m.", "https://amp.", "https://"]),
    st.sampled_from(["", "/", "/amp", "?amp=1"]),
)
def test_forms_of_one_address_are_seen_to_be_one(word, starts, end):
    """Hosts for telephones and AMP, www, http, a slash at the end."""
    forms = {form_of(url_key(f"{start}bao.com.vn/news/{quote(word)}-12345{end}")).address for start in starts}
    assert len(forms) == 1


@given(st.text(max_size=40), st.sampled_from(["keys.example", "shop.keys.example"]))
def test_a_key_is_its_own_key_where_a_site_has_exceptions(rest, host):
    """Whatever stands in its query."""
    with contextlib.suppress(ValueError):
        made = url_key(f"https://{host}/a?{rest}")
        assert url_key(made) == made


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://me:secret@bao.example/a@b?c@d#e@f", "https://bao.example/a@b?c@d#e@f"),
        ("HTTP://secret@bao.example:8080", "HTTP://bao.example:8080"),
        ("https://a@b:c@bao.example/", "https://bao.example/"),
        ("https://bao.example/@user", "https://bao.example/@user"),
        ("https://bao.example?me@home", "https://bao.example?me@home"),
        ("urn:x@y", "urn:x@y"),
        ("", ""),
    ],
)
def test_password_of_an_address_is_left_out(url, expected):
    """And nothing else of it."""
    assert without_password(url) == expected
