"""One peer over a folder of pages in so many processes: `peer_extractors.py NAME FOLDER PROCESSES`.

Runs in any interpreter that has the peer, and imports nothing of newscrawl. Exit code 3: the peer is not installed.
"""

from __future__ import annotations

import importlib
import json
import multiprocessing
import socket
import sys
from collections.abc import Callable
from pathlib import Path

Extract = Callable[[bytes, str], bool]


def _lxml() -> Extract:
    html = importlib.import_module("lxml.html")
    return lambda body, _url: html.document_fromstring(body) is not None


def _trafilatura() -> Extract:
    extract = importlib.import_module("trafilatura").extract
    return lambda body, url: bool(extract(body, url=url, output_format="json", with_metadata=True))


def _news_please() -> Extract:
    from_html = importlib.import_module("newsplease").NewsPlease.from_html
    return lambda body, url: bool(from_html(body.decode("utf-8", "replace"), url, fetch_images=False).maintext)


def _newspaper() -> Extract:
    article = importlib.import_module("newspaper").article

    def run(body: bytes, url: str) -> bool:
        return bool(article(url, input_html=body.decode("utf-8", "replace"), fetch_images=False).text)

    return run


PEERS: dict[str, Callable[[], Extract]] = {
    "lxml": _lxml,
    "trafilatura": _trafilatura,
    "news-please": _news_please,
    "newspaper4k": _newspaper,
}
_extract: Extract


def _begin(name: str) -> None:
    global _extract  # noqa: PLW0603 - of a process of the pool
    _extract = PEERS[name]()
    socket.socket.connect = _refuse  # type: ignore[method-assign,assignment]


def _refuse(*_: object) -> None:
    raise OSError("nothing is fetched while a page is measured")


def _read(job: tuple[str, str]) -> str:
    path, url = job
    try:
        return "article" if _extract(Path(path).read_bytes(), url) else "nothing"
    except Exception as error:  # noqa: BLE001 - whatever a peer raises for a page
        return type(error).__name__


def main() -> None:
    """Extract every page, and print how many gave what."""
    del sys.path[0]  # where testing.newspaper stands before newspaper4k
    name, folder, processes = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    try:
        PEERS[name]()
    except ImportError as error:
        print(error)
        sys.exit(3)
    urls = json.loads((folder / "urls.json").read_text("utf-8"))
    jobs = [(str(folder / "html" / file), url) for file, url in urls.items()]
    with multiprocessing.get_context("fork").Pool(processes, _begin, (name,)) as pool:
        found = list(pool.imap_unordered(_read, jobs))
        pool.close()
        pool.join()
    print(json.dumps({what: found.count(what) for what in sorted(set(found))}))


if __name__ == "__main__":
    main()
