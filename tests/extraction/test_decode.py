"""Bytes to text, only where it is certain."""

from __future__ import annotations

import pytest

from newscrawl.extraction.decode import decode
from newscrawl.items import UnreadablePage
from newscrawl.text import clean
from tests.vietnamese import to_windows_1258

VIETNAMESE = "Thành phố Đà Nẵng sẽ đón những chuyến bay đầu tiên, ông Nguyễn Văn Bình cho biết."
RUSSIAN = "Правительство во вторник одобрило законопроект, который повысит выплаты семьям с детьми. " * 4
JAPANESE = "政府は火曜日、子育て世帯への給付を増やす法案を承認した。来年一月から施行される見通しだ。" * 4
WESTERN = {
    "de": "Die Förderung für Wärmepumpen wird erhöht, wie das Ministerium erklärte: „größere Zuschüsse“.",
    "fr": "Le gouvernement français a présenté une réforme très attendue, où le débat s'annonce animé à Paris.",
    "es": "La reunión será mañana. ¿Qué esperan los españoles? Más información, según el ministro.",
    "it": "Il presidente però non può partecipare perché è già partito; così la città aspetterà.",
    "pt": "As eleições não serão adiadas, informou o tribunal; as opções são poucas até amanhã.",
}
EASTERN = {
    "cp1250": "Vláda v úterý schválila návrh zákona, který má příští rok zvýšit příspěvky rodinám.",
    "iso8859-2": "Rząd przyjął we wtorek projekt ustawy, który ma zwiększyć świadczenia dla rodzin.",
    "cp1254": "Hükûmet salı günü ailelere yapılan yardımı artıran yasa tasarısını onayladı, değişiklik şubatta.",
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_unicode_needs_no_declaration(encoding):
    """With or without a byte order mark."""
    assert decode(VIETNAMESE.encode(encoding), "text/plain") == VIETNAMESE


def test_windows_1258_is_recognised_by_its_tones():
    """Undeclared Vietnamese of old systems is read right."""
    assert clean(decode(to_windows_1258(VIETNAMESE), "text/plain")) == VIETNAMESE


@pytest.mark.parametrize("language", WESTERN)
def test_western_text_is_recognised(language):
    """Undeclared windows-1252 is read where every accented letter is at home in western Europe."""
    assert decode(WESTERN[language].encode("cp1252"), "text/plain") == WESTERN[language]


@pytest.mark.parametrize("encoding", EASTERN)
def test_other_latin_text_is_refused_rather_than_misread(encoding):
    """A wrong guess would be stored; an error can be mended."""
    with pytest.raises(UnreadablePage, match="declare its charset"):
        decode(EASTERN[encoding].encode(encoding), "text/plain")
    assert decode(EASTERN[encoding].encode(encoding), f"text/plain; charset={encoding}") == EASTERN[encoding]


@pytest.mark.parametrize(
    ("text", "encoding"), [(RUSSIAN, "cp1251"), (RUSSIAN, "koi8-r"), (JAPANESE, "shift_jis"), (JAPANESE, "euc_jp")]
)
def test_scripts_of_their_own_are_recognised(text, encoding):
    """Cyrillic and Japanese give their encodings away."""
    assert decode(text.encode(encoding), "text/plain") == text


def test_declared_charset_is_believed_unless_the_page_is_utf8():
    """Many a page says iso-8859-1 and is UTF-8; UTF-8 does not happen by accident."""
    page = f'<meta charset="iso-8859-1"><p>{VIETNAMESE}</p>'
    assert VIETNAMESE in decode(page.encode("utf-8"))
    german = '<meta charset="iso-8859-1"><p>Größe</p>'
    assert decode(german.encode("latin-1")) == german


@pytest.mark.parametrize("declared", ["iso-2022-jp", "ISO-2022-JP"])
def test_japanese_in_bytes_of_ascii_is_read_where_it_is_declared(declared):
    page = f'<html><head><meta charset="{declared}"></head><body><p>{JAPANESE}</p></body></html>'
    assert JAPANESE in decode(page.encode("iso-2022-jp"))
    undeclared = page.replace(f'<meta charset="{declared}">', "").encode("iso-2022-jp")
    assert JAPANESE in decode(undeclared, f"text/html; charset={declared}")


def test_stray_wrong_byte_is_forgiven_in_a_declared_page():
    """One bad byte in a long page costs one character."""
    page = b'<meta charset="utf-8">' + VIETNAMESE.encode() * 100 + b"\xff" + VIETNAMESE.encode()
    assert decode(page).count("\ufffd") == 1


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty"),
        (b" \r\n ", "empty"),
        (b"\xff\xfe \x00", "empty"),
        (b"Title\n" + b"bod\0\0y " * 40 + b" more", "binary"),
        (b"\x7fELF" + bytes(range(256)) * 20, "binary"),
        (VIETNAMESE.encode("utf-16")[:-1], "truncated"),
        ("Bài viết về hòa".encode()[:-2], "truncated"),
        (b"\x89\xfb\x90\x81\x9d\x8f" * 50, "undecodable"),
    ],
)
def test_broken_page_says_why(body, reason):
    """Each kind of damage has its word."""
    with pytest.raises(UnreadablePage) as caught:
        decode(body, "text/plain")
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    ("declared", "body"),
    [
        ("", "<p>Lịch thi đấu mới của giải</p>".encode()),
        ("utf-8", "<p>Lịch thi đấu mới của giải</p>".encode()),
        ("iso-8859-1", "<p>Lịch thi đấu mới của giải</p>".encode() * 10),
    ],
)
def test_character_that_was_cut_costs_only_itself(declared, body):
    """A description that a system cuts after so many bytes ends within a letter."""
    cut = '<meta name="description" content="Sân vận động mở c'.encode() + "ửa".encode()[:2] + b'">'
    text = decode(f'<meta charset="{declared}">'.encode() + cut * 3 + body + b"</html>")
    assert "Lịch thi đấu mới của giải" in text
    assert text.count("\ufffd") == 3


