"""Pages for a browser that show what strangers wrote: they load nothing, run nothing and lead nowhere."""

from __future__ import annotations

import base64
import hashlib
import html

from newscrawl.text import printable


def html_page(title: str, style: str, body: str, language: str = "") -> str:
    """Make a whole page. `body` is HTML of `escape`d parts; its only style is the one given here."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return "\n".join(
        [
            f'<!doctype html><html lang="{escape(language)}"><head><meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
            '<meta name="viewport" content="width=device-width">',
            f"<title>{escape(title)}</title><style>{style}</style></head><body>",
            body,
            "</body></html>\n",
        ]
    )


def escape(text: str) -> str:
    """Text as HTML that shows it: no mark-up, no attribute's end, no control character but the line's end."""
    return html.escape("\n".join(map(printable, text.split("\n"))))
