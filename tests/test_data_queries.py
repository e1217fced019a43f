"""The questions of docs/DATA.md, asked of a small database."""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest

from testing.questions import IN_POSTGRESQL, IN_SQLITE
from tests.cli.made import fill, newscrawl
from tests.database import Database, query

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


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database(request, tmp_path_factory):
    """The small database, with a changed headline and an article that was taken away."""
    path = tmp_path_factory.mktemp("data") / "made.db"
    postgres = request.getfixturevalue("postgres") if request.param == "postgresql" else None
    made = Database(fill(path, postgres and postgres.create_with_tables()))
    later = "datetime(first_seen_at, '+2 days')" if made.is_sqlite else "first_seen_at + interval '2 days'"
    made.execute(
        "update articles set title = 'Bóng đá hôm nay', section = 'Thể thao' where id = 4",
        f"update articles set gone_at = {later} where id = 3",
    )
    return made


def test_there_are_ten_questions():
    """Each with an answer here."""
    assert len(IN_SQLITE) == 10
    assert all(sum(question.startswith(begin) for begin in ANSWERS) >= 1 for question in IN_SQLITE)


@pytest.mark.parametrize("question", IN_SQLITE)
def test_question_is_answered(question, database):
    """As the small database has it, by the program that people have at hand."""
    begin = max((begin for begin in ANSWERS if question.startswith(begin)), key=len)
    rows = query(database, (IN_SQLITE if database.is_sqlite else IN_POSTGRESQL)[question])
    expected = ANSWERS[begin]
    rows = [row[: len(expected[0])] for row in rows]
    assert sorted(rows, key=repr) == sorted(expected, key=repr)


@pytest.mark.parametrize("question", IN_SQLITE)
def test_question_is_answered_by_the_command(question, database):
    """`newscrawl sql` allows only reading, and all that the questions read."""
    statement = (IN_SQLITE if database.is_sqlite else IN_POSTGRESQL)[question]
    result = newscrawl(database.url, "sql", "--json", statement)
    assert (result.returncode, result.stderr) == (0, "")
    rows = [tuple(json.loads(line).values()) for line in result.stdout.splitlines()]
    expected = query(database, statement)
    assert len(rows) == len(expected)
    if database.is_sqlite:  # PostgreSQL has types that JSON lacks
        assert rows == expected


def test_questions_can_be_asked_by_the_shell(database):
    """With sqlite3 and psql, where they are installed."""
    in_sqlite = database.is_sqlite
    shell = ["sqlite3", "-readonly", "-bail", str(database.path)] if in_sqlite else ["psql", "-XqAt", database.url]
    if shutil.which(shell[0]) is None:
        pytest.skip(f"needs the program {shell[0]}")
    for statement in (IN_SQLITE if in_sqlite else IN_POSTGRESQL).values():
        command = [*shell, *([] if in_sqlite else ["-v", "ON_ERROR_STOP=1", "-c"]), statement]
        result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
        assert (result.returncode, result.stderr) == (0, "")
