"""What is read of a page's JSON-LD, and what is left of it when it is broken."""

from __future__ import annotations

import pytest
from lxml.html import document_fromstring

from newscrawl.extraction.metadata.json_ld import MOST_CHARS, Author, JsonLd, read_json_ld

ARTICLE = (
    '{"@context": "https://schema.org", "@type": "NewsArticle", "headline": "Bridge opens in May",'
    ' "datePublished": "2024-05-03T08:15:00+07:00", "author": {"@type": "Person", "name": "Ada Byron"}}'
)


def read(*scripts: str) -> JsonLd:
    tags = "".join(f'<script type="application/ld+json">{script}</script>' for script in scripts)
    return read_json_ld(document_fromstring(f"<html><head>{tags}</head><body><p>Text</p></body></html>"))


@pytest.mark.parametrize(
    "script",
    [
        ARTICLE,
        f"[{ARTICLE}]",
        f'{{"@graph": [{{"@type": "WebSite", "name": "Harrow News"}}, {ARTICLE}]}}',
        f'{{"@type": "WebPage", "mainEntity": {ARTICLE}}}',
        f"<!-- {ARTICLE} -->",
        f"//<![CDATA[\n{ARTICLE}\n//]]>",
        f"/*<![CDATA[*/{ARTICLE}/*]]>*/",
        f"\n;{ARTICLE};",
        f'{{"@type": "BreadcrumbList"}}{ARTICLE}',
        f'{{"@type": "BreadcrumbList"}},\n{ARTICLE}',
        ARTICLE.replace("}}", "},}"),
        ARTICLE.replace("opens in", "opens in").replace('"@context"', '"articleBody": "one\ntwo\tthree", "@context"'),
        ARTICLE.replace('"@context"', f'"wordCount": {"9" * 10_000}, "@context"'),
        ARTICLE.replace('"NewsArticle"', '["NewsArticle", "LiveBlogPosting"]'),
        ARTICLE.replace('"NewsArticle"', '"http://schema.org/ReportageNewsArticle"'),
    ],
)
def test_article_is_found_however_it_is_wrapped(script):
    """Graphs, lists, comments, several values in a row, trailing commas and raw line breaks are met on real pages."""
    found = read(script)
    assert found.headline == "Bridge opens in May"
    assert found.published == "2024-05-03T08:15:00+07:00"
    assert found.authors == (Author("Ada Byron"),)


@pytest.mark.parametrize(
    "script",
    [
        "",
        "null",
        "{",
        '"text"',
        "[" * 100_000,
        '{"a":' * 100_000,
        "[" * 100_000 + "]" * 100_000,
        '{"@type": "NewsArticle", "headline": "' + "a" * 1_900_000,
        '{"@type": "NewsArticle", "headline": "' + '\\"' * 900_000,
        "," * 1_900_000,
        "{" + ", " * 900_000,
        '"headline":"' * 150_000,
        "<!--" + "/" * 1_000_000,
    ],
)
def test_unreadable_script_costs_only_itself(script):
    """Neither depth nor length of a broken script stops the others; in quadratic time the test's own would not do."""
    assert read(script, ARTICLE).headline == "Bridge opens in May"


def test_script_beyond_the_limit_is_not_read():
    """What is too long to be looked at is as if it were not there."""
    assert read(ARTICLE.replace("Ada Byron", "a" * MOST_CHARS)) == JsonLd()


def test_values_are_fit_to_be_stored():
    """JSON may write characters that no text holds, and half of one."""
    odd = "\\ud800\\u0000\\u202e\\n"
    script = ARTICLE.replace("Bridge", f"Bridge{odd}").replace("Ada", f"Ada{odd}")
    found = read(script.replace("{", f'{{"articleSection": "Town{odd}", "keywords": ["{odd}", "e\\u0323\\u0302"],', 1))
    assert (found.headline, found.section, found.keywords) == (
        "Bridge\ufffd opens in May",
        "Town\ufffd",
        ("\ufffd", "ệ"),
    )
    assert found.authors == (Author("Ada\ufffd Byron"),)