def test_what_a_reader_pasted_in_another_charset_costs_only_itself():
    """The comment below a UTF-8 page was sent in windows-1252."""
    page = "<p>Trận chung kết diễn ra tối thứ Bảy.</p>".encode() + "<p>Déjà vu, très bien – merci à tous</p>".encode(
        "cp1252"
    )
    assert "Trận chung kết diễn ra tối thứ Bảy." in decode(page)


@pytest.mark.parametrize("declared", ["", '<meta charset="utf-8">'])
def test_stray_bytes_in_a_long_page_of_ascii_are_windows_1252(declared):
    """Nothing declares them and too few are letters to tell by; browsers read them so."""
    page = (
        declared + "<p>The ferry sails at noon, the mayor said. </p>" * 2000
    ).encode() + b"<p>\x93Aye\x94 \xd0 \xfe \x99</p>"
    text = decode(page)
    assert "“Aye”" in text


def test_charset_is_found_behind_a_long_head():
    """Where scripts stand before it, browsers find it later as well."""
    page = "<script>" + "x = 1;" * 1500 + '</script><meta charset="iso-8859-2"><p>' + EASTERN["iso8859-2"] + "</p>"
    assert EASTERN["iso8859-2"] in decode(page.encode("iso8859-2"))


@pytest.mark.parametrize("page", [b"<p>The ferry\0 sails</p>", b"<p>The ferry sails</p></html>" + bytes(5000)])
def test_stray_nuls_are_dropped(page):
    """One between two letters, and the padding of a file system's block."""
    assert decode(page).startswith("<p>The ferry sails</p>")


def test_damage_in_utf16_costs_only_itself():
    """A lone surrogate, which JavaScript writes."""
    page = "\ufeff<p>Thành phố</p>".encode("utf-16-le") + b"\x00\xd8" + "<p>Đà Nẵng</p>".encode("utf-16-le")
    assert decode(page).replace("\ufffd", "") == "<p>Thành phố</p><p>Đà Nẵng</p>"


def test_page_that_ends_inside_a_tag_was_cut():
    """No page ends so by itself."""
    with pytest.raises(UnreadablePage) as caught:
        decode(b"<html><body><p>Text</p><div cla")
    assert caught.value.reason == "truncated"
    assert decode(b"<p>a < b") == "<p>a < b"


@pytest.mark.parametrize("declared", ["rot13", "zlib", "idna", "punycode", "undefined", "unicode-escape", "utf-16", ""])
def test_declared_charset_that_cannot_be_it_is_passed_over(declared):
    """Python knows codecs that are no charsets, and zero bytes would show UTF-16."""
    page = f'<meta charset="{declared}"><p>The ferry sails at noon.</p>'
    assert decode(page.encode()) == page
    western = page.replace("noon", "nôon, déjà")
    assert decode(western.encode("cp1252")) == western


@pytest.mark.parametrize(("text", "encoding"), [(RUSSIAN, "cp1251"), (JAPANESE, "euc-jp"), (JAPANESE, "shift_jis")])
@pytest.mark.parametrize("end", ["", "<br>"])
def test_long_page_is_guessed_by_a_sample(text, encoding, end):
    """Wherever the sample ends."""
    page = (text + end) * (600_000 // len(text.encode(encoding)))
    assert decode(page.encode(encoding)) == page
