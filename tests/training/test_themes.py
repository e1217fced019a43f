"""The generated articles say what their answers say, and an answer is only given where a page shows it."""

import json
import random
from itertools import product
from pathlib import Path
from zipfile import ZipFile

import pytest

from testing.datasets import load_dataset
from training.themes.articles import KINDS, NO_ARTICLES, Article, write_article
from training.themes.boxes import Maker, draw_boxes
from training.themes.catalogue import THEMES
from training.themes.composer import joined, wrapped
from training.themes.dataset import write_dataset
from training.themes.engines import newsroom
from training.themes.pages import MadePage, Rendered, WrongAnswer, answer, assemble, finish, pressed, visible_text
from training.themes.prose import Writer, codes, load_language
from training.themes.saved import ACCOUNT, HOME, kind_of, saved_pages
from training.themes.score import report, score_dataset
from training.themes.site import Site, draw_site
from training.themes.style import draw_style

pytestmark = pytest.mark.slow

USUAL_KINDS = [kind for kind in KINDS if kind not in {"long", "longest", *NO_ARTICLES}]


def an_article(kind: str, language: str = "en", seed: int = 1) -> tuple[Article, str]:
    dice = random.Random(f"{kind} {language} {seed}")
    style = draw_style(dice)
    article = write_article(kind, load_language(language), style, dice, author="Ruth Marsh", section="News")
    return article, "\n".join(wrapped(joined(article.blocks, style), style, dice))


def a_site(language: str = "en", size: int = 6, number: int = 1) -> Site:
    return draw_site("hexo-example", number, language, size=size, seed=3, kinds=USUAL_KINDS)


def in_a_theme(site: Site, slug: str) -> Rendered:
    """A page as a theme would build it."""
    post = next(post for post in site.posts if post.slug == slug)
    html = (
        f"<!doctype html><html><head><title>{post.article.title}</title></head><body><nav>{site.name}</nav>"
        f"<main><article><h1>{post.article.title}</h1><p>{post.article.published:%Y-%m-%d} {site.author}</p>"
        f'<div class="content">{post.body}</div></article></main><footer>{site.slogan}</footer></body></html>'
    )
    return Rendered(f"{site.url}/{slug}/", html, slug)


def test_all_languages_have_the_same_kinds_of_phrases():
    english = load_language("en")
    for code in codes():
        language = load_language(code)
        assert set(language.phrases) == set(english.phrases), code
        assert set(language.labels) == set(english.labels), code


@pytest.mark.parametrize("code", codes())
def test_no_gap_of_a_phrase_stays_open(code):
    writer = Writer(load_language(code), random.Random(1))
    labels = [
        writer.fill(text, title="A title", name="A name") for texts in writer.language.labels.values() for text in texts
    ]
    phrases = [writer.fill(text) for texts in writer.language.phrases.values() for text in texts]
    assert not [text for text in labels + phrases if "{" in text or "}" in text]


@pytest.mark.parametrize("code", codes())
def test_the_page_shows_every_line_of_the_answer_once_and_in_order(code):
    for kind, seed in product(USUAL_KINDS, range(2)):
        article, html = an_article(kind, code, seed)
        shown, place = pressed(visible_text(f"<body>{html}</body>")), 0
        for line in article.text.split("\n"):
            found = shown.find(pressed(line), place)
            assert found >= 0, (kind, seed, line)
            place = found + len(pressed(line))


@pytest.mark.parametrize("kind", ["news", "feature", "interview", "live", "lines", "long"])
def test_no_paragraph_is_said_twice(kind):
    paragraphs = [line for line in an_article(kind)[0].text.split("\n") if len(line) > 40]
    assert len(paragraphs) == len(set(paragraphs))


def test_lengths_go_from_briefs_to_long_reads():
    brief, longest = (len(an_article(kind)[0].text.split()) for kind in ("brief", "longest"))
    assert brief < 150
    assert longest > 25_000


