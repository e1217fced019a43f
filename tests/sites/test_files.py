"""Files of sites, as feed readers, spreadsheets and people make them."""

from __future__ import annotations

import io
from itertools import islice

import pytest

from newscrawl.sites import Site
from newscrawl.sites.entries import Entry
from newscrawl.sites.files import READERS, WRITERS, format_of, read_sites
from newscrawl.sites.lists import LONGEST_LINE
from tests.storage.test_site_rows import WHOLE


def read(content: str | bytes, name: str = "", form: str | None = None) -> list[Entry]:
    body = content if isinstance(content, bytes) else content.encode()
    return list(read_sites(io.BytesIO(body), name, form))


def facts(entry: Entry) -> dict:
    """What an entry says beside what follows from its address."""
    assert entry.site is not None, entry.problems
    return {key: value for key, value in entry.site.as_json().items() if key not in {"source", "domains", "state"}}


def problems(entries: list[Entry]) -> list[tuple[int, str]]:
    return [(entry.line, problem) for entry in entries for problem in entry.problems]


OPML = """<?xml version="1.0" encoding="UTF-8"?>
<opml version="1.0">
  <head><title>Feeds</title></head>
  <body>
    <outline text="News">
      <outline type="rss" text="Báo" title="Báo  Ví Dụ" xmlUrl="https://bao.example/rss" htmlUrl="https://bao.example/"/>
      <outline type="rss" text="Tin" xmlUrl="feed:https://tin.example/vi/feed" language="vi-VN"/>
      <outline type="rss" text="bad" xmlUrl="javascript:alert(1)"/>
    </outline>
    <outline text="Wire" XMLURL="https://feeds.proxy.example/moi"
             htmlUrl="www.moi.example" language="unknown"/>
    <outline type="link" text="Link" url="https://link.example/x"/>
  </body>
</opml>"""


def test_opml_as_feed_readers_export_it():
    """Folders, feeds without a page, addresses without a scheme, links; each problem at its line."""
    found = read(OPML)
    assert [facts(one) for one in found if one.site] == [
        {"home": "https://bao.example/", "title": "Báo Ví Dụ", "feeds": ["https://bao.example/rss"]},
        {"home": "https://tin.example/", "title": "Tin", "feeds": ["https://tin.example/vi/feed"], "language": "vi"},
        {"home": "https://www.moi.example", "title": "Wire", "feeds": ["https://feeds.proxy.example/moi"]},
        {"home": "https://link.example/x", "title": "Link"},
    ]
    assert [one.line for one in found] == [6, 7, 8, 10, 12]
    assert problems(found) == [(8, "feeds: 'javascript:alert(1)' is no http(s) address, as in https://news.example")]


@pytest.mark.parametrize(
    ("content", "line", "says"),
    [
        ("<opml><body>\n<outline xmlUrl='https://a.example/f'/>\n<outline", 3, "is no well-formed XML (unclosed token"),
        ("<opml><body>\n<outline xmlUrl='https://a.example/f'/></nobody>", 2, "mismatched tag"),
        ("<rss><channel/></rss>", 1, "is no OPML: it begins with <rss>"),
        ('<!DOCTYPE opml [\n<!ENTITY a "aaaa">]><opml/>', 2, "declares an entity"),
        ('<!DOCTYPE opml [\n<!ENTITY a SYSTEM "file:///etc/passwd">]><opml>&a;</opml>', 2, "declares an entity"),
        ('<!DOCTYPE opml [<!ENTITY % a SYSTEM "http://a.example/x.dtd">\n%a;]><opml/>', 1, "declares an entity"),
        ("<opml>" + "<outline>" * 5 + "\0", 1, "not well-formed"),
        (f"<opml>\n<outline text='{'x' * 3_000_000}'/></opml>", 2, "has an element of more than"),
    ],
)
def test_opml_that_breaks_off_says_where(content, line, says):
    """What stood before is taken; nothing is fetched, and nothing grows."""
    found = read(content, form="opml")
    assert found[-1].line == line
    assert says in found[-1].problems[0]
    assert found[-1].problems[0].endswith("nothing behind this line was read")
    assert [one.site.home for one in found[:-1] if one.site] == ["https://a.example/"] * ("a.example/f" in content)


def test_opml_in_the_encoding_it_names():
    """Of old programs."""
    written = OPML.replace("UTF-8", "UTF-16").replace("Báo", "Bao").encode("utf-16")
    assert len(read(written)) == 5
    latin = (
        '<?xml version="1.0" encoding="windows-1252"?><opml><outline text="Le Français" htmlUrl="https://a.fr"/></opml>'
    )
    assert read(latin.encode("cp1252"))[0].site.title == "Le Français"


