"""Texts that a page does not show: in a feed, in JSON-LD, in the data of its scripts."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from newscrawl.extraction import extract_page
from newscrawl.extraction.listed import filled
from newscrawl.items import Article, ListedFacts, NoArticle, Page, UnreadablePage, Visit

TITLE = "Council votes to keep the harbour ferry"
LINES = [
    "The council voted on Monday to keep the harbour ferry running until the new bridge opens in autumn of next year.",
    "Members heard that nine hundred people cross the water on an ordinary day, most of them to school or work.",
    "The operator had asked for a higher subsidy, which the treasurer called fair, since fuel costs a third more now.",
    "A petition against the closure was signed by four thousand residents within a week, more than any before it.",
    "The next vote on the matter is planned for March, when the results of a survey among passengers are expected.",
]
MARKUP = "".join(f"<p>{line}</p>" for line in LINES)
STORY = {"headline": TITLE, "body": MARKUP, "id": "a-17"}


def page(script: str, facts: ListedFacts | None = None, shown: str = "") -> Page:
    head = f"<head><title>{TITLE} | The Herald</title><meta property='og:title' content='{TITLE}'></head>"
    made = Page.of(
        f"<html lang='en'>{head}<body><div id='app'>{shown}</div>{script}</body></html>", "https://herald.example/a"
    )
    return replace(made, facts=facts)


@pytest.mark.parametrize(
    ("script", "source"),
    [
        (
            f'<script id="__NEXT_DATA__" type="application/json">{json.dumps({"props": {"story": STORY}})}</script>',
            "script",
        ),
        (f"<script>window.__INITIAL_STATE__ = {json.dumps({'stories': {'a-17': STORY}})};</script>", "script"),
        (f"<script>window.__INITIAL_STATE__={json.dumps(json.dumps({'story': STORY}))}</script>", "script"),
        (
            f"<script>window.__NUXT__={{data:[{{title:{TITLE!r},content:{MARKUP!r}}}],error:null,x:void 0}}</script>",
            "script",
        ),
        (
            "<script>window.__NUXT__=(function(a,b,c){return {data:[{id:a,title:c,body:"
            + json.dumps(MARKUP)
            + f",next:b}}],e:b}}}}(17,null,{json.dumps(TITLE)}));</script>",
            "script",
        ),
        (
            "<script>Fusion.globalContent="
            + json.dumps(
                {
                    "headlines": {"basic": TITLE},
                    "content_elements": [{"type": "text", "content": line} for line in LINES],
                }
            )
            + ";Fusion.other={}</script>",
            "script",
        ),
        (f"<script>self.__next_f.push({json.dumps([1, '5:' + json.dumps(STORY)])})</script>", "script"),
        (
            '<script type="application/ld+json">'
            + json.dumps({"@type": "NewsArticle", "headline": TITLE, "articleBody": "\n".join(LINES)})
            + "</script>",
            "json_ld",
        ),
        (f'<script type="text/template">{MARKUP}</script>', "script"),
        (f"<template>{MARKUP}</template>", "script"),
        (f"<noscript>{MARKUP}</noscript>", "page"),
    ],
)
def test_text_of_a_page_that_scripts_draw(script, source):
    """Whole, and marked by where it stood."""
    article = extract_page(page(script)).article
    assert article.text.split("\n") == LINES
    assert (article.title, article.text_source) == (TITLE, source)


def test_a_short_text_in_a_script_without_spaces():
    """Words decide whether it is one, and these have fewer letters than those of other scripts."""
    brief = (
        "市议会周二投票决定提高港口渡轮的票价，这是九年前更换渡轮以来的首次上调，乘客每次需多付四角，月票则多付两元。"
    )
    markup = f"<p>{brief}</p><p>新码头的决定推迟到夏天，因为地基报告尚未完成，市长对记者说。</p>"
    facts = ListedFacts(title="渡轮票价三月上调", content=markup)
    assert brief in extract_page(withheld(facts)).article.text


def test_a_template_with_gaps_is_no_text():
    """It says what a card looks like, and of no article."""
    with pytest.raises(NoArticle):
        extract_page(page(f'<script type="text/template">{MARKUP}<p>{{{{ name }}}}</p></script>'))


def test_what_is_about_another_article_is_not_taken():
    """A list of stories for the margin has texts too."""
    other = STORY | {"headline": "Rain delays the cup final in Northcote once more"}
    with pytest.raises(NoArticle):
        extract_page(page(f'<script type="application/json">{json.dumps([other])}</script>'))


def test_the_full_text_of_a_feed():
    """Where the page has none, or its beginning; not where it shows another text."""
    facts = ListedFacts(title=TITLE, content=MARKUP)
    assert extract_page(page("", facts)).article.text_source == "feed"
    begun = extract_page(page("", facts, f"<article><h1>{TITLE}</h1><p>{LINES[0]}</p></article>")).article
    assert (begun.text.split("\n"), begun.text_source) == (LINES, "feed")
    with pytest.raises(NoArticle):
        extract_page(page("", None))


def withheld(facts: ListedFacts) -> Page:
    shown = f"<h1>Access denied</h1><p>{'Your address may not read this page. ' * 60}</p>"
    return replace(page("", facts, shown), visit=Visit("https://herald.example/a", status=403), is_withheld=True)


def test_the_text_of_a_page_that_the_server_withholds():
    """It is the feed's alone, without a word of the refusal."""
    article = extract_page(withheld(ListedFacts(title=TITLE, content=MARKUP, summary=LINES[0]))).article
    assert (article.text.split("\n"), article.title, article.text_source) == (LINES, TITLE, "feed")


