"""Jekyll with Minima, from Debian, and with themes whose layouts come from elsewhere."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

from training.themes.engines.run import listings, posts, run
from training.themes.pages import Rendered
from training.themes.site import Site


def render(site: Site, package: str, folder: Path, cache: Path) -> Iterator[Rendered]:
    """Write the site's sources to the folder, generate it, and give its pages.

    ``package`` is the theme's gem, or ``npm/NAME`` for a package of npm that holds the theme's files.
    """
    config: dict[str, object] = {
        "title": site.name,
        "description": site.slogan,
        "author": {"name": site.author},
        "url": site.url,
        "lang": site.language,
        "permalink": "/:year/:month/:title/",
        "theme": package,
        "plugins": ["jekyll-feed", "jekyll-seo-tag"],
        "timezone": "UTC",
        "show_excerpts": True,
        "excerpt_separator": "<!-- more -->",
        "defaults": [{"scope": {"path": "", "type": "posts"}, "values": {"layout": "post"}}],
    }
    if package.startswith("npm/"):
        files = cache / "node" / "node_modules" / package.removeprefix("npm/")
        for path in files.glob("_*"):
            if path.is_dir() and path.name not in {"_posts", "_plugins", "_javascript"}:
                shutil.copytree(path, folder / path.name, ignore=shutil.ignore_patterns("tr-TR.yml"))
        config |= {
            "theme": None,
            "plugins": [
                "jekyll-paginate",
                "jekyll-redirect-from",
                "jekyll-seo-tag",
                "jekyll-archives",
                "jekyll-sitemap",
            ],
            "paginate": 6,
            "toc": True,
            "theme_mode": "light",
            "social": {"name": site.author, "links": []},
            "jekyll-archives": {
                "enabled": ["categories", "tags"],
                "layouts": {"category": "category", "tag": "tag"},
                "permalinks": {"tag": "/tags/:name/", "category": "/categories/:name/"},
            },
            "collections": {"tabs": {"output": True, "sort_by": "order"}},
        }
    (folder / "_config.yml").write_text(json.dumps(config), "utf-8")
    (folder / "index.html").write_text("---\nlayout: home\n---\n")
    sources = folder / "_posts"
    sources.mkdir()
    for post in site.posts:
        article = post.article
        matter = {
            "title": article.title,
            "date": f"{article.published:%Y-%m-%d %H:%M:%S} +0000",
            "author": article.author,
            "description": article.description,
            "categories": [],
            "tags": list(article.tags),
        }
        name = f"{article.published:%Y-%m-%d}-{post.slug}.html"
        (sources / name).write_text(
            f"---\n{json.dumps(matter, ensure_ascii=False)}\n---\n{{% raw %}}{post.body}{{% endraw %}}", "utf-8"
        )
    run(["jekyll", "build", "-q"], folder, {"LANG": "C.UTF-8", "RUBYOPT": "-W0"})
    public = folder / "_site"
    yield from posts(site, public, lambda post: f"{post.article.published:%Y/%m}/{post.slug}/index.html")
    yield from listings(
        site, public, ("index.html", "page*/index.html", "tags/*/index.html", "archives/index.html", "404.html")
    )
