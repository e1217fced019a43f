"""Pelican and its themes, from PyPI."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from pathlib import Path

from training.themes.engines.run import listings, packages, posts, run
from training.themes.pages import Rendered
from training.themes.site import Site

_EXTRAS = {
    "bulrush": "import bulrush\nJINJA_ENVIRONMENT = bulrush.ENVIRONMENT\nJINJA_FILTERS = bulrush.FILTERS\n",
    "pelican/plugins/seafoam": "PLUGINS = ['pelican.plugins.seafoam']\n",
    "minchin/pelican/themes/minchindotca": "PLUGINS = []\n",
}
"""What a theme wants in the settings."""


def render(site: Site, package: str, folder: Path, cache: Path) -> Iterator[Rendered]:
    """Write the site's sources to the folder, generate it, and give its pages; ``package`` is the theme's path."""
    theme = packages(cache) / package
    settings = {
        "AUTHOR": site.author,
        "SITENAME": site.name,
        "SITESUBTITLE": site.slogan,
        "SITEURL": site.url,
        "PATH": "content",
        "THEME": str(theme),
        "TIMEZONE": "UTC",
        "DEFAULT_LANG": site.language,
        "DEFAULT_PAGINATION": 6,
        "ARTICLE_URL": "{date:%Y}/{date:%m}/{slug}/",
        "ARTICLE_SAVE_AS": "{date:%Y}/{date:%m}/{slug}/index.html",
        "LINKS": [(site.menu[1], "/x/")],
        "SOCIAL": [("mastodon", "https://social.example/@x")],
        "LICENSE": "CC BY 4.0",
        "DELETE_OUTPUT_DIRECTORY": False,
    }
    text = "".join(f"{name} = {value!r}\n" for name, value in settings.items())
    (folder / "pelicanconf.py").write_text(text + _EXTRAS.get(package, ""), "utf-8")
    content = folder / "content"
    content.mkdir()
    for post in site.posts:
        article = post.article
        facts = {
            "date": f"{article.published:%Y-%m-%d %H:%M}",
            "category": article.section,
            "tags": ", ".join(article.tags),
            "authors": article.author,
            "slug": post.slug,
            "summary": article.description,
            "description": article.description,
        }
        meta = "".join(f'<meta name="{name}" content="{escape(value)}">\n' for name, value in facts.items())
        (content / f"{post.slug}.html").write_text(
            f"<html><head><title>{escape(article.title)}</title>\n{meta}</head><body>{post.body}</body></html>", "utf-8"
        )
    run([str(cache / "python" / "bin" / "pelican"), "content", "-s", "pelicanconf.py", "-o", "output"], folder)
    output = folder / "output"
    yield from posts(site, output, lambda post: f"{post.article.published:%Y/%m}/{post.slug}/index.html")
    yield from listings(
        site, output, ("index*.html", "archives.html", "category/*.html", "tag/*.html", "author/*.html")
    )
