"""The language of an article is that of its text."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from lxml.html import document_fromstring

from newscrawl.extraction.metadata import read_metadata

NOW = datetime(2026, 9, 1, tzinfo=UTC)
TEXTS = {
    "vi": "Hội đồng thành phố tối thứ Hai quyết định đóng cửa cây cầu cũ trong chín tháng để sửa chữa toàn bộ.",
    "de": "Der Gemeinderat beschloss am Montagabend, die alte Brücke für neun Monate zu sperren und zu erneuern.",
    "en": "The council decided on Monday evening to close the old bridge for nine months while it is repaired.",
    "zh": "市议会周一晚上决定将旧桥关闭九个月，以便工程师更换全部齿轮，店主们担心夏季生意会因此受到影响。",
    "no": "Kommunestyret vedtok mandag kveld å stenge den gamle broen i ni måneder mens den blir satt i stand.",
}


def language(text: str, declared: str) -> str | None:
    page = (
        f'<html lang="{declared}"><head><title>x</title></head><body><h1>x</h1><p>{text}</p><p>{text}</p></body></html>'
    )
    return read_metadata(document_fromstring(page), "https://harrow.example/a", NOW).language


@pytest.mark.parametrize("declared", ["en-US", "", "de"])
@pytest.mark.parametrize("written", ["vi", "de", "en", "zh"])
def test_text_decides(written, declared):
    """Whatever a system that is set to another language declares."""
    assert language(TEXTS[written], declared) == written


def test_page_decides_between_related_languages():
    """A text does not tell Bokmål from Norwegian, and hardly from Danish."""
    assert language(TEXTS["no"], "nb-NO") == "nb"


@pytest.mark.parametrize("text", ["", "Bản tin", "12 345 678"])
def test_page_decides_where_there_is_little_text(text):
    """A few words are of many languages."""
    assert language(text, "fr") == "fr"
