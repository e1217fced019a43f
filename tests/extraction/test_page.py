"""What surrounds an article is told from it by structure, in any language."""

from __future__ import annotations

import pytest

from newscrawl.extraction import extract_page
from newscrawl.items import Extraction, NoArticle, Page
from tests.extraction.pages import ALL, ENGLISH, VIETNAMESE, News, cards, links, page

BY_LANGUAGE = pytest.mark.parametrize("news", ALL, ids=lambda news: news.language)


def extracted(html: str) -> Extraction:
    """By the call that the crawl makes."""
    return extract_page(Page.of(html, "https://news.example/a/flood-plan-12345.html"))


def reasons(extraction: Extraction, text: str) -> set[str | None]:
    """Why the blocks with a text are in or out."""
    return {block.reason for block in extraction.blocks if text in block.text}


@BY_LANGUAGE
@pytest.mark.parametrize("place", ["middle", "after", "outside"])
@pytest.mark.parametrize("shape", [cards, links], ids=["cards", "links"])
def test_related_articles_are_dropped(news: News, place: str, shape):
    """As cards and as links, in the text, below it, and beside its container."""
    box = f'<div class="box"><h3>{news.related}</h3><ul>{shape(news)}</ul></div>'
    extraction = extracted(page(news, **{place: box}))
    assert extraction.article.text == "\n".join(news.paragraphs)
    for headline in (*news.headlines, news.related):
        assert None not in reasons(extraction, headline), headline


@BY_LANGUAGE
def test_a_page_without_class_names_is_read(news: News):
    """Nothing but paragraphs and lists."""
    html = page(news, after=f"<ul>{links(news)}</ul>").replace(' class="body"', "")
    assert extracted(html).article.text == "\n".join(news.paragraphs)


@BY_LANGUAGE
def test_forms_and_bars_are_dropped(news: News):
    """Newsletter, share bar, tags and comments."""
    share = '<ul class="share"><li><a href="#">Facebook</a></li><li><a href="#">X</a></li></ul>'
    letter = f'<form class="newsletter"><p>{news.newsletter}</p><input name="mail"></form>'
    tags = '<div class="tags"><a href="/t/1">Hochwasser</a> <a href="/t/2">Altstadt</a></div>'
    comments = f'<section id="comments"><h2>{news.comments}</h2><p>Toan: ok!</p></section>'
    extraction = extracted(page(news, before=share, middle=letter, after=tags, outside=comments))
    assert extraction.article.text == "\n".join(news.paragraphs)
    assert reasons(extraction, news.newsletter) == {"promo"}
    assert reasons(extraction, "Toan: ok!") == {"comments"}


@BY_LANGUAGE
def test_captions_become_images(news: News):
    """What stands under a picture is a caption, with its credit, and no text."""
    caption = f"{news.headlines[0]}. Photo: T. Nguyen"
    figure = f'<figure><img src="/river.jpg" width="800" height="500"><figcaption>{caption}</figcaption></figure>'
    extraction = extracted(page(news, middle=figure))
    assert extraction.article.text == "\n".join(news.paragraphs)
    assert reasons(extraction, caption) == {"caption"}
    assert [(image.url, image.caption) for image in extraction.article.images] == [
        ("https://news.example/river.jpg", caption)
    ]


@pytest.mark.parametrize(("tag", "name", "is_text"), [("p", "sapo", True), ("h2", "sapo", False), ("h2", "big", True)])
def test_a_marked_lead_is_the_description(tag: str, name: str, is_text: bool):
    """Where the element says so and the description repeats it; it is text as well, unless in a heading so called."""
    lead = "Hơn hai mươi tuyến đường còn ngập sau mỗi trận mưa lớn, thành phố yêu cầu nạo vét kênh trong tháng."
    html = page(VIETNAMESE, before=f'<{tag} class="{name}">{lead}</{tag}>')
    html = html.replace("</head>", f'<meta name="description" content="{lead}"></head>')
    extraction = extracted(html)
    assert extraction.article.text == "\n".join(([lead] if is_text else []) + VIETNAMESE.paragraphs)
    assert extraction.article.description == lead
    assert reasons(extraction, lead) == ({None} if is_text else {"lead"})


def test_an_unmarked_first_paragraph_is_text():
    """Even when the description repeats it."""
    first = ENGLISH.paragraphs[0]
    html = page(ENGLISH).replace("</head>", f'<meta name="description" content="{first}"></head>')
    assert extracted(html).article.text == "\n".join(ENGLISH.paragraphs)


