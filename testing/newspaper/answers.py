"""From a request to the answer that HTTP gives: conditions, codings, and the faults that are pages."""

from __future__ import annotations

import gzip
import hashlib
from collections import OrderedDict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field, replace
from email.utils import formatdate, parsedate_to_datetime
from urllib.parse import unquote

from testing.newspaper.bodies import SPOILING, spoil
from testing.newspaper.faults import Fault
from testing.newspaper.fronts import SESSION
from testing.newspaper.paper import Newspaper
from testing.newspaper.routes import Route, notice, route

KEPT_BYTES = 48_000_000
"""Of finished bodies."""
_COMPRESSIBLE = ("text/", "application/xml", "application/rss", "application/atom", "application/feed")


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, headers and a body; the connection adds the date and what frames it."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class _Made:
    body: bytes
    tag: str
    zipped: bytes | None


class Desk:
    """Answers requests about one paper; finished bodies are kept, up to a bound."""

    def __init__(self, paper: Newspaper) -> None:
        self.paper = paper
        self._kept: OrderedDict[Hashable, _Made] = OrderedDict()
        self._bytes = 0
        self._answers = 0

    def answer(self, path: str, headers: Mapping[str, str], met: Mapping[str, Fault]) -> Answer:
        """Answer GET; ``path`` is as it was asked for, query included, header names are in lower case."""
        self._answers += 1
        plain = unquote(path.partition("?")[0])
        found, extra = self._stopped(path, plain, headers, met)
        if found is None:
            found = route(self.paper, plain)
        if plain == "/dong-y":
            found, extra = Route(302, location=f"{self.paper.base}/"), {"Set-Cookie": "consent=yes; Path=/"}
        if found.make is None:
            extra |= {"Location": found.location} if found.location else {}
            return Answer(found.status, extra | {"Content-Type": "text/plain"}, f"{found.status}\n".encode())
        made = self._make(found, {kind: fault for kind, fault in met.items() if kind in SPOILING})
        return self._reply(found, made, headers, met, extra)

    def _stopped(
        self, path: str, plain: str, headers: Mapping[str, str], met: Mapping[str, Fault]
    ) -> tuple[Route | None, dict[str, str]]:
        """The faults that put another page in the place of the one asked for."""
        for kind, fault in met.items():
            extra = {"Retry-After": fault.retry_after} if fault.retry_after is not None else {}
            if kind in {"status", "limit"}:
                return replace(notice(self.paper, "not_found", fault.status), key=None), extra
            if kind == "redirect":
                return Route(fault.status, location=fault.target), extra
            if kind == "loop":
                return Route(fault.status, location=self.paper.base + path), extra
            if kind == "soft_404":
                return notice(self.paper, "not_found", 200), extra
            if kind == "consent" and "consent=yes" not in headers.get("cookie", "") and plain != "/dong-y":
                return notice(self.paper, "consent", 200), extra
        return None, {}

    def _make(self, found: Route, met: dict[str, Fault]) -> _Made:
        key = None if found.key is None else (found.key, tuple(sorted(met.items(), key=lambda item: item[0])))
        if key is not None and key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        assert found.make is not None
        body = spoil(self.paper, found.make(), met)
        tag = hashlib.blake2b(body, digest_size=8).hexdigest()
        small = found.content_type.startswith(_COMPRESSIBLE) and body and SESSION.encode() not in body
        made = _Made(body, tag, gzip.compress(body, 1, mtime=0) if small else None)
        if key is not None:
            self._kept[key] = made
            self._bytes += len(body) + len(made.zipped or b"")
            while self._bytes > KEPT_BYTES:
                _, old = self._kept.popitem(last=False)
                self._bytes -= len(old.body) + len(old.zipped or b"")
        return made

    def _reply(
        self,
        found: Route,
        made: _Made,
        headers: Mapping[str, str],
        met: Mapping[str, Fault],
        extra: dict[str, str],
    ) -> Answer:
        body, tag = made.body, f'"{made.tag}"'
        reply = extra | {"Content-Type": found.content_type}
        if SESSION.encode() in body:
            word = hashlib.blake2b(f"{self.paper.options.seed}/{self._answers}".encode(), digest_size=8).hexdigest()
            body, tag = body.replace(SESSION.encode(), word.encode()), f"W/{tag}"
        if made.zipped is not None:
            reply["Vary"] = "Accept-Encoding"
            if _accepts_gzip(headers.get("accept-encoding", "")):
                # As nginx does: the coded form has the same meaning, not the same bytes.
                body, tag = made.zipped, f'W/"{made.tag}"'
                reply["Content-Encoding"] = "gzip"
        if found.status != 200:
            return Answer(found.status, reply, body)
        reply["ETag"] = f'"{made.tag}-{self._answers}"' if "etag_moves" in met else tag
        if found.modified is not None:
            reply["Last-Modified"] = formatdate(found.modified, usegmt=True)
        if "unconditional" not in met and _is_fresh(headers, reply["ETag"], found.modified):
            kept = {name: value for name, value in reply.items() if name in {"ETag", "Last-Modified", "Vary"}}
            return Answer(304, kept)
        return Answer(200, reply, body)


def _accepts_gzip(accepted: str) -> bool:
    for part in accepted.split(","):
        coding, _, weight = part.partition(";")
        if coding.strip().lower() in {"gzip", "*"}:
            return weight.replace(" ", "").lower() not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False


def _is_fresh(headers: Mapping[str, str], tag: str, modified: int | None) -> bool:
    """RFC 9110, 13.1: tags are compared weakly, and a date counts only where no tag is given."""
    if "if-none-match" in headers:
        given = [one.strip().removeprefix("W/") for one in headers["if-none-match"].split(",")]
        return "*" in given or tag.removeprefix("W/") in given
    if "if-modified-since" in headers and modified is not None:
        try:
            return modified <= parsedate_to_datetime(headers["if-modified-since"]).timestamp()
        except (TypeError, ValueError):
            return False
    return False
