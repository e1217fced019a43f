"""Text dumps: what is cut, what stays, and that nothing breaks."""

from __future__ import annotations

import json
import textwrap
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newscrawl.extraction.context_features import features
from newscrawl.extraction.line_features import Floats, Matrix
from newscrawl.extraction.sentences import space_sentences
from newscrawl.extraction.text_dump import clean_dump, keep_lines, split_dump
from newscrawl.extraction.text_lines import parse_lines
from newscrawl.items import DROP_REASONS, kept_text

PROVIDED = Path(__file__).resolve().parents[2] / "fixtures" / "provided"
EXPECTED = json.loads((PROVIDED / "expected.json").read_text(encoding="utf-8"))

ENGLISH = """\
The council of Harrow Bay voted on Tuesday evening to rebuild the old ferry pier, ending an argument that has \
split the small town for almost nine years.
Eleven of the fifteen councillors backed the plan, which will cost about four million pounds and should be \
finished before the summer season of next year, according to the harbour office.
“We have waited long enough for this, and the boats will not wait any longer for us,” said the mayor, Ann \
Lidgate, after the meeting. She thanked the fishermen who had come to listen.
The pier was closed after a storm tore away its outer third. Since then, the islanders have had to travel \
twenty miles by road to reach the nearest landing stage.
Critics of the plan say that the money is needed for the school. They want to ask a judge to look at the vote \
before any contract is signed.
""".splitlines()
GERMAN = """\
Der Stadtrat von Altenried hat am Montagabend beschlossen, die alte Mühle am Fluss zu kaufen und darin eine \
Bücherei einzurichten, die im kommenden Jahr öffnen soll.
Für den Umbau rechnet die Verwaltung mit knapp drei Millionen Euro, von denen das Land etwa die Hälfte trägt. \
Die übrigen Kosten sollen über sechs Jahre verteilt werden.
„Wir retten damit ein Haus, in dem jeder von uns als Kind gespielt hat“, sagte die Bürgermeisterin nach der \
Sitzung. Gegen den Kauf stimmten nur zwei der zwanzig Räte.
Die Mühle steht seit dem Hochwasser leer. Ein Gutachten hatte im Frühjahr ergeben, dass das Dach noch trägt, \
die Mauern an der Nordseite aber erneuert werden müssen.
""".splitlines()
FRENCH = """\
Le conseil municipal de Vaubrun a décidé lundi soir de rouvrir la petite gare, fermée depuis douze ans, afin \
que les habitants puissent rejoindre la ville sans voiture.
Les travaux doivent commencer au printemps et coûteront près de deux millions d'euros, dont la moitié sera \
payée par la région. Le premier train est attendu pour l'automne.
« Nous avons perdu trop de temps à discuter », a déclaré la maire à la fin de la séance. Elle a remercié \
l'association qui avait réuni plus de trois mille signatures.
Les agriculteurs craignent toutefois de perdre un chemin qui longe la voie. Une réunion est prévue avec eux \
avant la fin du mois, selon la mairie.
""".splitlines()
SPANISH = """\
El ayuntamiento de Peñalara del Río aprobó el lunes por la noche la reforma del mercado, que lleva cerrado \
desde el incendio que destruyó el tejado hace cuatro años.
Las obras costarán unos tres millones de euros y empezarán después del verano. La mitad del dinero la pondrá \
la comunidad, según explicó el concejal de urbanismo.
«Por fin devolvemos al pueblo un lugar que era de todos», dijo la alcaldesa al acabar el pleno. Solo dos de \
los diecisiete concejales votaron en contra.
Los comerciantes, que venden desde entonces en una carpa, piden que se les guarde el sitio. El ayuntamiento \
les dará una respuesta antes de que acabe el mes.
""".splitlines()
VIETNAMESE = """\
Sáng 12/5, Ủy ban nhân dân xã Tân Lộc tổ chức lễ khởi công cây cầu bắc qua sông Vàm, thay cho bến phà đã hoạt \
động hơn ba mươi năm nay ở khu vực này.
Theo thiết kế, cây cầu dài gần 400 m, rộng 9 m với hai làn xe và dự kiến hoàn thành trong quý II năm sau. Tổng \
mức đầu tư của công trình khoảng 120 tỷ đồng, lấy từ ngân sách tỉnh.
Phát biểu tại buổi lễ, ông Trần Văn Đậu, Chủ tịch xã, cho biết người dân hai bên bờ đã chờ đợi cây cầu này từ \
rất lâu, nhất là vào mùa mưa khi phà thường phải ngừng chạy.
Trong thời gian thi công, bến phà vẫn hoạt động bình thường để phục vụ học sinh và tiểu thương. Đơn vị thi \
công cam kết bảo đảm an toàn cho các hộ dân sống gần công trường.
""".splitlines()
RELATED = {
    "vi": ["Nông dân Tân Lộc được mùa dưa hấu", "Khai trương chợ đêm ven sông", "Xã đảo có trạm y tế mới"],
    "en": [
        "Storm closes coastal road for third time",
        "Ten years of the harbour museum",
        "New skipper for the lifeboat",
    ],
    "de": ["Freibad öffnet zwei Wochen früher", "Neue Brücke über den Bach", "Feuerwehr sucht dringend Nachwuchs"],
    "fr": ["Le marché couvert change de place", "Une nouvelle école pour le village", "Le festival revient en juin"],
    "es": [
        "El río vuelve a su cauce tras la crecida",
        "Nueva línea de autobús al hospital",
        "La feria cambia de lugar",
    ],
}


