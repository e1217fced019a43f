"""A site that does a crawler harm, as far as one can: ``python -m testing.hostile_site [PORT]``.

Every address of it is a trap of its own, and each leads to the others. What it sends is made when it is asked for, so
that the server itself stays small. `HOSTS` is where it stands; it redirects from each of them to the next.
"""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import sys
import threading
import zlib
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache

from testing.hostile_pages import page

HOSTS = tuple(f"127.0.0.{number}" for number in range(40, 44))
LINKS = 1_000_000
"""Links of the sitemap that names most."""
_DRIP = 0.5
"""Seconds between two bytes."""
_BOMB = 512 << 20
"""Bytes of a bomb when it is unpacked."""
_PIECE = 1 << 20

Send = Callable[[bytes], Awaitable[None]]


@dataclass(slots=True)
class HostileSite:
    """The server, in a thread of its own."""

    host: str
    port: int
    asked: list[str] = field(default_factory=list)
    """The paths that were asked for, in order."""

    @property
    def url(self) -> str:
        """The address of the front page."""
        return f"http://{self.host}:{self.port}/"


@contextmanager
def hostile_site(port: int = 0) -> Iterator[HostileSite]:
    """Serve the site on `HOSTS` until the block ends; port 0 takes one that is free."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="hostile-site", daemon=True)
    thread.start()
    site = HostileSite(HOSTS[0], port)

    servers: list[asyncio.Server] = []

    async def begin() -> None:
        for host in HOSTS:
            servers.append(await asyncio.start_server(lambda *ends: _serve(site, *ends), host, site.port))
            site.port = servers[-1].sockets[0].getsockname()[1]

    async def end() -> None:
        for server in servers:
            server.close()
        answers = asyncio.all_tasks() - {asyncio.current_task()}
        for answer in answers:
            answer.cancel()
        await asyncio.gather(*answers, return_exceptions=True)
        await loop.shutdown_default_executor()

    asyncio.run_coroutine_threadsafe(begin(), loop).result(10)
    try:
        yield site
    finally:
        asyncio.run_coroutine_threadsafe(end(), loop).result(60)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


async def _serve(site: HostileSite, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer one request, and hang up."""

    async def send(data: bytes) -> None:
        writer.write(data)
        await writer.drain()

    with contextlib.closing(writer), contextlib.suppress(OSError, EOFError, asyncio.LimitOverrunError):
        beginning = await reader.read(1)
        if beginning == b"\x16":  # a TLS handshake: answer with the end of our half, and listen on
            writer.write_eof()
            await reader.read()
            return
        request = beginning + await reader.readuntil(b"\r\n\r\n")
        path = request.split(b" ", 2)[1].decode("latin-1")
        site.asked.append(path)
        await _answer(site, path, send)


async def _answer(site: HostileSite, path: str, send: Send) -> None:
    kind = path.strip("/").split("/")[0]
    answer = _ANSWERS.get(kind, _article)
    await answer(site, path, send)


async def _whole(send: Send, body: bytes, content_type: str = "text/html; charset=utf-8", head: str = "") -> None:
    await send(f"HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}\r\n{head}\r\n".encode())
    for start in range(0, len(body), _PIECE):
        await send(body[start : start + _PIECE])


async def _robots(site: HostileSite, _path: str, send: Send) -> None:
    """Twenty thousand rules of wildcards, none of which forbids anything that is there."""
    rules = "".join(f"Disallow: /*{number}*x*y$\n" for number in range(20_000))
    maps = "".join(f"Sitemap: {site.url}{name}\n" for name in ("index/0", "million", "packed-million", "map-of-traps"))
    await _whole(send, f"{maps}User-agent: *\n{rules}".encode(), "text/plain")


async def _front(site: HostileSite, _path: str, send: Send) -> None:
    links = "".join(f'<a href="/{name}/">{name}</a>\n' for name in _ANSWERS if name)
    feeds = "".join(
        f'<link rel="alternate" type="application/rss+xml" href="/{name}">' for name in ("entities", "endless-feed")
    )
    further = "".join(f'<a rel="next" href="/?page={number}&a={"&b=" * 120}">next</a>' for number in range(40))
    await _whole(send, page(inside=links + _traps(site, 300) + further, head=feeds).encode())


def _traps(site: HostileSite, count: int, first: int = 0) -> str:
    return "".join(
        f'<a href="{url}">A long headline of an article with the number {number}</a>\n'
        for number, url in enumerate(_trap_urls(site, count, first))
    )


