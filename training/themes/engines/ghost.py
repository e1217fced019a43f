"""The default themes of Ghost, from npm, rendered with Handlebars: its server needs a compiler and a database."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from pathlib import Path

from training.themes.engines.run import listings, posts, run
from training.themes.pages import Rendered
from training.themes.site import MORE, Site

_RENDERER = Path(__file__).with_name("ghost.cjs")


def render(site: Site, package: str, folder: Path, cache: Path) -> Iterator[Rendered]:
    """Write the site's posts to the folder, render them, and give its pages; ``package`` is the theme's name."""
    plan = {
        "title": site.name,
        "slogan": site.slogan,
        "url": site.url,
        "language": site.language,
        "author": site.author,
        "menu": list(site.menu),
        "credit": site.author,
        "chance": zlib.crc32(site.host.encode()) % 1000,
        "posts": [
            {
                "slug": post.slug,
                "title": post.article.title,
                "html": post.body.replace(MORE, ""),
                "excerpt": post.article.description,
                "date_iso": post.article.published.isoformat(),
                "tags": list(post.article.tags),
            }
            for post in site.posts
        ],
    }
    (folder / "site.json").write_text(json.dumps(plan, ensure_ascii=False), "utf-8")
    public = folder / "out"
    public.mkdir()
    theme = cache / "ghost" / "package" / "content" / "themes" / package
    modules = cache / "node" / "node_modules"
    run(["node", str(_RENDERER), str(modules), str(theme), str(folder / "site.json"), str(public)], folder)
    yield from posts(site, public, lambda post: f"{post.slug}/index.html")
    yield from listings(site, public, ("index.html", "tag/*/index.html", "author/*/index.html"))
