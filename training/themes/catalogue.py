"""The themes, and which of them no model may learn from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from training.themes.engines import (
    docusaurus,
    ghost,
    hexo,
    jekyll,
    mkdocs,
    nikola,
    pelican,
    sphinx,
    vitepress,
    wordpress,
)
from training.themes.pages import Rendered
from training.themes.site import Site

Render = Callable[[Site, str, Path, Path], Iterator[Rendered]]

ENGINES: dict[str, Render] = {
    "docusaurus": docusaurus.render,
    "ghost": ghost.render,
    "hexo": hexo.render,
    "jekyll": jekyll.render,
    "mkdocs": mkdocs.render,
    "nikola": nikola.render,
    "pelican": pelican.render,
    "sphinx": sphinx.render,
    "vitepress": vitepress.render,
    "wordpress": wordpress.render,
}


@dataclass(frozen=True, slots=True)
class Theme:
    """A theme of an engine."""

    name: str
    engine: str
    package: str
    """The engine's name of it."""
    held: bool = False
    """Never trained on."""


def _themes(engine: str, packages: str, held: str = "", *, package: str = "{}") -> list[Theme]:
    return [
        Theme(
            f"{engine}-{name.removesuffix('/theme').split('/')[-1]}", engine, package.format(name), name in held.split()
        )
        for name in f"{packages} {held}".split()
    ]


THEMES = (
    *_themes(
        "hexo",
        "a4 anzhiyu async butterfly icarus kratos-rebirth landscape solitude stellar yun",
        "fluid keep next redefine vivia",
        package="hexo-theme-{}",
    ),
    *_themes(
        "pelican",
        "bulrush jwk_theme pelican_shiori plumage "
        "pelican/themes/notmyidea pelican/themes/simple pelican/themes/smallweb",
        "pelican/themes/reflex pelican/themes/themeless pelican/plugins/seafoam pelican_engineering_theme/theme",
    ),
    *_themes("nikola", "bootblog4 base-jinja", "bootstrap4"),
    *_themes("mkdocs", "mkdocs material cinder gitbook simple-blog flatly", "readthedocs bootstrap4 ivory"),
    *_themes("jekyll", "minima", "npm/jekyll-theme-chirpy"),
    *_themes("wordpress", "twentytwentyone twentytwentythree undescores-for-npm", "twentytwentytwo"),
    *_themes("sphinx", "classic sphinx_rtd_theme insipid", "alabaster pydata_sphinx_theme"),
    *_themes("vitepress", "", "default"),
    *_themes("docusaurus", "classic"),
    *_themes("ghost", "casper", "source"),
)
