"""MkDocs hooks: show documents of the project's root as pages, and resolve links as a reader of the repository does.

Documents link to each other by their paths in the repository, so that they can be read there. On the site, a link to a
document becomes a link to its page, and a link to any other file of the repository becomes its path as code: the site
has no copy of the source.
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

ROOT = Path(__file__).resolve().parent.parent
PAGES = {
    "benchmarks/README.md": "benchmarks.md",
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "security.md",
}
"""Documents outside of docs/, by their path in the repository, and the page that each becomes."""
LINK = re.compile(r"(?<!!)\[([^\]\n]*)\]\(([^)\s:#]+)(#[^)\s]*)?\)")
"""Links with a relative path: text, path and anchor. Those with a scheme have a colon."""


def on_files(files: Files, *, config: Any) -> Files:
    """Add the documents of the root."""
    for path, page in PAGES.items():
        files.append(File.generated(config, page, abs_src_path=str(ROOT / path)))
    return files


def on_page_markdown(markdown: str, *, page: Any, config: Any, files: Files) -> str:
    """Turn paths in the repository into paths on the site."""
    own = page.file.src_uri
    path = next((path for path, name in PAGES.items() if name == own), f"docs/{own}")

    def resolved(link: re.Match[str]) -> str:
        text, relative, anchor = link.groups()
        target = posixpath.normpath(posixpath.join(posixpath.dirname(path), relative))
        if target in PAGES:
            target = f"docs/{PAGES[target]}"
        if target.startswith("docs/"):
            return f"[{text}]({posixpath.relpath(target[5:], posixpath.dirname(own) or '.')}{anchor or ''})"
        if not (ROOT / target).exists():
            return link[0]  # for MkDocs to complain about
        return text if "`" in text else f"{text} (`{target}`)"

    return LINK.sub(resolved, markdown)