def _trap_urls(site: HostileSite, count: int, first: int = 0) -> Iterator[str]:
    """Yield addresses of articles: every other one is well, or a crawl would take the site to be down."""
    kinds = sorted(_TRAPS)
    for number in range(first, first + count):
        kind = kinds[number // 2 % len(kinds)] if number % 2 else "news"
        yield f"{site.url}{kind}/2026/03/0{1 + number % 9}/{kind}-story-of-the-town-{100_000 + number}.html"


async def _map_of_traps(site: HostileSite, _path: str, send: Send) -> None:
    await _whole(send, _sitemap(_trap_urls(site, 5_000)), "application/xml")


def _sitemap(urls: Iterator[str]) -> bytes:
    entries = "".join(f"<url><loc>{url}</loc></url>" for url in urls)
    return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</urlset>'.encode()


async def _index(site: HostileSite, path: str, send: Send) -> None:
    """An index of indexes, each of which names a hundred others, itself and the first."""
    number = int(path.rstrip("/").rpartition("/")[2] or 0)
    names = [number, 0, *(100 * number + below for below in range(1, 101))]
    entries = "".join(f"<sitemap><loc>{site.url}index/{name}</loc></sitemap>" for name in names)
    await _whole(send, f"<sitemapindex>{entries}</sitemapindex>".encode(), "application/xml")


@lru_cache(maxsize=2)
def _million(url: str) -> bytes:
    return _sitemap(f"{url}news/{number}.html" for number in range(LINKS))


async def _million_links(site: HostileSite, _path: str, send: Send) -> None:
    await _whole(send, _million(site.url), "application/xml")


async def _packed_million_links(site: HostileSite, _path: str, send: Send) -> None:
    await _whole(send, gzip.compress(_million(site.url), 1), "application/gzip")


async def _entities(_site: HostileSite, _path: str, send: Send) -> None:
    """Ten entities, each of ten of the one before."""
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "lol" * 100}">' for n in range(10))
    feed = "<rss><channel><item><title>&e9;</title></item></channel></rss>"
    await _whole(send, f"<?xml version='1.0'?><!DOCTYPE rss [{entities}]>{feed}".encode(), "application/rss+xml")