@pytest.mark.parametrize(
    "facts",
    [
        ListedFacts(title=TITLE),
        ListedFacts(title=TITLE, content="".join(MARKUP.partition("A petition")[:1]) + "A petition […]</p>"),
        ListedFacts(title=TITLE, content=f"<p>{LINES[0]}</p><p>{LINES[1]}</p>", summary=f"{LINES[0]} {LINES[1]}"),
    ],
    ids=["no text", "cut off", "the summary"],
)
def test_less_than_the_text_of_a_page_that_the_server_withholds(facts):
    """The beginning of an article is none: the page is one that its server refused."""
    with pytest.raises(UnreadablePage, match="the server answered 403") as error:
        extract_page(withheld(facts))
    assert error.value.reason == "http_403"


def test_the_data_of_scripts_say_more_than_the_text():
    """Section, tags, authors and date of the object that the text is from, as content management systems name them."""
    data = {
        "title": TITLE,
        "body": MARKUP,
        "category": {"name": "Local", "slug": "local"},
        "tags": [{"name": "ferry"}, "harbour"],
        "authors": [{"name": "Joan Marsh"}, {"name": "Peter Voss"}],
        "publishedAt": "2026-03-02T10:15:00Z",
    }
    script = f'<script id="__NEXT_DATA__" type="application/json">{json.dumps({"props": {"article": data}})}</script>'
    article = extract_page(page(script)).article
    assert (article.section, article.tags, article.authors) == (
        "Local",
        ("ferry", "harbour"),
        ("Joan Marsh", "Peter Voss"),
    )
    assert article.published_at == datetime(2026, 3, 2, 10, 15, tzinfo=UTC)
    own = '<script type="application/ld+json">{"@type": "NewsArticle", "articleSection": "Harbour"}</script>'
    assert extract_page(page(own + script)).article.section == "Harbour"


AT = datetime(2026, 3, 2, 11, 15, tzinfo=UTC)
FACTS = ListedFacts(
    TITLE, AT, "Mon, 02 Mar 2026 11:15:00 GMT", "second", ("Joan Marsh",), ("Local", "ferry"), "A short lead."
)


def test_a_feed_fills_what_the_page_does_not_say():
    """And says so of the date."""
    article = filled(Article(text="Other words."), FACTS)
    assert (article.title, article.authors, article.description) == (TITLE, ("Joan Marsh",), "A short lead.")
    assert (article.section, article.tags) == ("Local", ("Local", "ferry"))
    tagged = filled(Article(text="Other words."), ListedFacts(tags=("ferry",)))
    assert (tagged.section, tagged.tags) == (None, ("ferry",))
    assert (article.published_at, article.published_source) == (AT, "feed")


def test_a_feed_contradicts_nothing():
    """Only a time of the day that the page names is more than the page says."""
    day = datetime(2026, 3, 2, tzinfo=UTC)
    said = Article(
        text="A short lead. And more.",
        title="Ferry stays",
        authors=("An",),
        section="News",
        tags=("ferry",),
        published_at=datetime(2026, 2, 27, tzinfo=UTC),
        published_source="time",
        published_precision="day",
    )
    assert filled(said, FACTS) == said
    assert filled(replace(said, published_at=day), FACTS).published_at == AT
    for unsure in ("text", "modified"):
        assert filled(replace(said, published_source=unsure), FACTS).published_at == AT


def test_a_page_behind_a_password_is_no_article():
    """Whatever stories are teased below it; a form for readers to log in is none of that."""
    ask = "<form method='post'><input name='post_password' type='password'><input type='submit'></form>"
    body = f"<article><h1>{TITLE}</h1>{{}}</article><aside>{MARKUP}</aside>"
    with pytest.raises(NoArticle) as error:
        extract_page(page("", None, body.format(ask)))
    assert error.value.reason == "protected"
    login = "<form><input name='user' type='text'><input name='pass' type='password'></form>"
    assert extract_page(page("", None, f"{login}<article><h1>{TITLE}</h1>{MARKUP}</article>")).article.text
