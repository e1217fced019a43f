"""Nikola and its themes, from PyPI."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from training.themes.engines.run import listings, posts, run
from training.themes.pages import Rendered
from training.themes.site import Site

_LANGUAGES = {"zh": "zh_cn"}


def render(site: Site, package: str, folder: Path, cache: Path) -> Iterator[Rendered]:
    """Write the site's sources to the folder, generate it, and give its pages; ``package`` is the theme's name."""
    language = _LANGUAGES.get(site.language, site.language)
    settings = {
        "BLOG_AUTHOR": site.author,
        "BLOG_TITLE": site.name,
        "SITE_URL": f"{site.url}/",
        "BLOG_EMAIL": "editors@example.org",
        "BLOG_DESCRIPTION": site.slogan,
        "DEFAULT_LANG": language,
        "THEME": package,
        "TIMEZONE": "UTC",
        "POSTS": (("posts/*.html", "posts", "post.tmpl"),),
        "PAGES": (),
        "COMPILERS": {"html": (".html",)},
        "INDEX_DISPLAY_POST_COUNT": 6,
        "INDEX_TEASERS": True,
        "SHOW_SOURCELINK": False,
    }
    lines = "".join(f"{name} = {value!r}\n" for name, value in settings.items())
    links = [(f"/{index}/", name) for index, name in enumerate(site.menu)]
    lines += f"NAVIGATION_LINKS = {{DEFAULT_LANG: {tuple(links)!r}}}\nTRANSLATIONS = {{DEFAULT_LANG: ''}}\n"
    (folder / "conf.py").write_text(f"import time\n{lines}", "utf-8")
    sources = folder / "posts"
    sources.mkdir()
    for post in site.posts:
        article = post.article
        facts = {
            "title": article.title,
            "slug": post.slug,
            "date": f"{article.published:%Y-%m-%d %H:%M:%S} UTC",
            "tags": ", ".join(article.tags),
            "category": article.section,
            "description": article.description,
            "author": article.author,
        }
        matter = "".join(f".. {name}: {value}\n" for name, value in facts.items())
        body = post.body.replace("<!-- more -->", "<!-- TEASER_END -->")
        (sources / f"{post.slug}.html").write_text(f"<!--\n{matter}-->\n\n{body}", "utf-8")
    run([str(cache / "python" / "bin" / "nikola"), "build"], folder)
    output = folder / "output"
    yield from posts(site, output, lambda post: f"posts/{post.slug}/index.html")
    yield from listings(
        site, output, ("index*.html", "archive.html", "*/index.html", "categories/*/index.html", "categories/*.html")
    )
