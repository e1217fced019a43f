"""What a site's spider says of the parameters of its addresses."""

from __future__ import annotations

import contextlib
from unicodedata import normalize
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newscrawl.rules import RulesError, SiteRules
from newscrawl.urls import NO_PARAMETERS, Parameters, declare, form_of, parameters_of, url_key

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
        ({"kept_parameters": ("",)}, "kept_parameters: '' is no name of a query parameter"),
        ({"kept_parameters": ("id=1",)}, "'id=1' is no name"),
        ({"dropped_parameters": ("?ref",)}, "'?ref' is no name"),
        ({"dropped_parameters": ("*ref",)}, "'*ref' is no name"),
        ({"kept_parameters": ("Id",), "dropped_parameters": ("iD",)}, "'id' is in kept_parameters and in dropped_"),
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