LEAD = {
    "vi": "thông tin vừa được cơ quan chức năng công bố vào sáng nay",
    "en": "as our reporter learned from several people who were there",
    "de": "wie unsere Zeitung aus dem Kreis der Beteiligten erfahren hat",
    "fr": "comme l'ont confirmé plusieurs témoins à notre journaliste",
    "es": "según han contado varios testigos a nuestra redacción",
}


def _text(*lines: str) -> str:
    return kept_text(clean_dump("\n".join(lines)).blocks)


def _body(paragraphs: list[str]) -> str:
    return "\n".join(paragraphs)


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_provided_document_comes_out_exactly(name: str) -> None:
    """Both provided documents give their title and their text to the byte."""
    dump = clean_dump((PROVIDED / name).read_text(encoding="utf-8"))
    assert dump.title == EXPECTED[name]["title"]
    assert kept_text(dump.blocks) == EXPECTED[name]["text"]


def test_every_line_of_a_dump_is_a_block() -> None:
    """What is cut stays in the blocks with a reason of the closed list."""
    name = min(EXPECTED)
    text = (PROVIDED / name).read_text(encoding="utf-8")
    blocks = clean_dump(text).blocks
    dropped = [block for block in blocks if block.reason is not None]
    assert len(dropped) > 40
    assert {block.reason for block in dropped} <= set(DROP_REASONS)
    assert "Tin cùng chuyên mục" in [block.text for block in dropped]


GLUED = [
    ("dịch đã được kiểm soát.Thành phố sẽ mở lại", "soát. Thành"),
    ("phòng, chống dịch COVID-19.Tuy nhiên, số ca", "19. Tuy"),
    ("bảo mật thông tin…Bên cạnh đó, hai bên", "tin… Bên"),
    ("ở miền Nam Việt Nam.Theo ông, việc này", "Nam. Theo"),
    ("hàng hóa từ Mỹ.Ngoài ra, còn có", "Mỹ. Ngoài"),
    ("Er kam zu spät.Der Zug war fort", "spät. Der"),
    ("It was over.The crowd left", "over. The"),
    ("Tout est fini.À demain", "fini. À"),
    ("Llegó el final.¿Qué pasó?", "final. ¿Qué"),
    ("Он ушёл.Потом вернулся", "ушёл. Потом"),
    ("ông nói “được”.Sau đó ông đi", "”. Sau"),
    ("giá tăng 20%.Trong khi đó", "%. Trong"),
    ("Bao giờ xong?Ông chưa biết", "xong? Ông"),
    ("từ năm 2020.Theo đó", "2020. Theo"),
]


