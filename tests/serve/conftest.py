"""An application on the small database that the commands are tested with."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from newscrawl.serve.app import create_app
from newscrawl.serve.guard import allowed_hosts
from newscrawl.serve.served import Served
from newscrawl.workers.pool import Limits, lease
from tests.cli.made import fill

HERE = "http://127.0.0.1:8370"


def client_of(url: str, archive: Path | None = None, **guarded) -> TestClient:
    """A client of an application, both in this process."""
    served = Served(url, archive, 1 << 20, lease(Limits(0)), is_public=guarded.pop("is_public", False))
    app = create_app(served, allowed_hosts("127.0.0.1", guarded.pop("names", ())), **guarded)
    return TestClient(app, HERE, follow_redirects=False)


@dataclass(frozen=True)
class Filled:
    """The small database, and the folder with its archive."""

    url: str
    folder: Path

    @property
    def archive(self) -> Path:
        """Where its raw pages are."""
        return self.folder / "archive"


@pytest.fixture(scope="session")
def filled_file(tmp_path_factory: pytest.TempPathFactory) -> Filled:
    """The small database in a file, filled once for all tests, which only read it."""
    folder = tmp_path_factory.mktemp("served")
    return Filled(fill(folder / "out.db"), folder)


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def filled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Filled:
    """The small database of each kind."""
    if request.param == "sqlite":
        return request.getfixturevalue("filled_file")
    folder = tmp_path_factory.mktemp("served")
    return Filled(fill(folder / "out.db", request.getfixturevalue("postgres").create_with_tables()), folder)


@pytest.fixture
def client(filled: Filled) -> TestClient:
    """A client of the small database with its archive."""
    return client_of(filled.url, filled.archive)


@pytest.fixture
def own(filled_file: Filled, tmp_path: Path) -> Filled:
    """A copy of the small database for a test that changes it."""
    shutil.copytree(filled_file.folder, tmp_path / "own")
    return Filled(f"sqlite:///{tmp_path / 'own' / 'out.db'}", tmp_path / "own")
