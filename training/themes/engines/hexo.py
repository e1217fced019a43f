"""Hexo and its themes, from npm."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

from training.themes.engines.run import listings, posts, run
from training.themes.pages import Rendered
from training.themes.site import Site

PLUGINS = (
    "hexo-renderer-ejs",
    "hexo-renderer-pug",
    "hexo-renderer-stylus",
    "hexo-renderer-inferno",
    "hexo-generator-archive",
    "hexo-generator-category",
    "hexo-generator-tag",
    "hexo-generator-index",
)
_LANGUAGES = {"zh": "zh-CN"}
_SETTINGS = {"hexo-theme-kira": {"background": {"path": "/cover.jpg", "width": 1600, "height": 900}}}
"""Of themes that come without a configuration."""
_ORDER = """hexo.extend.filter.register("before_generate", async () => {
  const sorted = (rows, key) => Object.fromEntries(Object.entries(rows).filter(([, row]) => row)
    .map(([id, row]) => [key(row, id), id, row]).sort(([a], [b]) => (a < b ? -1 : 1)).map(([, id, row]) => [id, row]));
  const order = (name, key) => {
    const model = hexo.model(name);
    model.data = sorted(model.data, key);
    model.dirty = true;
    return model.data;
  };
  const [posts] = ["Post", "Page"].map((name) => order(name, (row) => row.source));
  const [sections, tags] = ["Category", "Tag"].map((name) => order(name, (row) => row.name));
  order("PostCategory", (row) => `${posts[row.post_id].source} ${sections[row.category_id].name}`);
  order("PostTag", (row) => `${posts[row.post_id].source} ${tags[row.tag_id].name}`);
  Object.values(hexo._binaryRelationIndex).forEach((index) => index.load());
  hexo.theme.i18n.data = sorted(hexo.theme.i18n.data, (_, language) => language);
  // Hexo remembers which tags it gave out; setting those of a post makes it forget.
  const post = hexo.model("Post").first();
  if (post) await post.setTags(post.tags.map((tag) => tag.name));
});
"""
"""A script of the site. Without it posts, sections and tags stand in the order in which files happened to be read, and
a language that a theme does not have is replaced by the one that was read first."""
_STILL = "Math.random = () => 0.5;\n"
_RANDOM = ("hexo-theme-particlex",)
"""Themes that draw the colours of their tags anew each time, unless they are given one number."""


def render(site: Site, package: str, folder: Path, cache: Path) -> Iterator[Rendered]:
    """Write the site's sources to the folder, generate it, and give its pages."""
    modules = cache / "hexo" / "node_modules"
    (folder / "node_modules").symlink_to(modules)
    (folder / "themes").mkdir()
    (folder / "themes" / "chosen").symlink_to(modules / package)
    dependencies = {"hexo": "*", **dict.fromkeys((*PLUGINS, *_own_plugins(modules, package)), "*")}
    (folder / "package.json").write_text(
        json.dumps({"name": "site", "hexo": {"version": "7"}, "dependencies": dependencies})
    )
    language = _LANGUAGES.get(site.language, site.language)
    config = {
        "title": site.name,
        "subtitle": site.slogan,
        "author": site.author,
        "language": language,
        "timezone": "UTC",
        "url": site.url,
        "root": "/",
        "permalink": ":year/:month/:day/:title/",
        "theme": "chosen",
        "per_page": 6,
        "index_generator": {"per_page": 6, "order_by": "-date"},
    }
    examples = [path for path in sorted((modules / package).glob("*config*.yml")) if "example" in path.name]
    if package in _SETTINGS:
        (folder / "_config.chosen.yml").write_text(json.dumps(_SETTINGS[package]))
    elif examples and not (modules / package / "_config.yml").is_file():
        shutil.copy(examples[0], folder / "_config.chosen.yml")
    (folder / "_config.yml").write_text(json.dumps(config), "utf-8")
    (folder / "scripts").mkdir()
    (folder / "scripts" / "order.js").write_text(_ORDER + _STILL * (package in _RANDOM), "utf-8")
    sources = folder / "source" / "_posts"
    sources.mkdir(parents=True)
    for post in site.posts:
        article = post.article
        matter = {
            "title": article.title,
            "date": f"{article.published:%Y-%m-%d %H:%M:%S}",
            "author": article.author,
            "description": article.description,
            "categories": [article.section],
            "tags": list(article.tags),
            "disableNunjucks": True,
            "comments": True,
        }
        (sources / f"{post.slug}.html").write_text(f"{json.dumps(matter)[1:-1]}\n;;;\n{post.body}", "utf-8")
    run([str(modules / ".bin" / "hexo"), "generate"], folder)
    public = folder / "public"
    yield from posts(site, public, lambda post: f"{post.article.published:%Y/%m/%d}/{post.slug}/index.html")
    yield from listings(
        site,
        public,
        ("index.html", "page/*/index.html", "archives/**/index.html", "tags/*/index.html", "categories/*/index.html"),
    )


def _own_plugins(modules: Path, package: str) -> list[str]:
    """The plugins that a theme depends on, where they are installed."""
    wanted = json.loads((modules / package / "package.json").read_text("utf-8"))
    names = {**wanted.get("dependencies", {}), **wanted.get("peerDependencies", {})}
    return sorted(name for name in names if name.startswith("hexo-") and (modules / name).is_dir())
