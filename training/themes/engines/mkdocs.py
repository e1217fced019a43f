"""MkDocs and its themes, from PyPI: an article is a page of the documentation."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from training.themes.engines.run import listings, posts, run
from training.themes.pages import Rendered
from training.themes.site import Site


def render(site: Site, package: str, folder: Path, cache: Path) -> Iterator[Rendered]:
    """Write the site's sources to the folder, generate it, and give its pages; ``package`` is the theme's name."""
    config = {
        "site_name": site.name,
        "site_description": site.slogan,
        "site_author": site.author,
        "site_url": f"{site.url}/",
        "theme": {"name": package},
        "plugins": [],
        "nav": [{site.name: "index.md"}, *({post.article.title: f"{post.slug}.md"} for post in site.posts)],
    }
    (folder / "mkdocs.yml").write_text(json.dumps(config), "utf-8")
    docs = folder / "docs"
    docs.mkdir()
    links = "\n".join(f"- [{post.article.title}]({post.slug}.md)" for post in site.posts)
    (docs / "index.md").write_text(f"# {site.name}\n\n{links}\n", "utf-8")
    for post in site.posts:
        body = f"<div>\n{post.body}\n</div>"
        (docs / f"{post.slug}.md").write_text(f"# {post.article.title}\n\n{body}\n", "utf-8")
    run([str(cache / "python" / "bin" / "mkdocs"), "build", "-q"], folder)
    public = folder / "site"
    yield from posts(site, public, lambda post: f"{post.slug}/index.html")
    yield from listings(site, public, ("index.html", "404.html"))
