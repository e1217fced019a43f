"""What strangers' servers can do to a download, each ended with its word."""

from __future__ import annotations

import gzip
import socket
import ssl
import struct
import subprocess
import time
import zlib
from pathlib import Path
from typing import Any

import brotli
import pytest
from backports import zstd

from tests.network.crawling import Crawled, crawl, redirect, response, serving

PAGE = b"<p>" + b"".join(b"line %d of the page, " % number for number in range(5000))


def reset(connection: socket.socket, path: str) -> None:
    """Break the connection off as a crashing server does."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def drip(connection: socket.socket, path: str) -> None:
    """Send a page letter by letter, never stopping for long (slow loris)."""
    connection.sendall(response(b"", Content_Length=1_000_000))
    while True:
        connection.sendall(b"x")
        time.sleep(0.05)


def drip_headers(connection: socket.socket, path: str) -> None:
    """Send headers letter by letter."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while True:
        connection.sendall(b"x")
        time.sleep(0.05)


def hang(connection: socket.socket, path: str) -> None:
    """Say nothing."""
    connection.recv(1)


def break_off(connection: socket.socket, path: str) -> None:
    """Send half of what was promised."""
    connection.sendall(response(PAGE)[: len(PAGE) // 2])


def zeros(connection: socket.socket, path: str) -> None:
    """Send a gigabyte, in chunks, without saying so."""
    connection.sendall(response(b"", Content_Length="", Transfer_Encoding="chunked"))
    for _ in range(1024):
        connection.sendall(b"100000\r\n" + bytes(1 << 20) + b"\r\n")


def promised_gigabyte(connection: socket.socket, path: str) -> None:
    """Promise a gigabyte."""
    connection.sendall(response(b"", Content_Length=1 << 30))
    while True:
        connection.sendall(bytes(1 << 20))


def many_headers(connection: socket.socket, path: str) -> None:
    """Send a hundred thousand headers."""
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    for number in range(100_000):
        connection.sendall(b"X-Header-%d: value\r\n" % number)
    connection.sendall(b"\r\n")


def long_header(connection: socket.socket, path: str) -> None:
    """Send a header of 10 MB."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 10_000_000 + b"\r\n\r\n")


def many_interim_responses(connection: socket.socket, path: str) -> None:
    """Announce an answer for ever."""
    while True:
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n" * 1000)


def gzip_bomb() -> bytes:
    """A small page that unpacks to 256 MB. It takes seconds to make."""
    return response(gzip.compress(bytes(1 << 28)), Content_Encoding="gzip")


def brotli_bomb() -> bytes:
    """A smaller one."""
    return response(brotli.compress(bytes(1 << 28), quality=3), Content_Encoding="br")


@pytest.fixture(scope="module")
def faultless() -> Crawled:
    """A crawl of two pages without a fault."""
    with serving({"*": response()}) as server:
        return crawl(server.url("/one"), server.url("/other"))


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (reset, "reset"),
        (drip, "timeout"),
        (drip_headers, "timeout"),
        (hang, "timeout"),
        (break_off, "truncated"),
        (zeros, "too_large"),
        (promised_gigabyte, "too_large"),
        (many_headers, "headers"),
        (long_header, "headers"),
        (many_interim_responses, "headers"),
        (b"no HTTP at all\r\n\r\n", "failed"),
        (gzip_bomb, "too_large"),
        (brotli_bomb, "too_large"),
        (response(PAGE, Content_Type="application/pdf"), "content_type"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_a_fault_ends_the_download_and_nothing_else(answer: Any, reason: str, faultless: Crawled):
    """The faulty page fails with its word, in bounded time and memory, and the next page comes."""
    if answer in {gzip_bomb, brotli_bomb}:
        answer = answer()
    with serving({"/bad": answer, "/good": response()}) as server:
        crawled = crawl(server.url("/bad"), server.url("/good"), DOWNLOAD_TIMEOUT=2)
    results = {result["url"]: result for result in crawled.results}
    assert results[server.url("/bad")].get("reason") == reason
    assert results[server.url("/bad")]["sentence"].isprintable()
    assert results[server.url("/good")]["status"] == 200
    assert crawled.megabytes < faultless.megabytes + 40


@pytest.mark.parametrize(
    ("encoding", "compress"),
    [("gzip", gzip.compress), ("deflate", zlib.compress), ("br", brotli.compress), ("zstd", zstd.compress)],
)
def test_a_compressed_page_that_is_cut_is_asked_for_once_more(encoding: str, compress):
    """Half a page with a right Content-Length is noticed; the whole one that comes next is taken."""
    whole = compress(PAGE)
    cut = response(whole[: len(whole) // 2], Content_Encoding=encoding)
    with serving({"/cut": cut}) as server:

        def later(connection: socket.socket, path: str) -> None:
            connection.sendall(
                cut if server.paths.count("/mended") == 1 else response(whole, Content_Encoding=encoding)
            )

        server.answers["/mended"] = later
        crawled = crawl(server.url("/cut"), server.url("/mended"), RETRY_TIMES=2)
    results = {result["url"]: result for result in crawled.results}
    assert results[server.url("/cut")].get("reason") == "truncated"
    assert results[server.url("/mended")]["size"] == len(PAGE)
    assert (server.paths.count("/cut"), server.paths.count("/mended")) == (2, 2)


def test_the_status_of_a_response_counts_before_its_type():
    """A redirect or an error that is called a file is a redirect or an error."""
    pdf = {"Content_Type": "application/pdf"}
    with serving({"/gone": response(PAGE, "410 Gone", **pdf), "/new": response()}) as server:
        server.answers["/moved"] = response(b"x", "301 Moved", Location="/new", **pdf)
        crawled = crawl(server.url("/gone"), server.url("/moved"))
    assert {result["url"]: result["status"] for result in crawled.results} == {
        server.url("/gone"): 410,
        server.url("/moved"): 200,
    }


def test_pages_feeds_and_sitemaps_are_taken_whatever_they_are_called():
    """A page or a compressed sitemap is a file to many servers; a program is not read beyond its first bytes."""
    unknown = {"Content_Type": "application/octet-stream"}
    bodies = {"/sitemap.xml.gz": gzip.compress(PAGE), "/a?page=1": b"\xef\xbb\xbf\n" + PAGE, "/a.exe": b"MZ" + PAGE}
    with serving({path: response(body, **unknown) for path, body in bodies.items()}) as server:
        crawled = crawl(*map(server.url, bodies))
    reasons = {result["url"].rpartition("/")[2]: result.get("reason") for result in crawled.results}
    assert reasons == {"sitemap.xml.gz": None, "a?page=1": None, "a.exe": "content_type"}


def test_a_server_that_is_not_there_is_told():
    """A refused connection has a word of its own."""
    with serving({}) as server:
        url = server.url("/")
    crawled = crawl(url, ROBOTSTXT_OBEY=False)
    assert crawled.only["reason"] == "refused"


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path):
    """No page is taken from a server that cannot show who it is."""
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    files = ["-keyout", str(key), "-out", str(certificate)]
    subject = ["-subj", "/CN=news.example", "-addext", "subjectAltName=DNS:news.example"]
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    subprocess.run([*command, *files, *subject], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with serving({"*": response()}) as server:
        server.tls = context
        url = server.url("/", "news.example").replace("http:", "https:")
        names = {"news.example": ["127.0.0.1"]}
        crawled = crawl(url, names=names, ROBOTSTXT_OBEY=False)
        assert crawled.only["reason"] == "tls"
        assert not server.arrivals
        variables = {"SSL_CERT_FILE": str(certificate)}
        assert crawl(url, names=names, ROBOTSTXT_OBEY=False, variables=variables).only["status"] == 200


def test_no_request_says_where_it_comes_from_or_who_asked_before():
    """No cookies and no Referer; the User-Agent says whom to write to."""
    heads = []
    with serving({"/b": response(Set_Cookie="a=b")}) as server:
        server.on_request = heads.append
        server.answers["/a"] = redirect("/b")
        crawl(server.url("/a"), server.url("/b"))
    assert len(heads) == 4
    assert not [head for head in heads if b"cookie" in head.lower() or b"referer" in head.lower()]
    assert all(b"(+https://news.example/bot)" in head for head in heads)
