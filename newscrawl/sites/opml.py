"""OPML, the lists of feeds that feed readers export and import: http://opml.org/spec2.opml."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, BinaryIO
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

import orjson

from newscrawl.rules import is_language
from newscrawl.sites.entries import Entry, address, entry_of
from newscrawl.sites.site import Site

_CHUNK = 1 << 16
_LONGEST_TOKEN = 1 << 20
"""Bytes of an element's tag, which the parser holds in memory."""
FACTS, OF = "newscrawl:site", "newscrawl:of"
"""Attributes in which an export keeps what OPML has no words for; other programs pass over them."""
_NAMESPACE = "https://newscrawl.example/opml"


class _BadOpml(Exception):  # noqa: N818 - a fact about a file
    pass


class _Reader:
    """Collects the outlines that the parser meets."""

    def __init__(self) -> None:
        self.found: list[Entry] = []
        self.is_opml = False
        self.parser = parser = expat.ParserCreate()
        parser.StartElementHandler = self._start
        # A few lines of declarations would grow to gigabytes, or read a file of this machine.
        parser.EntityDeclHandler = self._refuse_entity
        parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)

    def _refuse_entity(self, *_: Any) -> None:
        raise _BadOpml("declares an entity, which no list of feeds needs")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if not self.is_opml:
            if name.lower() != "opml":
                raise _BadOpml(f"is no OPML: it begins with <{name[:40]}>")
            self.is_opml = True
        if name.lower() == "outline":
            line = self.parser.CurrentLineNumber
            facts = {key.lower(): value for key, value in attributes.items()}
            entry = _entry(line, facts)
            if entry is not None:
                self.found.append(entry)


def _entry(line: int, said: Mapping[str, str]) -> Entry | None:
    """Return the site of an outline; None for a folder, or one more feed of a site."""
    if OF in said:
        return None
    if FACTS in said:
        try:
            facts = orjson.loads(said[FACTS])
        except orjson.JSONDecodeError:
            facts = None
        if not isinstance(facts, dict):
            return Entry(line, None, (f"{FACTS} is no JSON object",))
        return entry_of(line, facts)
    feed = address(said.get("xmlurl", ""))
    home = address(said.get("htmlurl", "") or (said.get("url", "") if not feed else ""))
    if not feed and not home:
        return None
    language = said.get("language", "").replace("_", "-").partition("-")[0].lower()
    facts = {
        "home": home,
        "feeds": [feed] if feed else [],
        "title": " ".join((said.get("title") or said.get("text") or "").split())[:300],
        "language": language if is_language(language) else None,
    }
    return entry_of(line, facts)


def read_opml(file: BinaryIO) -> Iterator[Entry]:
    """Yield the sites of an OPML file, each where its outline begins; where the file breaks off, say so and end.

    Memory does not grow with the file.
    """
    reader = _Reader()
    parser, fed = reader.parser, 0
    try:
        while chunk := file.read(_CHUNK):
            parser.Parse(chunk, False)
            fed += len(chunk)
            if fed - max(parser.CurrentByteIndex, 0) > _LONGEST_TOKEN:
                raise _BadOpml(f"has an element of more than {_LONGEST_TOKEN:,} bytes")
            yield from reader.found
            reader.found.clear()
        parser.Parse(b"", True)
    except (expat.ExpatError, _BadOpml, ValueError) as error:
        yield from reader.found
        fault = f"is no well-formed XML ({error})" if not isinstance(error, _BadOpml) else str(error)
        yield Entry(max(parser.CurrentLineNumber, 1), None, (f"{fault}; nothing behind this line was read",))


def write_opml(sites: Iterable[Site], file: BinaryIO) -> None:
    """Write sites as a feed reader reads them, a feed each, with all that is known of a site at its first outline."""
    file.write(
        b'<?xml version="1.0" encoding="UTF-8"?>\n'
        b'<opml version="2.0" xmlns:newscrawl="' + _NAMESPACE.encode() + b'">\n'
        b"<head><title>Sites of newscrawl</title></head>\n<body>\n"
    )
    for site in sites:
        said = {"text": site.title or site.name, "htmlUrl": site.home}
        own = {FACTS: orjson.dumps(site.as_json()).decode()}
        for feed in site.feeds or (None,):
            link = {"type": "link", "url": site.home} if feed is None else {"type": "rss", "xmlUrl": feed}
            attributes = " ".join(f"{key}={quoteattr(value)}" for key, value in (said | link | own).items())
            file.write(f"<outline {attributes}/>\n".encode())
            own = {OF: site.name}
    file.write(b"</body>\n</opml>\n")
