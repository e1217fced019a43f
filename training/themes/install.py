"""Installs generators and themes by package name: npm and PyPI into the cache folder, Debian's into the system.

The versions are those that the models which ship were trained with: other ones make other pages, and so other models.
What these packages depend on in turn is taken as it was published on a day (``BEFORE``). Debian's are those of the
release.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HEXO = (
    "hexo@8.1.2 hexo-renderer-ejs@2.0.0 hexo-renderer-inferno@1.0.2 hexo-renderer-marked@7.0.1 "
    "hexo-renderer-pug@3.0.0 hexo-renderer-stylus@3.0.1 hexo-generator-archive@2.0.0 hexo-generator-category@2.0.0 "
    "hexo-generator-index@4.0.0 hexo-generator-tag@2.0.0 hexo-theme-a4@2.0.1 hexo-theme-amazing@6.1.5 "
    "hexo-theme-anzhiyu@1.7.0 hexo-theme-apollo@1.0.6 hexo-theme-async@2.2.7 hexo-theme-bamboo@3.3.12 "
    "hexo-theme-butterfly@5.7.0 hexo-theme-cards@1.5.3 hexo-theme-diaspora@1.0.1 hexo-theme-flexblock@2.12.0 "
    "hexo-theme-fluid@1.9.9 hexo-theme-icarus@6.1.1 hexo-theme-keep@4.3.0 hexo-theme-kratos-rebirth@3.0.1 "
    "hexo-theme-landscape@1.1.0 hexo-theme-melody@1.9.1 hexo-theme-next@8.29.0 hexo-theme-particlex@2.8.1 "
    "hexo-theme-pure@1.0.2 hexo-theme-redefine@2.9.0 hexo-theme-reimu@1.12.6 hexo-theme-solitude@4.0.0 "
    "hexo-theme-star@0.0.10 hexo-theme-stellar@1.44.0 hexo-theme-vivia@0.5.0 hexo-theme-yun@1.10.11"
).split()
NODE = "handlebars@4.7.10 jekyll-theme-chirpy@5.3.21 undescores-for-npm@1.0.0 understrap@1.0.1 vitepress@1.6.4".split()
DOCUSAURUS = ("@docusaurus/core@3.10.2 @docusaurus/preset-classic@3.10.2 react@19.3.1 react-dom@19.3.1").split()
PYTHON = (
    "pelican==4.11.0.post0 markdown==3.11.3 bulrush==0.6.3 jwk-theme==0.3.0 pelican-theme-reflex==4.0.1 "
    "pelican-theme-smallweb==2022.6.28 pelican-themeless==0.1.2 plumage==5.0.0 seafoam==2.19.2 "
    "pelican-shiori==0.2.1 pelican-engineering-theme==0.1.0 nikola==8.3.3 mkdocs==1.6.1 mkdocs-material==9.7.7 "
    "mkdocs-cinder==1.2.0 mkdocs-bootstrap4==0.1.5 mkdocs-simple-blog==0.6.1 mkdocs-ivory==0.4.6 "
    "mkdocs-gitbook==0.0.1 mkdocs-bootswatch==1.1 mkdocs-alabaster==0.8.0 mkdocs-dracula-theme==1.1.0 "
    "mkdocs-nature==0.6 mkdocs-rtd-dropdown==1.0.2 mkdocs-terminal==4.8.0 mkdocs-windmill==1.0.5 sphinx==8.2.3 "
    "ablog==0.11.13 alabaster==1.0.0 pydata-sphinx-theme==0.24.0 sphinx-rtd-theme==3.1.0 insipid-sphinx-theme==0.4.4 "
    "piccolo-theme==0.24.0 python-docs-theme==2025.2 shibuya==2026.7.12 sphinx-book-theme==1.4.0 "
    "sphinxawesome-theme==6.0.6"
).split()
FORMASAURUS = "formasaurus==0.10.0"
"""For its saved pages alone."""
GHOST = "ghost@6.65.0"
DEBIAN = (
    "faketime jekyll jekyll-theme-minima ruby-jekyll-archives ruby-jekyll-feed ruby-jekyll-paginate "
    "ruby-jekyll-redirect-from ruby-jekyll-seo-tag ruby-jekyll-sitemap wordpress wordpress-l10n "
    "wordpress-theme-twentytwentyone wordpress-theme-twentytwentytwo wordpress-theme-twentytwentythree "
    "php-cli php-mysql php-xml php-mbstring mariadb-server"
).split()

BEFORE = "2026-11-29T00:00:00Z"
"""No package of npm or PyPI is taken that was published then or later."""

_NPM = "npm install --no-audit --no-fund --ignore-scripts --legacy-peer-deps --loglevel=error".split()
_NPM += ["--before", BEFORE]


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
    python = str(folder / "bin" / "python")
    pip = [python, "-m", "pip"]
    # uv alone can look back: pip knows no day before version 26.
    whole &= _run([*pip, "install", "--quiet", "uv"], cache)
    uv = [python, "-m", "uv", "pip", "install", "--quiet", "--python", python, "--exclude-newer", BEFORE]
    whole &= _each(uv, PYTHON, cache)
    whole &= _run([*pip, "download", "--quiet", "--no-deps", "--dest", str(cache / "formasaurus"), FORMASAURUS], cache)
    return whole & _each(["apt-get", "install", "-y", "-qq", "--no-install-recommends"], DEBIAN, cache)


def _ghost_themes(folder: Path) -> bool:
    """The themes alone, out of Ghost's package: what it depends on needs a compiler."""
    folder.mkdir(exist_ok=True)
    if not _run(["npm", "pack", GHOST, "--silent"], folder):
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
