"""Sphinx with ABlog and themes of both, from PyPI."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from training.themes.engines.run import listings, posts, run
from training.themes.pages import Rendered
from training.themes.site import Site

_LANGUAGES = {"zh": "zh_CN"}
_WITH_SIDEBARS = ("alabaster", "classic")


def render(site: Site, package: str, folder: Path, cache: Path) -> Iterator[Rendered]:
    """Write the site's sources to the folder, generate it, and give its pages; ``package`` is the theme's name."""
    settings = {
        "project": site.name,
        "author": site.author,
        "language": _LANGUAGES.get(site.language, site.language),
        "extensions": ["ablog", "sphinx.ext.extlinks"],
        "html_theme": package,
        "html_title": site.name,
        "blog_title": site.name,
        "blog_baseurl": site.url,
        "blog_post_pattern": "posts/*.rst",
        "post_auto_excerpt": 0,
        "post_date_format": "%Y-%m-%d",
        "suppress_warnings": ["*"],
    }
    lines = "".join(f"{name} = {value!r}\n" for name, value in settings.items())
    panels = ["globaltoc.html", *(f"ablog/{name}.html" for name in ("postcard", "recentposts", "tagcloud"))]
    if package in _WITH_SIDEBARS:
        lines += f"html_sidebars = {{'**': {panels!r}}}\n"
    (folder / "conf.py").write_text(lines, "utf-8")
    titles = "\n".join(f"   posts/{post.slug}" for post in site.posts)
    head = f"{site.name}\n{'=' * 80}\n\n"
    (folder / "index.rst").write_text(f"{head}.. toctree::\n   :maxdepth: 1\n\n{titles}\n", "utf-8")
    sources = folder / "posts"
    sources.mkdir()
    for post in site.posts:
        article = post.article
        body = "\n".join(f"   {line}" for line in post.body.split("\n"))
        tags = ", ".join(article.tags)
        facts = f":blogpost: true\n:date: {article.published:%Y-%m-%d}\n:author: {article.author}\n"
        facts += f":tags: {tags}\n:category: {article.section}\n"
        title = article.title.replace("\\", "\\\\").replace("*", "\\*")
        (sources / f"{post.slug}.rst").write_text(
            f"{facts}\n{title}\n{'=' * 200}\n\n.. raw:: html\n\n{body}\n", "utf-8"
        )
    run([str(cache / "python" / "bin" / "python"), "-m", "sphinx", "-q", "-b", "dirhtml", ".", "_out"], folder)
    public = folder / "_out"
    yield from posts(site, public, lambda post: f"posts/{post.slug}/index.html")
    yield from listings(site, public, ("index.html", "blog/index.html", "blog/*/index.html", "blog/tag/*/index.html"))