async def _endless_feed(site: HostileSite, _path: str, send: Send) -> None:
    """A feed that never ends; the server hangs up after a while."""
    await send(b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\n\r\n<rss><channel>")
    for start in range(0, 200_000, 500):
        items = (f"<item><link>{url}</link></item>" for url in _trap_urls(site, 500, start))
        await send("".join(items).encode())


async def _calendar(site: HostileSite, path: str, send: Send) -> None:
    """A day, with links to the days around it, for ever."""
    day = int(path.rstrip("/").rpartition("/")[2] or 0) if path.rstrip("/").rpartition("/")[2].isdigit() else 0
    days = "".join(f'<a href="{site.url}calendar/{day + n}">the day {day + n}</a> ' for n in range(1, 60))
    await _whole(send, page(inside=days).encode())


async def _slow_headers(_site: HostileSite, _path: str, send: Send) -> None:
    for number in range(10_000):
        await send(b"HTTP/1.1 200 OK\r\n" if not number else f"X-{number}: y\r\n".encode())
        await asyncio.sleep(_DRIP)


async def _slow_body(_site: HostileSite, _path: str, send: Send) -> None:
    await send(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 100000\r\n\r\n")
    for _ in range(100_000):
        await send(b"<")
        await asyncio.sleep(_DRIP)


@lru_cache(maxsize=8)
def _bomb(coding: str, layers: int) -> bytes:
    """Zeros, packed so many times."""
    data = b""
    for layer in range(layers):
        pieces = [b"\0" * _PIECE] * (_BOMB // _PIECE) if not layer else [data]
        data = _packed(coding, pieces)
    return data


def _packed(coding: str, pieces: list[bytes]) -> bytes:
    if coding == "br":
        import brotli  # noqa: PLC0415

        packer = brotli.Compressor(quality=5)
        return b"".join([*map(packer.process, pieces), packer.finish()])
    if coding == "zstd":
        from newscrawl.compression import zstd  # noqa: PLC0415 - of the standard library, or of a package

        stream = zstd.ZstdCompressor()
        return b"".join([*map(stream.compress, pieces), stream.flush()])
    deflate = zlib.compressobj(9, zlib.DEFLATED, 31 if coding == "gzip" else 15)
    return b"".join([*map(deflate.compress, pieces), deflate.flush()])


def _bombs(coding: str, layers: int) -> Callable[[HostileSite, str, Send], Awaitable[None]]:
    async def answer(_site: HostileSite, _path: str, send: Send) -> None:
        body = await asyncio.to_thread(_bomb, coding, layers)
        await _whole(send, body, head=f"Content-Encoding: {', '.join([coding] * layers)}\r\n")

    return answer


async def _empty_members(_site: HostileSite, _path: str, send: Send) -> None:
    """Two megabytes of gzip members with nothing in them."""
    await _whole(send, gzip.compress(b"") * 100_000, head="Content-Encoding: gzip\r\n")


async def _redirect(site: HostileSite, path: str, send: Send) -> None:
    """From host to host, without an end."""
    step = path.count("~") + 1
    target = f"http://{HOSTS[step % len(HOSTS)]}:{site.port}{path}~"
    await send(f"HTTP/1.1 302 Found\r\nLocation: {target}\r\nContent-Length: 0\r\n\r\n".encode())


async def _redirect_here(site: HostileSite, path: str, send: Send) -> None:
    await send(f"HTTP/1.1 302 Found\r\nLocation: {site.url[:-1]}{path}~\r\nContent-Length: 0\r\n\r\n".encode())


async def _to_tls(site: HostileSite, path: str, send: Send) -> None:
    """To the same server by HTTPS, where it sends nothing but the end of its half of the connection."""
    await send(
        f"HTTP/1.1 302 Found\r\nLocation: https://{site.host}:{site.port}{path}\r\nContent-Length: 0\r\n\r\n".encode()
    )


async def _half_body(_site: HostileSite, _path: str, send: Send) -> None:
    await send(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 100000\r\n\r\n<html>")


async def _deep(_site: HostileSite, _path: str, send: Send) -> None:
    """Elements within each other, and attributes that backtracking expressions dislike."""
    await _whole(send, page(before="<div class='a b'>" * 100_000 + "<a href='" + "a" * 200_000 + "'>").encode())


async def _long_links(site: HostileSite, _path: str, send: Send) -> None:
    """Addresses of two thousand letters, and next parts with many parameters."""
    links = "".join(
        f'<a href="{site.url}{"a" * 1_900}{number}">Some long headline here {number}</a>' for number in range(450)
    )
    parameters = "&".join(f"p{number}=1" for number in range(120))
    await _whole(send, page(inside=links, head=f'<link rel="next" href="?{parameters}">').encode())


async def _article(site: HostileSite, path: str, send: Send) -> None:
    """An article like others, with its own headline, beside three hundred traps."""
    name = path.strip("/").rpartition("/")[2]
    await _whole(send, page(inside=_traps(site, 300, len(name))).replace("fourth", f"{name[:40]} fourth").encode())


_TRAPS: dict[str, Callable[[HostileSite, str, Send], Awaitable[None]]] = {
    "slow-headers": _slow_headers,
    "slow-body": _slow_body,
    "half-body": _half_body,
    "redirect": _redirect,
    "redirect-here": _redirect_here,
    "to-tls": _to_tls,
    "deep": _deep,
    "long-links": _long_links,
    "empty-members": _empty_members,
    "calendar": _calendar,
    **{
        f"bomb-{coding}-{layers}": _bombs(coding, layers)
        for coding in ("gzip", "deflate", "br", "zstd")
        for layers in (1, 3)
    },
}
"""What stands behind addresses of articles, by the first part of their path."""
_ANSWERS = _TRAPS | {
    "": _front,
    "robots.txt": _robots,
    "index": _index,
    "million": _million_links,
    "packed-million": _packed_million_links,
    "map-of-traps": _map_of_traps,
    "entities": _entities,
    "endless-feed": _endless_feed,
}


def tiny_records(count: int = 1_000_000) -> Iterator[bytes]:
    """Yield the records of a WARC file that holds nothing, as a file of them is hard to read."""
    for number in range(count):
        yield (
            f"WARC/1.1\r\nWARC-Type: metadata\r\nWARC-Record-ID: <urn:x:{number}>\r\n"
            f"WARC-Date: 2026-03-01T00:00:00Z\r\nContent-Length: 0\r\n\r\n\r\n\r\n"
        ).encode()


def main() -> None:
    """Serve until Ctrl-C."""
    with hostile_site(int(sys.argv[1]) if len(sys.argv) > 1 else 0) as site, contextlib.suppress(KeyboardInterrupt):
        print(site.url, flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