@pytest.mark.parametrize(("text", "expected"), GLUED)
def test_glued_sentences_get_their_space_back(text: str, expected: str) -> None:
    """A stop between two sentences is followed by a space, in any language."""
    assert expected in space_sentences(text)
    assert space_sentences(text).replace(" ", "") == text.replace(" ", "")


WHOLE = """
Tp.Hồ Chí Minh|ở TP.HCM|17:18' - 10/09|hơn 25.500 căn|the U.S. army|www.example.com|Node.js is|at 10 a.m. today
J.K.Rowling|a.Name@mail.Com|https://example.com/A.Html?B=c.D|xử lý nước.../.|PGS.TS Nguyễn|TS.Nguyễn Văn A|ThS.Trần
St.Gallen|2.Bundesliga|1.Giới thiệu|java.lang.String|Dr.House|z.B.Der|г.Москва|ASP.NET|S.p.A.|e.V. in|v2.0 of|3.5 km
F.C.Barcelona|Booking.com|S. Mattarella|Yahoo! Japan|và so on... rồi|nói "Được." rồi
"""


@pytest.mark.parametrize("text", WHOLE.strip().replace("\n", "|").split("|"))
def test_dots_inside_names_and_numbers_stay(text: str) -> None:
    """Abbreviations, initials, numbers, addresses and names with a dot are left alone."""
    assert space_sentences(text) == text


@pytest.mark.parametrize(
    ("language", "paragraphs", "heading"),
    [
        ("vi", VIETNAMESE, "Tin liên quan"),
        ("en", ENGLISH, "Related stories"),
        ("de", GERMAN, "Mehr zum Thema"),
        ("fr", FRENCH, "Lire aussi"),
        ("es", SPANISH, "Te puede interesar"),
    ],
)
def test_related_list_with_times_and_leads_is_cut(language: str, paragraphs: list[str], heading: str) -> None:
    """A list of section, headline, time and lead goes, whatever the language."""
    entries = []
    for number, headline in enumerate(RELATED[language] * 2):
        lead = f"{headline}, {LEAD[language]}."
        entries += ["-", headline.split()[0], headline, f"1{number}:4{number} - 0{number + 1}/03/2024", lead]
    assert _text("A title of its own", *paragraphs, heading, *entries) == _body(paragraphs)


@pytest.mark.parametrize(
    ("language", "paragraphs"),
    [("vi", VIETNAMESE), ("en", ENGLISH), ("de", GERMAN), ("fr", FRENCH), ("es", SPANISH)],
)
def test_sidebar_without_a_known_heading_is_cut(language: str, paragraphs: list[str]) -> None:
    """Headlines with times after the last paragraph go even under a heading that nobody knows."""
    entries = [
        part for n, headline in enumerate(RELATED[language] * 3) for part in (headline, f"{n + 10}/04/2023 08:1{n}")
    ]
    assert _text("A title of its own", *paragraphs, "Zwizzle Quorn", *entries) == _body(paragraphs)


def test_heading_glued_to_the_last_paragraph_is_cut() -> None:
    """A heading without a space after the last stop goes with its list, and the stop stays."""
    glued = VIETNAMESE[-1][:-1] + "./.Tin cùng chuyên mục"
    entries = [
        part for n, title in enumerate(RELATED["vi"]) for part in ("-", "Xã hội", title, f"1{n}:20' - 11/05/2024")
    ]
    assert _text("Khởi công cầu Vàm", *VIETNAMESE[:-1], glued, *entries) == _body(VIETNAMESE)[:-1] + "./."


