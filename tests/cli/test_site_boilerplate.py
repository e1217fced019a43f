"""What was learned to be boilerplate of a site, shown and undone with `newscrawl sites`."""

from __future__ import annotations

import json
import shutil

import pytest

from newscrawl.storage.store import Store
from tests.boilerplate.test_repeated import BOX, NOTICE
from tests.database import query
from tests.projects import invoke
from tests.storage.test_templates import BOXES, page, texts

PAGES = 40
"""More than the articles that are remembered of a block."""


@pytest.fixture
def sites(tmp_path, file_with_tables):
    """Run `newscrawl sites` on a database whose site repeats two blocks."""
    shutil.copyfile(file_with_tables, tmp_path / "out.db")
    store = Store.open(f"sqlite:///{tmp_path}/out.db", "test", {})
    store.write([page(number, *BOXES) for number in range(PAGES)])
    store.close()

    def run(*arguments: object, code: int = 0) -> str:
        done = invoke("sites", *arguments, "--database", f"sqlite:///{tmp_path}/out.db", cwd=tmp_path)
        assert done.returncode == code, done.stderr
        return done.stdout + done.stderr

    return run


def test_learned_boilerplate_is_shown(sites):
    """With its number, and how many articles have it."""
    shown = sites("boilerplate", "bao")
    assert BOX[:30] in shown
    assert shown.endswith("2 blocks\n")
    assert {(one["articles"], one["text"]) for one in json.loads(sites("boilerplate", "bao", "--json"))} == {
        (PAGES, BOX),
        (PAGES, NOTICE),
    }
    assert sites("boilerplate", "elsewhere") == "0 blocks\n"


def test_block_is_made_text_again_and_judged_again(sites, tmp_path):
    """In all articles that have it, also those beyond the remembered ones."""
    (number,) = [one["id"] for one in json.loads(sites("boilerplate", "bao", "--json")) if one["text"] == BOX]
    database = tmp_path / "out.db"
    assert not any(BOX in text for text in texts(database).values())
    said = sites("keep", "bao", number)
    assert f"block {number}, on {PAGES} articles, is article text" in said
    assert all(BOX in text and NOTICE not in text for text in texts(database).values())
    assert query(database, "select count(*) from article_revisions where cause = 'publisher'") == [(0,)]
    assert sites("boilerplate", "bao").count(" yes ") == 1
    assert f"block {number}, on {PAGES} articles, is judged again" in sites("keep", "bao", number, "--undo")
    assert not any(BOX in text for text in texts(database).values())


def test_block_that_there_is_not_is_one_line(sites):
    """The others are done."""
    first = json.loads(sites("boilerplate", "bao", "--json"))[0]["id"]
    said = sites("keep", "bao", first, 999_999, code=1)
    assert f"block {first}, on" in said
    assert "newscrawl sites keep: 'bao' has no block 999999; `newscrawl sites boilerplate` names" in said
    assert "'tin' has no block" in sites("keep", "tin", first, code=1)