@pytest.mark.parametrize("code", codes())
def test_a_box_shows_its_lines(code):
    for seed in range(40):
        dice = random.Random(f"{code} {seed}")
        boxes = draw_boxes(dice)
        maker = Maker(Writer(load_language(code), dice), "Ruth Marsh", ["A heading"])
        for make in (*boxes.within, *boxes.after, *boxes.around, *([boxes.consent] if boxes.consent else [])):
            block = maker.box(make)
            shown = pressed(visible_text(f"<body>{block.html}</body>"))
            assert not block.gold
            assert all(pressed(line) in shown for line in block.others), (make, block)


def test_a_site_is_the_same_for_the_same_seed_and_another_for_another_number():
    assert a_site() == a_site()
    assert a_site().posts[0].body != a_site(number=2).posts[0].body


@pytest.mark.parametrize("code", ["en", "zh", "ar", "th"])
def test_answers_are_true_of_their_pages(code):
    site = a_site(code)
    failures: list[str] = []
    pages = list(finish(site, [in_a_theme(site, post.slug) for post in site.posts], failures))
    assert not failures
    assert len(pages) == len(site.posts)
    for page, post in zip(pages, site.posts, strict=True):
        shown, text = pressed(visible_text(page.html)), pressed(page.gold["text"])
        assert page.gold["text"] == post.article.text
        assert page.gold["authors"] == [site.author]
        assert page.gold["date"] == f"{post.article.published:%Y-%m-%d}"
        assert "ARTICLESTARTS" not in page.html
        assert "ARTICLEENDS" not in page.html
        assert all(pressed(line) in text for line in page.gold["must"])
        assert all(pressed(line) in shown for line in page.gold["must_not"])
        assert not any(pressed(line) in text for line in page.gold["must_not"])


def test_a_page_that_lacks_a_paragraph_has_no_answer():
    site = draw_site("hexo-example", 1, "en", size=1, seed=3, kinds=["news"])
    post = site.posts[0]
    html, _ = assemble(in_a_theme(site, post.slug).html, post, random.Random(1))
    lost = next(block for block in post.article.blocks if block.gold)
    with pytest.raises(WrongAnswer, match="not shown"):
        answer(post, site, html.replace(lost.html, ""), [])


def test_a_page_without_the_body_is_named_and_left_out():
    site = a_site()
    failures: list[str] = []
    assert not list(
        finish(site, [Rendered(f"{site.url}/x/", "<html><body>a shell</body></html>", site.posts[0].slug)], failures)
    )
    assert len(failures) == 1


@pytest.mark.parametrize("kind", sorted(NO_ARTICLES))
def test_a_wall_is_no_article(kind):
    site = draw_site("hexo-example", 1, "en", size=1, seed=3, kinds=[kind])
    [page] = finish(site, [in_a_theme(site, site.posts[0].slug)], [])
    assert page.gold == {"article": False}
    assert page.kind == kind


def test_a_listing_is_no_article_and_a_page_of_two_posts_is_none():
    site = a_site()
    links = "".join(f'<a href="/{post.slug}/">{post.article.title}</a>' for post in site.posts)
    two = "".join(f'<a href="/{post.slug}/">{post.article.title}</a>' for post in site.posts[:2])
    failures: list[str] = []
    pages = list(finish(site, [Rendered(f"{site.url}/", links, ""), Rendered(f"{site.url}/tag/", two, "")], failures))
    assert [page.gold for page in pages] == [{"article": False}]
    assert len(failures) == 1


def test_a_data_set_is_one_of_the_benchmark_and_is_replaced_as_a_whole(tmp_path):
    site = a_site(size=2)
    pages = list(finish(site, [in_a_theme(site, post.slug) for post in site.posts], []))
    assert write_dataset(pages, tmp_path / "held") == {pages[0].theme: 2}
    (tmp_path / "held" / "stale").touch()
    assert write_dataset(pages[:1], tmp_path / "held") == {pages[0].theme: 1}
    assert [path.name for path in tmp_path.iterdir()] == ["held"]
    assert not (tmp_path / "held" / "stale").exists()
    [page] = load_dataset(tmp_path, "held")
    assert page.body().decode() == pages[0].html
    assert page.gold.text == pages[0].gold["text"]


