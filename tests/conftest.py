"""What the tests share: crawls of local files, and databases."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from testing import compiled_statements
from testing.forkserver import FOLDER_VARIABLE, fork_server
from testing.postgres import Cluster, cluster, programs
from tests.database import Database, tables

hypothesis.settings.register_profile("tests", deadline=None)  # how fast a machine is decides no test
hypothesis.settings.load_profile("tests")

ROOT = Path(__file__).parent.parent
PROVIDED = ROOT / "fixtures" / "provided"
SCRAPY = [sys.executable, "-m", "scrapy"]

ARTICLE = """\
{title}
Sáng nay, lãnh đạo thành phố {name} đã họp với đại diện các sở, ngành để bàn kế hoạch chống ngập trong mùa mưa năm nay.
Theo báo cáo, thành phố {name} hiện còn hơn hai mươi tuyến đường thường xuyên bị ngập sau những trận mưa lớn kéo dài.
Kết luận cuộc họp, chủ tịch thành phố yêu cầu các đơn vị hoàn thành việc nạo vét kênh rạch trước cuối tháng này.
"""


def article(name: str) -> str:
    """A text dump of an article about a town, with nothing around it."""
    return ARTICLE.format(title=f"Thành phố {name} lên kế hoạch chống ngập", name=name)


Crawl = Callable[..., subprocess.CompletedProcess[str]]


def pytest_configure(config: pytest.Config) -> None:
    """Name the folder of the server that forks the commands of all workers; share the SQL that is compiled."""
    if not hasattr(config, "workerinput"):
        os.environ[FOLDER_VARIABLE] = tempfile.mkdtemp(prefix="fork")
    compiled_statements.share()


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the server that forked the commands, and with it whatever it waits for."""
    if fork_server.cache_info().currsize:
        fork_server().close()
    if not hasattr(config, "workerinput"):
        shutil.rmtree(os.environ.pop(FOLDER_VARIABLE))


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """A PostgreSQL server of the tests' own."""
    if programs() is None:
        assert not os.environ.get("CI"), "PostgreSQL is not installed"
        pytest.skip("needs PostgreSQL: apt-get install postgresql")
    with cluster() as running:
        yield running


@pytest.fixture(scope="session")
def file_with_tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite database as a crawl leaves it that stored nothing."""
    path = tmp_path_factory.mktemp("template") / "tables.db"
    path.write_bytes(tables())
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def new_database(
    request: pytest.FixtureRequest, tmp_path: Path, file_with_tables: Path
) -> Iterator[Callable[[], Database]]:
    """Make databases of each kind in turn, with tables."""
    made: list[str] = []

    def sqlite() -> Database:
        path = tmp_path / f"out{len(made) or ''}.db"
        shutil.copyfile(file_with_tables, path)
        made.append(f"sqlite:///{path}")
        return Database(made[-1])

    def postgresql() -> Database:
        made.append(request.getfixturevalue("postgres").create_with_tables())
        return Database(made[-1])

    yield {"sqlite": sqlite, "postgresql": postgresql}[request.param]
    if request.param == "postgresql":
        for url in made:
            request.getfixturevalue("postgres").drop(url)


ONLY_SQLITE = pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)
"""For what only a file can be asked."""

ONLY_POSTGRESQL = pytest.mark.parametrize("new_database", ["postgresql"], indirect=True)
"""For what a server alone makes different."""

POSTGRESQL_RARELY = pytest.mark.parametrize(
    "new_database", ["sqlite", pytest.param("postgresql", marks=pytest.mark.soak)], indirect=True
)
"""For long tests of what both do alike: with PostgreSQL in the long tests alone."""

POSTGRESQL_SLOWLY = pytest.mark.parametrize(
    "new_database", ["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)], indirect=True
)
"""For what both are asked in standard SQL: with PostgreSQL in the slow tests alone."""


@pytest.fixture
def each_database(new_database: Callable[[], Database]) -> Database:
    """A database of each kind in turn."""
    return new_database()


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """Where a test's crawl puts its articles: a file with tables."""
    path = tmp_path / "out.db"
    if not path.exists():
        path.write_bytes(tables())
    return path


@pytest.fixture
def crawl(database: Path) -> Crawl:
    """Run `scrapy crawl fixtures`, as a user would, into the test's database."""

    def run(*arguments: str, cwd: Path = ROOT, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        command = [*SCRAPY, "crawl", "fixtures", "-s", f"DATABASE_URL=sqlite:///{database}", *arguments]
        ours = {"SCRAPY_SETTINGS_MODULE": "newscrawl.settings", "NEWSCRAWL_EXTRACT_WORKERS": "0"}
        return fork_server().run(command, cwd=cwd, env=os.environ | ours | (env or {}))

    return run


@pytest.fixture
def rows(database: Path) -> Callable[..., list[tuple[Any, ...]]]:
    """Query the test's database."""

    def query(statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
        connection = sqlite3.connect(database)
        try:
            return connection.execute(statement, parameters).fetchall()
        finally:
            connection.close()

    return query


@pytest.fixture(scope="session")
def expected() -> dict[str, dict[str, str]]:
    """What must come out of the two provided documents."""
    return json.loads((PROVIDED / "expected.json").read_text("utf-8"))
