"""WordPress with its own themes, from Debian, on a MariaDB of its own without a network."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from training.themes.engines.run import ThemeFailed, run
from training.themes.pages import Rendered
from training.themes.site import Site

_SOURCE = Path("/usr/share/wordpress")
_CONTENT = Path("/var/lib/wordpress/wp-content")
_FILL, _SHOW = (Path(__file__).with_name(name) for name in ("wordpress_fill.php", "wordpress_show.php"))
_LOCALES = {
    "ar": "ar",
    "de": "de_DE",
    "el": "el",
    "fr": "fr_FR",
    "hi": "hi_IN",
    "ja": "ja",
    "ko": "ko_KR",
    "ru": "ru_RU",
    "th": "th",
    "vi": "vi",
    "zh": "zh_CN",
}
_STARTS = 100
"""Tenths of a second to wait for the database."""


def render(site: Site, package: str, folder: Path, cache: Path) -> Iterator[Rendered]:
    """Fill a fresh WordPress with the site and give its pages; ``package`` is the theme's folder, or ``npm/NAME``."""
    if not _SOURCE.is_dir():
        raise ThemeFailed("WordPress is not installed: run the install command")
    socket = folder / "mysql.sock"
    base = _lay(site, folder, socket, cache / "node" / "node_modules")
    (folder / "site.json").write_text(json.dumps(_plan(site, package), ensure_ascii=False), "utf-8")
    with _database(folder, socket):
        said = run(["php", str(_FILL), str(base), str(folder / "site.json")], folder)
        if not said.strip().endswith("filled"):
            raise ThemeFailed(f"{package}: {said[-600:]}")
        found = 0
        for post in site.posts:
            path = f"/{post.article.published:%Y/%m/%d}/{post.slug}/"
            html = run(["php", str(_SHOW), str(base), site.host, path], folder)
            if "<html" in html:
                found += 1
                yield Rendered(f"{site.url}{path}", html, post.slug)
        if not found:
            raise ThemeFailed(f"{package} rendered none of {len(site.posts)} posts")
        years = sorted({f"/{post.article.published:%Y}/" for post in site.posts})
        tags = sorted({f"/category/section-{site.menu.index(post.article.section)}/" for post in site.posts})
        for path in ("/", "/page/2/", *tags[:2], *years[:1]):
            yield Rendered(f"{site.url}{path}", run(["php", str(_SHOW), str(base), site.host, path], folder), "")


def _lay(site: Site, folder: Path, socket: Path, modules: Path) -> Path:
    """A WordPress of links to the installed one, with its own configuration and content."""
    base = folder / "site"
    base.mkdir()
    for path in _SOURCE.iterdir():
        if path.name not in {"wp-content", "wp-config.php"}:
            (base / path.name).symlink_to(path)
    for name in ("wp-load.php", "wp-blog-header.php", "wp-settings.php", "index.php"):
        (base / name).unlink()
        shutil.copy(_SOURCE / name, base / name)
    (base / "wp-content").mkdir()
    themes = base / "wp-content" / "themes"
    themes.mkdir()
    for path in (*(_CONTENT / "themes").iterdir(), modules / "undescores-for-npm", modules / "understrap"):
        (themes / path.name).symlink_to(path.resolve())
    for path in (modules / "understrap").glob("*/theme.min.*"):  # their times stand in their addresses
        os.utime(path, (0, 0))
    if (_CONTENT / "languages").is_dir():
        (base / "wp-content" / "languages").symlink_to(_CONTENT / "languages")
    (base / "wp-config.php").write_text(_config(socket, site, base), "utf-8")
    return base


def _config(socket: Path, site: Site, base: Path) -> str:
    constants = {
        "DB_NAME": "wordpress",
        "DB_USER": "root",
        "DB_PASSWORD": "",
        "DB_HOST": f"localhost:{socket}",
        "DB_CHARSET": "utf8mb4",
        "DB_COLLATE": "",
        "WP_HOME": site.url,
        "WP_SITEURL": site.url,
        "WP_CONTENT_DIR": str(base / "wp-content"),
        "WPLANG": _LOCALES.get(site.language, ""),
    }
    lines = "".join(f"define('{name}', '{value}');\n" for name, value in constants.items())
    more = "define('DISABLE_WP_CRON', true);\ndefine('WP_HTTP_BLOCK_EXTERNAL', true);\ndefine('WP_DEBUG', false);\n"
    load = "require_once ABSPATH . 'wp-settings.php';\n"  # wp-load.php has said where that is
    return f"<?php\n{lines}{more}$table_prefix = 'wp_';\n{load}"


def _plan(site: Site, package: str) -> dict[str, object]:
    return {
        "title": site.name,
        "slogan": site.slogan,
        "theme": package,
        "author": site.author,
        "locale": _LOCALES.get(site.language, ""),
        "sections": list(site.menu),
        "posts": [
            {
                "slug": post.slug,
                "title": post.article.title,
                "body": post.body,
                "excerpt": post.article.description,
                "date": f"{post.article.published:%Y-%m-%d %H:%M:%S}",
                "section": site.menu.index(post.article.section),
                "tags": list(post.article.tags),
                "comments": list(post.comments),
            }
            for post in site.posts
        ],
    }


@contextmanager
def _database(folder: Path, socket: Path) -> Iterator[None]:
    """A MariaDB server in the folder, stopped at the end."""
    data = folder / "mysql"
    run(
        [
            "mariadb-install-db",
            "--no-defaults",
            "--auth-root-authentication-method=normal",
            f"--datadir={data}",
            "--user=root",
        ],
        folder,
    )
    server = subprocess.Popen(
        [
            "mariadbd",
            "--no-defaults",
            f"--datadir={data}",
            f"--socket={socket}",
            "--skip-networking",
            "--user=root",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(_STARTS):
            if socket.exists():
                break
            time.sleep(0.1)
        else:
            raise ThemeFailed("MariaDB does not start")
        run(
            ["mariadb", "--no-defaults", f"--socket={socket}", "-e", "create database wordpress character set utf8mb4"],
            folder,
        )
        yield
    finally:
        server.terminate()
        server.wait()