def test_a_failed_data_set_leaves_the_old_one(tmp_path):
    def broken():
        yield MadePage("a", "https://a.example/", "<p>", {"article": False}, "t", "listing", "en")
        raise RuntimeError("in the middle")

    write_dataset([], tmp_path / "held")
    with pytest.raises(RuntimeError):
        write_dataset(broken(), tmp_path / "held")
    assert (tmp_path / "held" / "pages.jsonl").read_text() == ""


def test_the_score_names_what_falls_short(tmp_path):
    site = draw_site("hexo-example", 1, "en", size=2, seed=3, kinds=["news"])
    pages = list(finish(site, [in_a_theme(site, post.slug) for post in site.posts], []))
    empty = MadePage(
        "empty", f"{site.url}/empty/", "<html><body></body></html>", pages[0].gold, "hexo-empty", "news", "en"
    )
    write_dataset([*pages, empty], tmp_path / "held")
    outcomes = score_dataset(tmp_path / "held")
    assert [outcome.refused is None for outcome in outcomes] == [True, True, False]
    text = report(outcomes, worst=1)
    assert "0.000 news       empty refused" in text
    assert "refused:   1" in text


def test_a_third_of_the_themes_is_held_back_and_every_name_is_its_own():
    held = [theme for theme in THEMES if theme.held]
    assert len(THEMES) >= 30
    assert len(THEMES) / 4 <= len(held) <= len(THEMES) / 2
    assert len({theme.name for theme in THEMES}) == len(THEMES)
    assert json.loads(json.dumps([theme.name for theme in THEMES]))


@pytest.mark.parametrize("number", ["3", "101"])
def test_a_newsroom_shows_its_articles_among_boxes_and_lists_them(number):
    site = a_site("vi", size=5)
    failures: list[str] = []
    rendered = newsroom.render(site, number, Path(), Path())
    pages = list(finish(site, rendered, failures))
    assert not failures
    articles = [page for page in pages if page.kind != "listing"]
    assert len(articles) == len(site.posts)
    assert all(page.gold["must_not"] for page in articles)
    assert len(pages) - len(articles) == 1 + len(site.menu)
    assert all(page.gold == {"article": False} for page in pages if page.kind == "listing")


def test_the_caption_of_news_and_its_signature_are_no_text():
    for seed in range(40):
        article, html = an_article("news", seed=seed)
        pictures = html.count("<img")
        others = [line for block in article.blocks for line in block.others]
        if pictures and "Ruth Marsh" in others:
            assert len(others) == 2 * pictures + 1
            assert not {*others} & {*article.text.split("\n")}
            return
    pytest.fail("no article with a picture and a signature")


@pytest.mark.parametrize(
    ("url", "forms", "kind"),
    [
        ("https://harwick.example/", ["s"], HOME),
        ("https://harwick.example/?id=4", ["s"], None),
        ("https://harwick.example/join", ["r", "l", "X"], ACCOUNT),
        ("https://harwick.example/join", ["l", "s"], None),
        ("https://harwick.example/join", ["X"], None),
    ],
)
def test_saved_pages_are_told_by_address_and_forms(url, forms, kind):
    """What may be an article is left out."""
    assert kind_of(url, forms) == kind


def test_each_site_of_the_saved_pages_is_in_one_half(tmp_path):
    """And a page keeps its letters, whatever its charset."""
    urls = [f"https://www.paper-{number}.example/login" for number in range(12)]
    index = {f"html/{number}.html": {"url": url, "forms": ["l"]} for number, url in enumerate(urls)}
    (tmp_path / "formasaurus").mkdir()
    with ZipFile(tmp_path / "formasaurus" / "formasaurus-0.10.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("formasaurus/data/index.json", json.dumps(index))
        for path in index:
            wheel.writestr(f"formasaurus/data/{path}", "<p>Đăng nhập</p>".encode())
    halves = [list(saved_pages(tmp_path, held=held)) for held in (False, True)]
    assert all(halves)
    assert sorted(page.url for half in halves for page in half) == sorted(urls)
    assert {page.html for half in halves for page in half} == {"<p>Đăng nhập</p>"}
