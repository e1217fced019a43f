"""The questions of docs/DATA.md, asked of a small database."""

from __future__ import annotations

import re
import sqlite3
import subprocess
from contextlib import closing

import pytest

from tests.cli.made import fill
from tests.conftest import ROOT

_BLOCK = re.compile(r"^\*\*(.*?)\*\*.*?\n```sql\n(.*?)```", re.MULTILINE | re.DOTALL)
QUESTIONS = dict(_BLOCK.findall((ROOT / "docs/DATA.md").read_text("utf-8")))
ANSWERS = {
    "Which sites": [("tin", 1, 30.0), ("bao", 1, 2.0)],
    "Who was first": [("Đà Nẵng ngập", "ttx", "2020-09-10 12:00:00.000000", "bao, tin")],
    "Which site is first": [("ttx", 1, 1), ("bao", 2, 0)],
    "What did publishers": [("bao", "東京の雨 サッカー", "Bóng đá hôm nay", len("\nĐã sửa."))],
    "Which headlines": [("bao", "東京の雨 サッカー", "Bóng đá hôm nay")],
    "How many articles": [
        ("2020-09-10", "Xã hội", 1),
        ("2020-09-11", "Thể thao", 1),
        ("2020-09-10", None, 1),
    ],
    "What was taken": [("tin", "Mưa lớn", 2.0)],
    "Who writes": [("@a", "bao", 1, None), ("b\x1b[2J", "bao", 1, None), ("Trần Ý", "ttx", 1, "Xã hội")],
    "Which pages": [("bao", "timeout", 1, "https://bao.example/9")],
    "How often": [("2020-09", 1)],
}
"""By the beginning of the question; of moments that are those of the test nothing."""


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    """The small database, with a changed headline and an article that was taken away."""
    path = tmp_path_factory.mktemp("data") / "made.db"
    fill(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("update articles set title = 'Bóng đá hôm nay', section = 'Thể thao' where id = 4")
        connection.execute("update articles set gone_at = datetime(first_seen_at, '+2 days') where id = 3")
        connection.commit()
    return path


def test_there_are_ten_questions():
    """Each with an answer here."""
    assert len(QUESTIONS) == 10
    assert all(sum(question.startswith(begin) for begin in ANSWERS) >= 1 for question in QUESTIONS)


@pytest.mark.parametrize("question", QUESTIONS)
def test_question_is_answered(question, database):
    """As the small database has it, by the program that people have at hand."""
    begin = max((begin for begin in ANSWERS if question.startswith(begin)), key=len)
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        rows = connection.execute(QUESTIONS[question]).fetchall()
    expected = ANSWERS[begin]
    rows = [row[: len(expected[0])] for row in rows]
    assert sorted(rows, key=repr) == sorted(expected, key=repr)


def test_questions_can_be_asked_by_the_shell(database):
    """With sqlite3, where it is installed."""
    try:
        for statement in QUESTIONS.values():
            command = ["sqlite3", "-readonly", "-bail", str(database), statement]
            result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
            assert (result.returncode, result.stderr) == (0, "")
    except FileNotFoundError:
        pytest.skip("needs the program sqlite3")
