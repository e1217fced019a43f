"""Real pages that are no articles: home pages, and pages to register, to sign in and to ask for a password.

They are those of Formasaurus (MIT), which learns the types of forms from saved pages of many sites. Here a page is
taken where its address and its forms say what it is; all others may be articles.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator
from pathlib import Path
from urllib.parse import urlsplit
from zipfile import ZipFile

from newscrawl.extraction.decode import decode
from newscrawl.items import UnreadablePage
from newscrawl.urls import site_of
from training.themes.pages import MadePage

HOME, ACCOUNT = "home page", "account"
_DATA = "formasaurus/data"
_SIGN_IN, _OTHER = frozenset("lrp"), frozenset("X-")
"""What Formasaurus calls forms to log in, to register and to recover a password, and forms of no known type."""


def saved_pages(cache: Path, *, held: bool) -> Iterator[MadePage]:
    """The pages of one half of the sites, by a hash of their registrable domain; ``cache`` has what was installed."""
    wheel = next((cache / "formasaurus").glob("*.whl"), None)
    if wheel is None:
        raise SystemExit(f"no wheel of Formasaurus in {cache}: run `python -m training.themes install` first")
    with ZipFile(wheel) as archive:
        index = json.loads(archive.read(f"{_DATA}/index.json"))
        for path, page in sorted(index.items()):
            url, kind = page["url"], kind_of(page["url"], page.get("forms") or ())
            site = site_of(url) or url
            if kind is None or held is (hashlib.sha256(f"half {site}".encode()).digest()[0] % 2 == 0):
                continue
            try:
                html = decode(archive.read(f"{_DATA}/{path}"))
            except UnreadablePage:
                continue
            name = f"{kind.replace(' ', '-')}-{Path(path).stem}"
            yield MadePage(name, url, html, {"article": False}, kind, "listing", "")


def kind_of(url: str, forms: Collection[str]) -> str | None:
    """``HOME`` for the address of a whole site, ``ACCOUNT`` where all known forms are for one; None for other pages."""
    parts = urlsplit(url)
    if parts.path in ("", "/") and not parts.query:
        return HOME
    known = set(forms) - _OTHER
    return ACCOUNT if known and known <= _SIGN_IN else None