def test_strings_are_salvaged_from_a_broken_object():
    """A quotation mark that nobody escaped costs the value it stands in."""
    found = read('{"@type": "NewsArticle", "description": "the "new" bridge", "datePublished": "2024-05-03"}')
    assert found.published == "2024-05-03"


@pytest.mark.parametrize(
    ("author", "expected"),
    [
        ('"Ada Byron"', [Author("Ada Byron")]),
        ('["Ada Byron", "Bo Ek"]', [Author("Ada Byron"), Author("Bo Ek")]),
        ('{"name": ["Ada Byron", "Bo Ek"]}', [Author("Ada Byron"), Author("Bo Ek")]),
        ('[{"name": "Ada Byron"}, {"name": "Ada Byron"}]', [Author("Ada Byron")]),
        ('{"@type": "NewsMediaOrganization", "name": "Harrow News"}', [Author("Harrow News", organization=True)]),
        ('{"@id": "#ada"}', [Author("Ada Byron")]),
        ('{"@id": "#nobody"}', []),
        ("5", []),
        ("{}", []),
        ('[null, 3, {"name": 4}, []]', []),
        ('"Ren&eacute; Roy"', [Author("René Roy")]),
    ],
)
def test_authors_of_any_shape(author, expected):
    """Names, objects, references and lists of them; what is none of these names nobody."""
    person = '{"@type": "Person", "@id": "#ada", "name": "Ada Byron"}'
    script = f'{{"@graph": [{person}, {{"@type": "Article", "headline": "Bridge", "author": {author}}}]}}'
    assert read(script).authors == tuple(expected)


def test_the_fullest_article_is_the_page_s_own():
    """Related articles and updates of a live blog are told beside it."""
    teaser = '{"@type": "NewsArticle", "headline": "Other news"}'
    update = '{"@type": "BlogPosting", "headline": "Update", "datePublished": "2024-06-01", "author": "X Y"}'
    own = ARTICLE.replace('"@context"', f'"liveBlogUpdate": [{update}], "@context"')
    assert read(teaser, own).headline == "Bridge opens in May"


@pytest.mark.parametrize(
    ("value", "free"),
    [("true", True), ('"False"', False), ('"https://schema.org/True"', True), ('"maybe"', None), ("1", None)],
)
def test_free_access_is_a_boolean_in_many_spellings(value, free):
    """Most publishers write a string."""
    script = f'{{"@type": "NewsArticle", "headline": "Bridge", "isAccessibleForFree": {value}}}'
    assert read(script).accessible_for_free is free


def test_other_fields():
    """Body, description, section, keywords, language, picture and publisher are read from whatever holds them."""
    found = read(
        '{"@type": "NewsArticle", "headline": "Bridge", "description": "A &amp; B", "articleBody": "One. Two.",'
        ' "articleSection": ["City", "Traffic"], "keywords": "bridge, city", "inLanguage": "vi-VN",'
        ' "image": [{"@type": "ImageObject", "url": "/b.jpg"}], "publisher": {"name": "Harrow News"},'
        ' "dateModified": "2024-05-04"}'
    )
    assert (found.description, found.body, found.section) == ("A & B", "One. Two.", "City")
    assert (found.keywords, found.language, found.image) == (("bridge, city",), "vi-VN", "/b.jpg")
    assert (found.publisher, found.modified, found.kind) == ("Harrow News", "2024-05-04", "NewsArticle")


@pytest.mark.parametrize(
    ("value", "published"),
    [("1714698900", "1714698900"), ("1714698900000", "1714698900000"), ("1714698900.5", "1714698900")]
    + [(value, None) for value in ("true", "0", "-5", "Infinity", "1e300", "{}")],
)
def test_date_may_be_a_number(value, published):
    """Of seconds or milliseconds."""
    assert read(f'{{"@type": "NewsArticle", "headline": "Bridge", "datePublished": {value}}}').published == published
