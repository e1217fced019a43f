"""Archive files in other forms than WARC with gzip: ARC, zstd, WACZ."""

from __future__ import annotations

import gzip
import struct
import sys
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest

from newscrawl.archive import ArchiveError
from tests.archive.made import HTTP, members, noise, read, reasons, record, response

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

BODIES = [f"<html><body><p>Tin số {number} về cây cầu quay".encode() for number in range(4)]
RECORDS = [response(body, url=f"https://bao.example/tin-{number}.html") for number, body in enumerate(BODIES)]
URLS = [f"https://bao.example/tin-{number}.html" for number in range(4)]


def arc(url: str, block: bytes, *, version: int = 1, type_: str = "text/html", size: int | None = None) -> bytes:
    more = " 200 CHECKSUM - 512 IA-000.arc.gz" if version == 2 else ""
    return (
        f"{url} 192.0.2.7 20050301063015 {type_}{more} {len(block) if size is None else size}\n".encode()
        + block
        + b"\n"
    )


def arc_records(version: int = 1) -> list[bytes]:
    about = b"1 0 InternetArchive\nURL IP-address Archive-date Content-type Archive-length\n"
    first = f"filedesc://IA-000.arc 0.0.0.0 20050301063000 text/plain {len(about)}\n".encode() + about + b"\n"
    pages = [arc(url, HTTP + b"\r\n" + body, version=version) for url, body in zip(URLS, BODIES, strict=True)]
    return [first, *pages]


def bodies(path: Path, data: bytes) -> list[bytes]:
    return [each.page.body for each in read(path, data) if each.page]


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize("pack", [members, b"".join, lambda records: gzip.compress(b"".join(records))])
def test_arc(tmp_path: Path, version: int, pack: Callable[[list[bytes]], bytes]):
    """Both versions, with a gzip member a record, in one stream, and as they are."""
    found = read(tmp_path / "x.arc.gz", pack(arc_records(version)))
    pages = [each.page for each in found if each.page]
    assert [(page.url, page.body) for page in pages] == list(zip(URLS, BODIES, strict=True))
    assert {page.fetched_at.isoformat() for page in pages} == {"2005-03-01T06:30:15+00:00"}
    assert reasons(found)[0] == "warcinfo"


def test_records_of_an_arc_file_without_a_page(tmp_path: Path):
    """Names, pictures and redirects are counted; a page saved without its headers is one; damage costs its record."""
    first, page, *_ = arc_records()
    records = [
        first,
        arc("dns:bao.example", b"20050301 192.0.2.7\n", type_="text/dns"),
        arc("https://bao.example/a.png", b"HTTP/1.0 200 OK\r\nContent-Type: image/png\r\n\r\nPNG", type_="image/png"),
        arc("https://bao.example/b", b"HTTP/1.0 302 Found\r\nLocation: /\r\n\r\n"),
        arc("https://bao.example/an old page.html", b"<html><p>alt"),
        arc("https://bao.example/c", HTTP + b"\r\n" + noise(500), size=99),
        page,
    ]
    found = read(tmp_path / "x.arc.gz", members(records))
    assert reasons(found) == ["warcinfo", "bad_url", "no_text", "status_302", "page", "damaged", "page"]


def zst(records: list[bytes]) -> bytes:
    return b"".join(map(zstd.compress, records))


def with_dictionary(*, packed: bool) -> Callable[[list[bytes]], bytes]:
    def pack(records: list[bytes]) -> bytes:
        samples = [response(noise(40).hex().encode(), url=f"https://bao.example/{number}") for number in range(900)]
        dictionary = zstd.train_dict(samples, 3000)
        content = zstd.compress(dictionary.dict_content) if packed else dictionary.dict_content
        frames = b"".join(zstd.compress(record, zstd_dict=dictionary) for record in records)
        return struct.pack("<II", 0x184D2A5D, len(content)) + content + frames

    return pack


ZSTD = {
    "frames": zst,
    "one frame": lambda records: zstd.compress(b"".join(records)),
    "dictionary": with_dictionary(packed=False),
    "packed dictionary": with_dictionary(packed=True),
    "skippable frames": lambda records: b"".join(
        struct.pack("<II", 0x184D2A50, 3) + b"abc" + zst([each]) for each in records
    ),
}


