"""The blog of Docusaurus, from npm: React, rendered on the server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from training.themes.engines.run import listings, posts, run
from training.themes.pages import Rendered
from training.themes.site import Site


def render(site: Site, _package: str, folder: Path, cache: Path) -> Iterator[Rendered]:
    """Write the site's sources to the folder, generate it, and give its pages."""
    modules = cache / "docusaurus" / "node_modules"
    (folder / "node_modules").symlink_to(modules)
    (folder / "package.json").write_text('{"name": "site"}')
    config = {
        "title": site.name,
        "tagline": site.slogan,
        "url": site.url,
        "baseUrl": "/",
        "onBrokenLinks": "ignore",
        "i18n": {"defaultLocale": site.language, "locales": [site.language]},
        "presets": [
            [
                "classic",
                {
                    "docs": False,
                    "blog": {
                        "routeBasePath": "/news",
                        "postsPerPage": 6,
                        "onUntruncatedBlogPosts": "ignore",
                        "onInlineAuthors": "ignore",
                    },
                },
            ]
        ],
        "themeConfig": {
            "navbar": {"title": site.name, "items": [{"to": "/news", "label": name} for name in site.menu]}
        },
    }
    (folder / "docusaurus.config.js").write_text(f"module.exports = {json.dumps(config, ensure_ascii=False)};", "utf-8")
    blog = folder / "blog"
    blog.mkdir()
    for post in site.posts:
        article = post.article
        matter = {
            "title": article.title,
            "slug": post.slug,
            "date": f"{article.published:%Y-%m-%d}",
            "authors": [{"name": article.author}],
            "tags": list(article.tags),
            "description": article.description,
        }
        held = json.dumps(post.body.replace("<!-- more -->", ""), ensure_ascii=False)
        body = f"<div dangerouslySetInnerHTML={{{{__html: {held}}}}} />"
        text = f"---\n{json.dumps(matter, ensure_ascii=False)}\n---\n\n{{/* truncate */}}\n\n{body}\n"
        (blog / f"{article.published:%Y-%m-%d}-{post.slug}.mdx").write_text(text, "utf-8")
    run([str(modules / ".bin" / "docusaurus"), "build", "--no-minify"], folder)
    public = folder / "build"
    yield from posts(site, public, lambda post: f"news/{post.slug}/index.html")
    yield from listings(
        site, public, ("news/index.html", "news/archive/index.html", "news/tags/*/index.html", "404.html")
    )
