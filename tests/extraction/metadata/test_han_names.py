"""Names in Chinese characters."""

from __future__ import annotations

import pytest

from newscrawl.extraction.metadata.han_names import has_han_label, is_han_name, names_in_han


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("港城日报 记者 李文博", ["李文博"]),
        ("记者李文博、王芳", ["李文博", "王芳"]),
        ("作者：王芳 李文博返回首页", ["王芳"]),
        ("作者：小暮次郎", ["小暮次郎"]),
        ("文/白明远 图/林海", ["白明远"]),
        ("本文作者：欧阳明", ["欧阳明"]),
        ("記者 佐々木一郎", ["佐々木一郎"]),
        ("记者 李文博 王芳摄", ["李文博"]),
        ("김철수 기자", ["김철수"]),
    ],
)
def test_reporters_of_a_line(line, names):
    """Behind a label with a sign any characters, behind a word and further on what begins with a family name."""
    assert names_in_han(line) == names


@pytest.mark.parametrize(
    "line",
    [
        "一文看懂当前局势",
        "新文具盒 上市",
        "公司发文道歉称",
        "文章关键词：桥梁",
        "王文：桥梁五月开放",
        "记者获悉，桥梁五月开放",
        "责任编辑记者：已审核",
        "记者了解到",
    ],
)
def test_words_that_only_look_like_a_byline(line):
    """文 stands in many words, and a reporter in many sentences."""
    assert names_in_han(line) == []


def test_label():
    """A colon behind the word; another word may end in the same character."""
    assert has_han_label("时间：2024年5月9日 文：白明远")
    assert not has_han_label("原文：桥梁五月开放")


@pytest.mark.parametrize(("text", "told"), [("王芳", True), ("諸葛亮明", True), ("发布于", False), ("王晓日报", False)])
def test_name_without_a_label(text, told):
    """Begins with a frequent family name; an office is none."""
    assert is_han_name(text) is told