@pytest.mark.parametrize("name", ZSTD)
def test_zstd(tmp_path: Path, name: str):
    """With a frame a record or one for all, and with the dictionary that crawlers put before them."""
    path = tmp_path / "x.warc.zst"
    whole = ZSTD[name](RECORDS)
    path.write_bytes(whole)
    if name != "skippable frames":
        assert bodies(path, whole) == BODIES
    assert bodies(path, ZSTD["frames"]([RECORDS[0]]) + ZSTD["skippable frames"](RECORDS[1:])) == BODIES


def test_a_damaged_zstd_frame_costs_its_record(tmp_path: Path):
    """The next frame is found by its beginning; a wrong dictionary is damage as well."""
    frames = [zstd.compress(each) for each in RECORDS]
    broken = frames[1][:20] + b"\xff" * 9 + frames[1][29:]
    path = tmp_path / "x.warc.zst"
    assert reasons(read(path, frames[0] + broken + frames[2])) == ["page", "damaged", "page"]
    assert reasons(read(path, frames[0] + frames[1][:-9])) == ["page", "truncated"]
    data = with_dictionary(packed=False)(RECORDS)
    with pytest.raises(ArchiveError):
        read(path, data[:8] + b"\0" * 2900 + data[2908:])


def test_a_zstd_bomb_is_passed_over_in_bounded_memory(tmp_path: Path):
    """A gigabyte of zeros in one frame is a record that is too large, and the one behind it is read."""
    packer = zstd.ZstdCompressor()
    head = record(b"", size=len(HTTP) + (1 << 27))
    packed = packer.compress(head[:-4] + HTTP)
    packed += b"".join(packer.compress(bytes(1 << 20)) for _ in range(1 << 7)) + packer.compress(b"\r\n\r\n")
    packed += packer.flush()
    assert reasons(read(tmp_path / "x.warc.zst", packed + zst(RECORDS[:1]))) == ["too_large", "page"]


def wacz(files: dict[str, bytes], how: int = zipfile.ZIP_STORED) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", how) as names:
        for name, content in files.items():
            names.writestr(name, content)
    return out.getvalue()


def named_again(whole: bytes, times: int) -> bytes:
    """A zip file whose directory names its only file so many times more."""
    end = whole.rindex(b"PK\x05\x06")
    (size,) = struct.unpack_from("<I", whole, end + 12)
    count, entry = 1 + times, whole[end - size : end]
    directory = struct.pack("<HHI", count, count, count * size)
    return whole[:end] + entry * times + whole[end : end + 8] + directory + whole[end + 16 :]


@pytest.mark.parametrize("how", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_wacz(tmp_path: Path, how: int):
    """All archives of the zip file, in whatever form they are."""
    data = wacz(
        {
            "datapackage.json": b"{}",
            "archive/data.warc.gz": members(RECORDS[:2]),
            "archive/more.warc.zst": zst(RECORDS[2:]),
            "pages/pages.jsonl": b"{}",
        },
        how,
    )
    found = read(tmp_path / "x.wacz", data)
    assert [each.page.body for each in found if each.page] == BODIES
    assert len({each.offset for each in found}) == 4 or how == zipfile.ZIP_DEFLATED
    assert not any(each.is_findable for each in found)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (wacz({"archive/data.warc.gz": members(RECORDS)})[:-30], "truncated"),
        (wacz({"datapackage.json": b"{}"}), "no_warc"),
        (wacz({"archive/data.warc.gz": b"no archive"}), "no_warc"),
        (b"PK\x03\x04" + bytes(200), "truncated"),
        (b"PK\x03\x04PK\x05\x06" + b"\xff" * 18, "too_large"),
        (wacz({"archive/data.warc.gz": members(RECORDS)}).replace(b"PK\x01\x02", b"PK\x01\x00"), "damaged"),
        (named_again(wacz({"archive/data.warc.gz": members(RECORDS)}), 3), "damaged"),
        (named_again(wacz({"archive/data.warc.gz": members(RECORDS)}, zipfile.ZIP_DEFLATED), 3), "damaged"),
    ],
)
def test_a_wacz_that_cannot_be_read_says_why(tmp_path: Path, data: bytes, reason: str):
    """In one line, by a word to count by."""
    with pytest.raises(ArchiveError) as caught:
        read(tmp_path / "x.wacz", data)
    assert caught.value.reason == reason