def test_closing_list_of_one_line_items_is_cut() -> None:
    """Section, headline and lead glued to one bulleted line each go with the known heading above them."""
    items = [f"- Xã hội {title} {title}, {LEAD['vi']}." for title in RELATED["vi"]]
    assert _text("Khởi công cầu Vàm", *VIETNAMESE, "Tin cùng chuyên mục", *items) == _body(VIETNAMESE)


@pytest.mark.parametrize(
    "sentence",
    [
        "Xem thêm các báo cáo tại đây cho thấy lượng khách qua phà đã giảm một nửa trong ba năm gần đây.",
        "Tin liên quan đến cây cầu được người dân hai bên bờ chờ đợi và bàn tán suốt nhiều tuần qua.",
    ],
)
def test_heading_phrase_inside_a_sentence_cuts_nothing(sentence: str) -> None:
    """A phrase of the lexicon that begins a real sentence is part of the article, and so is what follows."""
    lines = [*VIETNAMESE[:2], sentence, *VIETNAMESE[2:]]
    assert _text("Khởi công cầu Vàm", *lines) == _body(lines)


def test_article_that_ends_in_a_list_keeps_it() -> None:
    """Ingredients after their introduction are the article."""
    lines = [
        "My grandmother baked this bread every Friday, and the whole street could smell it. It needs little work.",
        "Mix everything in a large bowl and knead the dough until it is smooth. In the morning, bake it for an hour.",
        "You will need the following ingredients for two loaves:",
        "- 500 g strong white flour",
        "- 200 g rye flour",
        "- 10 g salt",
        "- 5 g dried yeast",
        "- 450 ml lukewarm water",
    ]
    assert _text("Overnight bread", *lines) == "\n".join(line.removeprefix("- ") for line in lines)


def test_table_rows_inside_the_article_stay() -> None:
    """Rows of a table are lines of cells joined by a bar; its rule of dashes is no text."""
    table = [
        "| Nation | Gold | Silver |",
        "|---|---|---|",
        "| Norway | 16 | 8 |",
        "| Germany | 12 | 10 |",
        "| Canada | 4 | 8 |",
    ]
    text = _text("The medals of the winter games", *ENGLISH[:3], *table, *ENGLISH[3:])
    assert "Norway | 16 | 8\nGermany | 12 | 10" in text
    assert "---" not in text
    assert ENGLISH[-1] in text


def test_image_and_caption_in_table_cells_are_cut() -> None:
    """A picture's mark-up and the caption in the row below it go."""
    lines = [*VIETNAMESE[:1], "![]() |", "| Quang cảnh buổi lễ khởi công cầu Vàm. |", *VIETNAMESE[1:]]
    dump = clean_dump("\n".join(["Khởi công cầu Vàm", *lines]))
    assert kept_text(dump.blocks) == _body(VIETNAMESE)
    assert [block.reason for block in dump.blocks[1:3]] == ["image", "caption"]


def test_teasers_cut_off_in_their_cells_are_cut() -> None:
    """Teasers that break off before a bar go, above the body and below it."""
    teaser = "Trong khuôn khổ hội nghị, hai bên đã trao đổi về nhiều nội dung hợp tác trong lĩnh vực ... |"
    dump = clean_dump("\n".join(["Khởi công cầu Vàm", teaser, *VIETNAMESE, teaser]))
    assert kept_text(dump.blocks) == _body(VIETNAMESE)
    assert dump.blocks[0].reason == "teaser"


def test_paragraph_that_ends_in_an_ellipsis_stays() -> None:
    """Three dots alone do not make a teaser."""
    lines = [*VIETNAMESE[:3], VIETNAMESE[3][:-1] + "…"]
    assert _text("Khởi công cầu Vàm", *lines) == _body(lines)


def test_headline_repeated_is_the_title_not_the_text() -> None:
    """The headline found again above the body goes as title."""
    dump = clean_dump("\n".join(["Harrow Bay votes to rebuild its ferry pier"] * 2 + ENGLISH))
    assert kept_text(dump.blocks) == _body(ENGLISH)
    assert dump.blocks[0].reason == "title"


