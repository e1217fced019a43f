"""The themes, and which of them no model may learn from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from training.themes.engines import (
    docusaurus,
    ghost,
    hexo,
    jekyll,
    mkdocs,
    newsroom,
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
    "newsroom": newsroom.render,
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
    kinds: tuple[str, ...] = ()
    """The kinds of its articles by turns; drawn where none are named."""


def _themes(engine: str, packages: str, held: str = "", *, package: str = "{}") -> list[Theme]:
    return [
        Theme(
            f"{engine}-{name.removesuffix('/theme').split('/')[-1]}", engine, package.format(name), name in held.split()
        )
        for name in f"{packages} {held}".split()
    ]


_NEWS = tuple(
    "brief news list brief quotes interview news missing photos brief news lines wall grid feature list brief table "
    "embeds interview news numbered live brief footnotes".split()
)
"""What newsrooms write: mostly short."""

THEMES = (
    *_themes(
        "hexo",
        "a4 anzhiyu async fluid keep kratos-rebirth next redefine reimu solitude vivia melody apollo bamboo "
        "particlex flexblock",
        "butterfly icarus landscape stellar yun pure cards diaspora amazing star",
        package="hexo-theme-{}",
    ),
    *_themes(
        "pelican",
        "jwk_theme pelican_shiori pelican/themes/simple pelican/themes/smallweb pelican/themes/reflex "
        "pelican/themes/themeless pelican/plugins/seafoam",
        "bulrush plumage pelican/themes/notmyidea pelican_engineering_theme/theme",
    ),
    *_themes("nikola", "bootblog4 bootstrap4", "base-jinja"),
    *_themes(
        "mkdocs",
        "mkdocs gitbook simple-blog readthedocs bootstrap4 ivory windmill dracula alabaster rtd-dropdown",
        "material cinder flatly terminal nature",
    ),
    *_themes("jekyll", "npm/jekyll-theme-chirpy", "minima"),
    *_themes("wordpress", "twentytwentythree twentytwentytwo undescores-for-npm understrap", "twentytwentyone"),
    *_themes(
        "sphinx",
        "classic sphinx_rtd_theme alabaster pydata_sphinx_theme sphinx_book_theme piccolo_theme python_docs_theme",
        "insipid shibuya sphinxawesome_theme",
    ),
    *_themes("vitepress", "default"),
    *_themes("docusaurus", "", "classic"),
    *_themes("ghost", "source", "casper"),
    *(replace(theme, kinds=_NEWS) for theme in _themes("newsroom", " ".join(map(str, range(1, 31))))),
    *(replace(theme, kinds=_NEWS) for theme in _themes("newsroom", "", "101 102 103 104 105 106")),
)