def test_a_list_of_addresses():
    """With or without a scheme; comments, empty lines, a byte order mark, feeds."""
    found = read(
        b"\xef\xbb\xbfhttps://bao.example/\n# a comment\n\n  tin.example/vi  \r\n"
        b"https://moi.example/tin/rss.xml\nhttps://a b.example\nftp://x.example\n\xff\xfe.example\nhttps://[/\n"
    )
    assert [facts(one) for one in found if one.site] == [
        {"home": "https://bao.example/"},
        {"home": "https://tin.example/vi"},
        {"home": "https://moi.example/", "feeds": ["https://moi.example/tin/rss.xml"]},
    ]
    assert [line for line, _ in problems(found)] == [6, 7, 8, 9]
    assert problems(found)[2] == (8, "the line is no text in UTF-8")


def test_addresses_in_letters_of_their_own():
    """As people see them; told as they were written where there can be no such host."""
    found = read("https://пример.рф/новости\nhttps://báo.example\nhttps://á" + "a" * 70 + ".example\n", "x.txt")
    assert [one.site.home for one in found if one.site] == [
        "https://xn--e1afmkfd.xn--p1ai/%D0%BD%D0%BE%D0%B2%D0%BE%D1%81%D1%82%D0%B8",
        "https://xn--bo-mia.example",
    ]
    assert [line for line, _ in problems(found)] == [3]


def test_a_line_without_end_is_passed_over():
    """And the next one is read, with its number."""
    found = read(b"https://a.example\n" + b"x" * (3 * LONGEST_LINE) + b"\nhttps://b.example")
    assert problems(found) == [(2, f"the line has more than {LONGEST_LINE:,} bytes")]
    assert [(one.line, one.site.home) for one in found if one.site] == [
        (1, "https://a.example"),
        (3, "https://b.example"),
    ]


class Endless(io.RawIOBase):
    """A file that never ends, and counts what was read of it."""

    def __init__(self, begin: str, line: str) -> None:
        self.waiting = begin.encode()
        self.line = line
        self.lines = self.read_bytes = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        while len(self.waiting) < len(buffer):
            self.lines += 1
            self.waiting += self.line.format(self.lines).encode()
        part, self.waiting = self.waiting[: len(buffer)], self.waiting[len(buffer) :]
        buffer[:] = part
        self.read_bytes += len(part)
        return len(part)


@pytest.mark.parametrize(
    ("form", "begin", "line"),
    [
        ("urls", "", "https://s{}.example\n"),
        ("csv", "home,title\n", "https://s{}.example,x\n"),
        ("jsonl", "", '{{"home": "https://s{}.example"}}\n'),
        ("opml", "<opml><body>\n", '<outline htmlUrl="https://s{}.example"/>\n'),
    ],
)
def test_a_file_is_read_as_its_sites_are_taken(form, begin, line):
    """However long it is; with an end that cannot come, nobody waits for it."""
    file = Endless(begin, line)
    found = list(islice(read_sites(file, form=form), 3000))
    assert [one.site.name or one.site.home for one in found[-2:]] == [f"https://s{n}.example" for n in (2999, 3000)]
    assert found[-1].line == 3000 + begin.count("\n")
    assert file.read_bytes < 500_000


def test_csv_of_a_spreadsheet():
    """Other names of columns, semicolons, several values of a cell, rows of several lines, its own line of each."""
    found = read(
        "URL;Feed;Lang;Country;Pace;Explores;Circulation;Notes\n"
        'bao.example;"https://bao.example/a\nhttps://bao.example/b";VI;vn;2;yes;100;"two\nlines"\n'
        ";https://tin.example/feed;;;;;;\n"
        ";;;;;;;\n"
        "moi.example;;xx;;fast;;;\n"
        "a;b;c;d;e;f;g;h;i\n"
    )
    assert [(one.line, facts(one)) for one in found if one.site] == [
        (
            2,
            {
                "home": "https://bao.example",
                "feeds": ["https://bao.example/a", "https://bao.example/b"],
                "language": "vi",
                "country": "VN",
                "pace": 2.0,
                "explores": True,
                "notes": "two\nlines",
            },
        ),
        (5, {"home": "https://tin.example/", "feeds": ["https://tin.example/feed"]}),
    ]
    assert problems(found) == [
        (1, "column 'circulation' is no fact of a site and is left out"),
        (7, "pace: must be 1 to 60 seconds, not 'fast'"),
        (8, "the row has 9 cells, and the header names 8"),
    ]