def test_markdown_leaves_no_mark_up_in_the_text() -> None:
    """Emphasis, links and heading signs go, their words stay."""
    lines = [
        "# The pier is rebuilt",
        "",
        ENGLISH[0].replace("Harrow Bay", '[Harrow Bay](https://example.com/a_(b) "Harrow")'),
        "",
        ENGLISH[1].replace("Eleven", "**Eleven**").replace("harbour office", "_harbour office_"),
        "",
        "## What it will cost",
        "",
        *ENGLISH[2:],
    ]
    text = _text("The pier is rebuilt", *lines)
    assert text.startswith(ENGLISH[0] + "\n" + ENGLISH[1] + "\nWhat it will cost\n")


def test_wrapped_lines_are_one_paragraph() -> None:
    """A dump wrapped to a fixed width gets its paragraphs back, hyphenated words too."""
    paragraphs = [*ENGLISH, ENGLISH[0].replace("old ferry pier", "century-old, much-loved ferry-and-mail pier")]
    wrapped = "\n\n".join(textwrap.fill(paragraph, 78) for paragraph in paragraphs)
    assert [line.text for line in parse_lines(wrapped)] == paragraphs


class _Told:
    """A judge that says what it is told."""

    def __init__(self, chances: list[float]) -> None:
        self._chances = np.array(chances)

    def chances(self, matrix: Matrix) -> Floats:
        return self._chances


@pytest.mark.parametrize(("after", "kept"), [((0.3, 0.5), (False, False)), ((0.3, 0.9), (True, True))])
def test_unsure_lines_below_a_heading_of_related_articles_are_kept_if_a_sure_one_follows(
    after: tuple[float, float], kept: tuple[bool, bool]
) -> None:
    """A box within the text does not cut off what follows; a box at its end is dropped with all that is below."""
    _, lines = split_dump("\n".join(["The pier is rebuilt", ENGLISH[0], "Related articles", *ENGLISH[1:3]]))
    matrix = features("The pier is rebuilt", lines)
    found = keep_lines("The pier is rebuilt", lines, matrix, _Told([0.9, 0.2, *after]))
    assert (found[0], *found[2:]) == (True, *kept)


CHINESE = (
    "港口的旧渡船码头将在明年春天重新开放，市政府上周公布了修缮计划，预计需要十一个月，费用由城市和州政府共同承担，工程从秋天开始。",
    "附近的居民等待这一天已经六年了，渔民协会的代表说，码头关闭以后，他们每天要多走四十分钟的路，老人和孩子几乎不再到对岸去。",
    "设计师保留了木头的屋顶和钟楼，并在水边加了一条长廊，她希望人们在等船的时候能够坐下来，看一看河水，和陌生人说几句话。",
)


def test_text_without_spaces_that_was_wrapped_is_one_paragraph() -> None:
    """Lines of so many characters are joined without a space; blanks before a paragraph may be gone."""
    paragraphs = ["".join(CHINESE[at:] + CHINESE[:at]) for at in range(3)]
    whole = [f"\u3000\u3000{paragraph}" for paragraph in paragraphs]
    rows = [text[at : at + 36] for text in whole for at in range(0, len(text), 36)]
    for dump in ("\n".join(rows), "\n".join(row.strip() for row in rows)):
        assert ["".join(line.text.split()) for line in parse_lines(dump)] == paragraphs


def test_list_in_a_script_without_spaces_is_not_joined() -> None:
    """Headlines of much the same length stay apart: no piece of the next had to be begun on a line of its own."""
    rows = [text[at : at + 30 + 3 * (at % 4)] for text in CHINESE for at in range(0, 40, 5)]
    assert [line.text for line in parse_lines("\n".join(rows))] == rows


def test_short_lines_are_not_joined() -> None:
    """Lines that simply end stay apart where nothing was wrapped."""
    lines = [*RELATED["en"], *ENGLISH]
    assert [line.text for line in parse_lines("\n".join(lines))] == lines


