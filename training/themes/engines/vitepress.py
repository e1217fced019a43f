"""VitePress with its default theme, from npm: Vue, rendered on the server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from training.themes.engines.run import listings, posts, run
from training.themes.pages import Rendered
from training.themes.site import Site


def render(site: Site, _package: str, folder: Path, cache: Path) -> Iterator[Rendered]:
    """Write the site's sources to the folder, generate it, and give its pages."""
    modules = cache / "node" / "node_modules"
    (folder / "node_modules").symlink_to(modules)
    (folder / "package.json").write_text('{"name": "site", "type": "module"}')
    config = {
        "lang": site.language,
        "title": site.name,
        "description": site.slogan,
        "ignoreDeadLinks": True,
        "vue": {"template": {"transformAssetUrls": False}},
        "themeConfig": {
            "nav": [{"text": name, "link": f"/{index}/"} for index, name in enumerate(site.menu)],
            "sidebar": [{"text": post.article.title, "link": f"/{post.slug}"} for post in site.posts],
            "footer": {"message": site.slogan, "copyright": f"© {site.author}"},
        },
    }
    (folder / ".vitepress").mkdir()
    (folder / ".vitepress" / "config.js").write_text(
        f"export default {json.dumps(config, ensure_ascii=False)}", "utf-8"
    )
    links = "\n".join(f"- [{post.article.title}](/{post.slug})" for post in site.posts)
    (folder / "index.md").write_text(f"# {site.name}\n\n{links}\n", "utf-8")
    for post in site.posts:
        article = post.article
        matter = json.dumps({"title": article.title, "description": article.description}, ensure_ascii=False)
        body = post.body.replace("<script", "<div").replace("</script>", "</div>")
        (folder / f"{post.slug}.md").write_text(
            f"---\n{matter}\n---\n\n# {article.title}\n\n<div v-pre>\n{_unbroken(body)}\n</div>\n", "utf-8"
        )
    run([str(modules / ".bin" / "vitepress"), "build"], folder)
    public = folder / ".vitepress" / "dist"
    yield from posts(site, public, lambda post: f"{post.slug}.html")
    yield from listings(site, public, ("index.html", "404.html"))


def _unbroken(html: str) -> str:
    """Without empty lines, which end HTML in Markdown."""
    return "\n".join(line for line in html.split("\n") if line.strip())