def test_a_repeated_headline_and_a_repeated_passage_are_dropped():
    """The title stands in its own column, and no passage is said twice."""
    again = "".join(f"<p>{paragraph}</p>" for paragraph in ENGLISH.paragraphs[1:])
    extraction = extracted(page(ENGLISH, before=f"<p>{ENGLISH.title}</p>", after=again))
    assert extraction.article.text == "\n".join(ENGLISH.paragraphs)
    assert reasons(extraction, ENGLISH.title) == {"title"}
    assert reasons(extraction, ENGLISH.paragraphs[1]) == {None, "repeated"}


def test_a_lead_that_the_text_repeats_is_said_once():
    """As where software takes the beginning of the text for it."""
    first = ENGLISH.paragraphs[0]
    html = page(ENGLISH, before=f'<p class="summary">{first}</p>')
    html = html.replace("</head>", f'<meta name="description" content="{first}"></head>')
    extraction = extracted(html)
    assert extraction.article.text == "\n".join(ENGLISH.paragraphs)
    assert reasons(extraction, first) == {"lead", None}


@BY_LANGUAGE
def test_comments_in_whole_paragraphs_are_dropped(news: News):
    """What readers say is prose about the article's subject."""
    said = "".join(f'<div class="comment-body"><p>{paragraph} (1)</p></div>' for paragraph in news.paragraphs)
    extraction = extracted(page(news, outside=f'<div class="comments-area">{said}</div>'))
    assert extraction.article.text == "\n".join(news.paragraphs)
    assert reasons(extraction, f"{news.paragraphs[0]} (1)") == {"comments"}


def test_headings_lists_quotes_and_tables_of_the_article_stay():
    """They belong to it."""
    parts = (
        "<h2>What will be built</h2><ul><li>A wall of concrete along the eastern bank, two hundred metres long.</li>"
        "<li>Four electric pumps that start by themselves when the water rises.</li></ul>"
        "<blockquote><p>We would rather pay once for a wall than every year for a new floor.</p></blockquote>"
    )
    extraction = extracted(page(ENGLISH, middle=parts))
    kept = [(block.kind, block.text) for block in extraction.blocks if block.reason is None]
    assert ("list_item", "Four electric pumps that start by themselves when the water rises.") in kept
    assert ("quote", "We would rather pay once for a wall than every year for a new floor.") in kept
    assert ("heading", "What will be built") in kept


def test_a_text_split_over_containers_is_whole():
    """Halves of a body between which a site puts an advertisement."""
    half = '</div><div class="ad"><p>Advertisement</p></div><div class="body">'
    assert extracted(page(ENGLISH, middle=half)).article.text == "\n".join(ENGLISH.paragraphs)


@BY_LANGUAGE
def test_a_list_of_articles_is_none(news: News):
    """Home pages and sections hold teasers, however long."""
    teasers = "".join(
        f'<div class="item"><h3><a href="/{number}">{headline}</a></h3><p>{paragraph}</p></div>'
        for number, (headline, paragraph) in enumerate(zip(news.headlines * 4, news.paragraphs * 3, strict=True))
    )
    html = f"<html><head><title>News</title></head><body><h1>News</h1><main>{teasers}</main></body></html>"
    with pytest.raises(NoArticle) as caught:
        extracted(html)
    assert caught.value.reason in {"listing", "no_text", "too_short"}


@BY_LANGUAGE
def test_a_shell_without_a_text_is_no_article(news: News):
    """A video or a gallery among links to other articles."""
    html = page(news, outside=f"<aside><ul>{links(news)}</ul></aside>")
    for paragraph in news.paragraphs:
        html = html.replace(f"<p>{paragraph}</p>", "")
    html = html.replace('<div class="body">', '<div class="body"><video src="/film.mp4"></video>')
    with pytest.raises(NoArticle) as caught:
        extracted(html)
    assert caught.value.reason in {"no_text", "too_short"}


@pytest.mark.parametrize(
    "message", ["404 Not Found", "Please enable JavaScript and cookies to continue.", "Access denied. Reference 18.4f"]
)
def test_error_pages_are_no_articles(message):
    """What a server says instead of an article."""
    with pytest.raises(NoArticle):
        extracted(f"<html><head><title>{message}</title></head><body><h1>{message}</h1><p>{message}</p></body></html>")


@pytest.mark.parametrize("label", ["BNEWS", "-", "(HARWICK) -"])
def test_what_stands_before_a_lead_is_no_part_of_the_description(label):
    """A site's name, a place or a dash before its words; the text has the line as the page shows it."""
    lead = "More than twenty streets are still flooded after every heavy rain, and the council wants them dry."
    html = page(ENGLISH, before=f'<div class="story-lead"><p><span>{label}</span> <b>{lead}</b></p></div>')
    html = html.replace("</head>", f'<meta name="description" content="{lead}"></head>')
    extraction = extracted(html)
    assert extraction.article.description == lead
    assert extraction.article.text == "\n".join((f"{label} {lead}", *ENGLISH.paragraphs))