@pytest.mark.parametrize("text", ["", "\n \n\t\n", "Only a title", "\n\n  Only a title \n\n", "![]()", "|\n|\n-\n***"])
def test_dump_without_a_body_has_no_text(text: str) -> None:
    """No body, no kept block, no exception; the title is the first line that holds text."""
    dump = clean_dump(text)
    assert kept_text(dump.blocks) == ""
    assert dump.title == ("Only a title" if "Only" in text else "")


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    [
        "x" * 5_000_000,
        "Title\n" + "word " * 1_000_000,
        "Title\n" + "a.B" * 200_000,
        "Title\n" + "." * 2_000_000,
        "Title\n" + '."' * 500_000,
        "Title\n" + "[" * 2_000_000,
        "Title\n" + "[](" * 700_000,
        "Title\n" + "[a](b " * 500_000,
        "Title\n" + "| " * 1_500_000,
        "Title\n" + "**" * 1_500_000,
        "Title\n" + "> " * 1_500_000,
        "Title\n" + " " * 3_000_000 + "x",
        "Title\n" + "\n" * 3_000_000,
        "Title\n" + "- item\n" * 40_000,
        "\n".join(f"A line of its own, number {number}." for number in range(40_000)),
    ],
    ids=lambda text: f"{text[:12]!r} {len(text)}",
)
def test_huge_input_is_read_in_linear_time(text: str) -> None:
    """Megabytes of one thing come back within the time limit of a test."""
    assert isinstance(clean_dump(text).title, str)


_ODD = st.text(alphabet=st.sampled_from("ab. |-*#[]()!<>\n\t\"'…ắA1:/\\_`•\u3000\u2028\x07\x00漢字"), max_size=400)


@pytest.mark.slow
@settings(deadline=None, max_examples=300)
@given(st.one_of(_ODD, st.text(max_size=300), st.lists(_ODD, max_size=20).map("\n".join)))
def test_any_text_gives_clean_lines_of_its_own(text: str) -> None:
    """Odd input raises nothing, and every kept line is one line made of the input's own characters in order."""
    dump = clean_dump(text)
    for line in [dump.title, *(block.text for block in dump.blocks if block.reason is None)]:
        assert not any(ord(char) < 32 or 127 <= ord(char) < 160 for char in line)
        assert line == line.strip()
        remaining = iter(text)
        assert all(char in remaining for char in line if not char.isspace() and char != "|"), line


def test_blocks_come_in_reading_order() -> None:
    """Kept and dropped blocks stand in the order of the dump."""
    dump = clean_dump("\n".join(["Khởi công cầu Vàm", *VIETNAMESE, "Tin liên quan", *RELATED["vi"]]))
    texts = [block.text for block in dump.blocks]
    assert texts == [*VIETNAMESE, "Tin liên quan", *RELATED["vi"]]


SECTION_ITEMS = [
    "Rund ums Rathaus {} Nach langer Beratung stimmte der Ausschuss dem Vorschlag zu, der im Herbst kommen soll.",
    "Rund ums Rathaus {} Die Verwaltung hat am Freitag die Zahlen für das vergangene Jahr vorgelegt.",
]


def test_closing_list_under_an_unknown_heading_is_cut_when_its_items_share_their_section() -> None:
    """Four items to the end that begin with the same words announce other articles, whatever the line above says."""
    items = [f"- {item.format(headline)}" for headline in RELATED["de"] for item in SECTION_ITEMS]
    assert _text("Altenried kauft die Mühle", *GERMAN, "Hierzulande", *items) == _body(GERMAN)


def test_closing_list_of_the_article_stays() -> None:
    """Items of the article begin as they like; steps share a word, not a section."""
    steps = [f"- Schritt {number} dauert etwa zwei Wochen und wird vom Bauamt beaufsichtigt." for number in range(1, 7)]
    assert _text("Altenried kauft die Mühle", *GERMAN, "Der Zeitplan", *steps).count("Schritt") == 6