def test_csv_with_an_open_quote_costs_what_it_covers():
    """The rows behind it are read."""
    rows = "".join(f"https://s{number}.example,\n" for number in range(8000))
    found = read(f'home,title\nhttps://a.example,"open\n{rows}https://z.example,z\n', form="csv")
    assert found[0].site is None
    assert found[0].line == 2
    assert "is no CSV" in found[0].problems[0]
    assert found[-1].site.title == "z"
    assert len([one for one in found if one.site]) > 1000


def test_a_header_must_name_an_address():
    """One line says which columns there are."""
    (one,) = read("country,language\nvn,vi\n", form="csv")
    assert one.problems[0].startswith("the first line names no column 'home' or 'feeds'; there are: name, home,")


def test_json_lines():
    """An object each, with our names."""
    found = read('{"home": "https://bao.example", "feeds": ["https://bao.example/rss"]}\n\n[1]\n{"home"\n{"hom": 1}\n')
    assert facts(found[0]) == {"home": "https://bao.example", "feeds": ["https://bao.example/rss"]}
    assert [line for line, _ in problems(found)] == [3, 4, 5, 5]


SITES = [
    Site.of(WHOLE),
    Site.of({"home": "https://tin.example/", "name": "tin", "title": "=cmd|'/c calc'!A0", "notes": "'-x\n<&\"'>"}),
    Site.of({"home": "https://moi.example/", "name": "moi", "feeds": [f"https://moi.example/{n}" for n in range(3)]}),
    Site.of({"home": "https://het.example/", "name": "het", "state": "dead", "explores": True}),
]


@pytest.mark.parametrize("form", ["opml", "csv", "jsonl"])
def test_what_is_written_is_read_as_it_was(form):
    """Every fact of every site, once."""
    file = io.BytesIO()
    WRITERS[form](SITES, file)
    found = read(file.getvalue())
    assert problems(found) == []
    assert [one.site for one in found] == SITES
    if form == "csv":
        assert b"'=cmd" in file.getvalue()


def test_what_feed_readers_read_of_an_export():
    """A feed each, and the site's page."""
    file = io.BytesIO()
    WRITERS["opml"](SITES[2:3], file)
    text = file.getvalue().decode()
    assert text.count('htmlUrl="https://moi.example/"') == text.count('type="rss"') == 3
    assert [text.count(f'xmlUrl="https://moi.example/{number}"') for number in range(3)] == [1, 1, 1]


def test_formats_have_endings():
    """Or are told by their first bytes."""
    assert {name: format_of(name) for name in ("a.opml", "b.XML", "c.csv", "d.jsonl", "e.txt", "-")} == {
        "a.opml": "opml",
        "b.XML": "opml",
        "c.csv": "csv",
        "d.jsonl": "jsonl",
        "e.txt": None,
        "-": None,
    }
    assert set(READERS) == set(WRITERS)
    assert read("", "x.txt") == []
    assert read(b"\xff\xfeh\0o\0m\0e\0", "x.csv")[0].problems == ("the file is in UTF-16; save it as UTF-8",)


@pytest.mark.parametrize("written", ["javascript:1", "JavaScript:80/", "data:1", "tel:112", "mailto:me", "about:1"])
def test_address_of_another_scheme_is_no_host_with_a_port(written):
    """In a list, OPML and CSV alike."""
    opml = f'<opml><body><outline text="x" xmlUrl="{written}"/><outline text="y" htmlUrl="{written}"/></body></opml>'
    csv = f"home,feeds\n{written},\nhttps://tin.example,{written}\n"
    for text, count in ((opml, 2), (csv, 2), (f"{written}\n", 1)):
        entries = list(read_sites(io.BytesIO(text.encode())))
        assert [entry.site for entry in entries] == [None] * count
        assert all("is no http(s) address" in problem for entry in entries for problem in entry.problems)


def test_host_with_a_port_is_an_address():
    """As people write it."""
    (entry,) = read_sites(io.BytesIO(b"news.example:8080/tin\n"))
    assert entry.site.home == "https://news.example:8080/tin"


def test_name_for_people_is_called_title():
    """The message says so where a column `name` holds one."""
    (entry,) = read_sites(io.BytesIO(b"name,url\nText Map,https://bao.example\n"))
    assert entry.site is None
    assert "'Text Map'" in entry.problems[0]
    assert "call what is a name for people 'title'" in entry.problems[0]
