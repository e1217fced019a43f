"""Installs generators and themes by package name: npm and PyPI into the cache folder, Debian's into the system."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HEXO = (
    "hexo hexo-renderer-ejs hexo-renderer-inferno hexo-renderer-marked hexo-renderer-pug hexo-renderer-stylus "
    "hexo-generator-archive hexo-generator-category hexo-generator-index hexo-generator-tag "
    "hexo-theme-a4 hexo-theme-anzhiyu hexo-theme-async hexo-theme-butterfly hexo-theme-fluid hexo-theme-icarus "
    "hexo-theme-keep hexo-theme-kratos-rebirth hexo-theme-landscape hexo-theme-next hexo-theme-redefine "
    "hexo-theme-solitude hexo-theme-stellar hexo-theme-vivia hexo-theme-yun"
).split()
NODE = "handlebars jekyll-theme-chirpy undescores-for-npm vitepress".split()
DOCUSAURUS = "@docusaurus/core @docusaurus/preset-classic react react-dom".split()
PYTHON = (
    "pelican markdown bulrush jwk-theme pelican-theme-reflex pelican-theme-smallweb pelican-themeless plumage seafoam "
    "pelican-shiori pelican-engineering-theme nikola mkdocs mkdocs-material mkdocs-cinder mkdocs-bootstrap4 "
    "mkdocs-simple-blog mkdocs-ivory mkdocs-gitbook mkdocs-bootswatch sphinx ablog alabaster pydata-sphinx-theme "
    "sphinx-rtd-theme insipid-sphinx-theme"
).split()
DEBIAN = (
    "jekyll jekyll-theme-minima ruby-jekyll-archives ruby-jekyll-feed ruby-jekyll-paginate ruby-jekyll-redirect-from "
    "ruby-jekyll-seo-tag ruby-jekyll-sitemap wordpress wordpress-l10n wordpress-theme-twentytwentyone "
    "wordpress-theme-twentytwentytwo wordpress-theme-twentytwentythree php-cli php-mysql php-xml php-mbstring "
    "mariadb-server"
).split()

_NPM = "npm install --no-audit --no-fund --ignore-scripts --legacy-peer-deps --loglevel=error".split()


def install(cache: Path) -> bool:
    """Install all; a package that cannot be had is named, and the others go on. Whether everything was there."""
    whole = True
    for name, packages in (("hexo", HEXO), ("node", NODE), ("docusaurus", DOCUSAURUS)):
        folder = cache / name
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / "package.json").is_file():
            (folder / "package.json").write_text('{"name": "themes", "private": true}')
        whole &= _each([*_NPM], packages, folder)
    whole &= _ghost_themes(cache / "ghost")
    folder = cache / "python"
    if not (folder / "bin" / "python").is_file():
        _run([sys.executable, "-m", "venv", str(folder)], cache)
    whole &= _each([str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet"], PYTHON, cache)
    return whole & _each(["apt-get", "install", "-y", "-qq", "--no-install-recommends"], DEBIAN, cache)


def _ghost_themes(folder: Path) -> bool:
    """The themes alone, out of Ghost's package: what it depends on needs a compiler."""
    folder.mkdir(exist_ok=True)
    if not _run(["npm", "pack", "ghost", "--silent"], folder):
        return False
    archive = max(folder.glob("ghost-*.tgz"), key=lambda path: path.stat().st_mtime)
    unpacked = _run(["tar", "xzf", archive.name, "package/content/themes"], folder)
    archive.unlink()
    return unpacked


def _each(command: list[str], packages: list[str], folder: Path) -> bool:
    """All packages in one go, or where that fails one after the other."""
    if _run([*command, *packages], folder):
        return True
    missing = [package for package in packages if not _run([*command, package], folder)]
    for package in missing:
        print(f"not installed: {package}", file=sys.stderr)
    return not missing


def _run(command: list[str], folder: Path) -> bool:
    return subprocess.run(["nice", "-n", "10", *command], cwd=folder, check=False).returncode == 0
