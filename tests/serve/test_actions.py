"""What an operator may do, and who is none."""

from __future__ import annotations

import re
import sys
import time
from datetime import UTC, datetime

import pytest
from starlette.testclient import TestClient

from newscrawl.boilerplate.repeated import THRESHOLD
from newscrawl.serve.app import create_app
from newscrawl.serve.guard import allowed_hosts
from newscrawl.serve.processes import MOST_AT_ONCE, Processes, RefusedError
from newscrawl.serve.served import Acting, Served
from newscrawl.sites import Site
from newscrawl.storage.site_rows import SiteWriter
from newscrawl.storage.store import Store
from newscrawl.workers.pool import Limits, lease
from testing.newspaper import Options, running
from tests.boilerplate.test_repeated import BOX
from tests.cli.made import newscrawl
from tests.cli.test_reextract import archived
from tests.database import Database, query
from tests.serve.conftest import HERE, Filled
from tests.storage.test_templates import BOXES
from tests.storage.test_templates import page as boilerplate_page

TOKEN = "a token of some length"


OPERATOR = ("anybody", TOKEN)


def operated(own: Filled, *, public_read: bool = False, **variables: str) -> TestClient:
    """A client of an application that was started with `--actions`."""
    acting = Acting(Processes({"NEWSCRAWL_DATABASE_URL": own.url, **variables}))
    served = Served(own.url, own.archive, 1 << 20, lease(Limits(0)), acting=acting)
    app = create_app(served, allowed_hosts("127.0.0.1"), token=TOKEN, public_read=public_read)
    return TestClient(app, HERE, follow_redirects=False)


def form_of(client: TestClient, source: str) -> dict[str, str]:
    """The fields of the forms on a site's page."""
    shown = client.get(f"/sites/{source}", auth=OPERATOR).text
    return {"source": source, "secret": re.findall(r'name="secret" value="([^"]{40,})"', shown)[0]}


def alarmed(own: Filled) -> Filled:
    """With an active alarm of a site."""
    moment = datetime(2020, 9, 11, tzinfo=UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    Database(own.url).execute(
        "insert into alarms (source, symptom, message, now, before, sample, page_id, run_id, since, shown_at)"
        f" values ('ttx', 'title', '10 of 12 articles have no title', 0.8, 0, 12, 1, 1, '{moment}', '{moment}')"
    )
    return own


ENDED = "select ended_by from alarms"


def test_alarm_is_accepted_by_a_form(own):
    """With the token and the secret of the page, from a page of ours."""
    client = operated(alarmed(own))
    form = form_of(client, "ttx")
    for headers in ({}, {"Origin": HERE}, {"Sec-Fetch-Site": "same-origin", "Origin": "https://proxy.example"}):
        Database(own.url).execute("update alarms set ended_by = null, ended_at = null")
        answer = client.post("/actions/accept", data=form, auth=OPERATOR, headers=headers)
        assert (answer.status_code, answer.headers["location"]) == (303, "/sites/ttx?done=accept#done")
        assert query(own_path(own), ENDED) == [("accepted",)]
    assert "accepted as healthy" in client.get("/sites/ttx?done=accept", auth=OPERATOR).text


def own_path(own: Filled):
    """The file of a database."""
    return Database(own.url).path


def test_others_change_nothing(own):
    """Who has no token, a page of another site, a form of another server, what is no form."""
    client = operated(alarmed(own), public_read=True)
    form = form_of(client, "ttx")
    public = client.get("/sites/ttx").text
    assert form["secret"] not in public
    assert "/actions/" not in public
    assert 'href="/sign-in"' in public
    for status, given in (
        (401, {"data": form}),
        (401, {"data": form, "auth": ("anybody", "another token")}),
        (403, {"data": {"source": "ttx"}}),
        (403, {"data": form | {"secret": "x"}}),
        (403, {"data": form, "headers": {"Origin": "https://evil.example"}}),
        (403, {"data": form, "headers": {"Origin": "null"}}),
        (403, {"data": form, "headers": {"Sec-Fetch-Site": "cross-site"}}),
        (403, {"data": form, "headers": {"Sec-Fetch-Site": "same-site", "Origin": HERE}}),
        (415, {"json": form}),
        (413, {"data": form | {"more": "x" * 20_000}}),
        (404, {"data": form | {"source": "nobody"}}),
        (421, {"data": form, "headers": {"Host": "evil.example"}}),
    ):
        answer = client.post("/actions/accept", **({"auth": OPERATOR} if status != 401 else {}) | given)
        assert answer.status_code == status, given
    assert client.get("/actions/accept", auth=OPERATOR).status_code == 405
    assert query(own_path(own), ENDED) == [(None,)]


def test_site_is_paused_and_resumed(own):
    """So that rounds pass over it."""
    with SiteWriter(own.url) as writer:
        writer.add([Site.of({"home": "https://ttx.example/", "source": "ttx"})])
    client = operated(own)
    form = form_of(client, "ttx")
    for action, state, words in (
        ("pause", "paused", "no round crawls it"),
        ("resume", "active", "crawl the site again"),
    ):
        answer = client.post(f"/actions/{action}", data=form, auth=OPERATOR)
        assert query(own_path(own), "select state from sites") == [(state,)]
        assert words in client.get(answer.headers["location"], auth=OPERATOR).text
    assert client.post("/actions/pause", data=form | {"source": "bao"}, auth=OPERATOR).status_code == 409


def test_learned_boilerplate_is_undone(own):
    """The block is text again, and the page says so."""
    store = Store.open(own.url, "made", {})
    store.write([boilerplate_page(number, *BOXES) for number in range(THRESHOLD)])
    store.close()
    client = operated(own)
    form = form_of(client, "bao")
    shown = client.get("/sites/bao", auth=OPERATOR).text
    assert BOX in shown
    number = re.findall(r'name="block" value="(\d+)"', shown)[0]
    answer = client.post("/actions/keep", data=form | {"block": number, "keep": "1"}, auth=OPERATOR)
    assert answer.headers["location"] == "/sites/bao?done=kept#done"
    kept = "select count(*) from articles where text like '%" + BOX + "%'"
    dropped = "select count(*) from site_blocks where template_at is not null"
    assert (query(own_path(own), kept), query(own_path(own), dropped)) == ([(THRESHOLD,)], [(1,)])
    assert "Judge it again" in client.get("/sites/bao", auth=OPERATOR).text
    for block in ("", "x", "99999", "²"):
        assert client.post("/actions/keep", data=form | {"block": block}, auth=OPERATOR).status_code == 404


def test_sign_in_asks_for_the_token(own):
    """Where everybody may read, so that the browser gives it from then on."""
    client = operated(own, public_read=True)
    assert client.get("/sites").status_code == 200
    assert client.get("/sign-in").status_code == 401
    assert client.get("/sign-in", auth=OPERATOR).headers["location"] == "/sites"
    assert operated(own).get("/sites").status_code == 401


@pytest.mark.slow
def test_nothing_is_started_for_a_name_that_is_no_site(own):
    """A spider's name may come from a file that anybody wrote."""
    client = operated(own)
    for spider in ("--all", "--due", "fixtures", "archive", "nobody"):
        Database(own.url).execute(
            f"update articles set source = '{spider}' where id = 1",
            "delete from run_sources",
        )
        answer = client.post("/actions/crawl", data=form_of(client, spider), auth=OPERATOR)
        assert (answer.status_code, "No spider of this project crawls" in answer.text) == (409, True)


def test_few_commands_at_a_time(tmp_path, monkeypatch):
    """One for a site, and four in all."""
    monkeypatch.setattr(sys, "executable", "/bin/cat")  # ends when it has refused the options
    processes = Processes({})
    started = [processes.start("crawl", f"site{number}", ["x"]) for number in range(MOST_AT_ONCE)]
    for one in started:
        one.process.wait(30)
    assert "cat:" in started[0].tail[0]
    assert started[0].exit_code == 1

    class Endless:
        def poll(self):
            return None

    for one in started:
        object.__setattr__(one, "process", Endless())
    with pytest.raises(RefusedError, match="still at work on site0"):
        processes.start("crawl", "site0", [])
    with pytest.raises(RefusedError, match="4 commands"):
        processes.start("crawl", "another", [])
    processes.close()


@pytest.mark.slow
def test_site_is_crawled_now(own, tmp_path):
    """By the same process as from a terminal, whose words stand on the site's page."""
    (tmp_path / "hasty.py").write_text(
        "from newscrawl.settings import *\nDOWNLOAD_DELAY, AUTOTHROTTLE_ENABLED = 0, False\n"
    )
    with running(Options(articles=3, sections=1)) as site:
        Database(own.url).execute(
            f"""update runs set spider = 'site', arguments = '{{"url": "{site.url}/"}}'""",
            f"insert into run_sources (run_id, source, measures) values (1, '{site.host}', '{{}}')",
            f"update articles set source = '{site.host}' where id = 1",
        )
        variables = {"NEWSCRAWL_ALLOW_PRIVATE_ADDRESSES": site.host, "NEWSCRAWL_CONTACT": "test@news.example"}
        variables |= {"PYTHONPATH": str(tmp_path), "SCRAPY_SETTINGS_MODULE": "hasty", "NEWSCRAWL_EXTRACT_WORKERS": "0"}
        with operated(own, **variables) as client:
            form = form_of(client, site.host)
            assert client.post("/actions/crawl", data=form, auth=OPERATOR).status_code == 303
            assert client.post("/actions/crawl", data=form, auth=OPERATOR).status_code == 409
            assert client.get(f"/started/{site.host}").status_code == 401
            shown = ended(client, site.host)
    assert "has ended." in shown, shown
    rows = query(own_path(own), "select spider, reason, exit_code from runs order by id desc limit 1")
    assert rows == [("site", "finished", 0)], shown


def ended(client: TestClient, source: str) -> str:
    """What the page says of a command when it has ended."""
    until = time.monotonic() + 120
    while "goes on" in (shown := client.get(f"/started/{source}", auth=OPERATOR).text):
        assert time.monotonic() < until, shown
        time.sleep(0.2)
    return shown


@pytest.mark.slow
def test_reextraction_is_shown_before_it_is_done(tmp_path):
    """What would change in some articles, word by word; then the command does it."""
    folder = archived(tmp_path, 2)
    own = Filled(f"sqlite:///{folder / 'newscrawl.db'}", folder)
    Database(own.url).execute(
        "update articles set text = replace(text, 'Sáng nay', 'Chiều <i>qua'), section = 'Cũ' where id = 1"
    )
    with operated(own) as client:
        _compare_and_reextract(own, client)


def _compare_and_reextract(own: Filled, client: TestClient) -> None:
    form = form_of(client, "bao.example")
    shown = client.post("/actions/compare", data=form, auth=OPERATOR)
    assert "1 article would change, 1 would not" in shown.text
    assert "<del>Chiều &lt;i&gt;qua, </del>" in shown.text
    assert "<ins>Sáng nay, </ins>" in shown.text
    changed = "select count(*) from articles where text like '%Chiều%'"
    assert query(own_path(own), changed) == [(1,)]
    assert client.post("/actions/reextract", data=form, auth=OPERATOR).status_code == 303
    assert "2 pages re-extracted: 1 articles changed" in ended(client, "bao.example")
    assert query(own_path(own), changed) == [(0,)]


def test_actions_need_a_token(filled_file):
    """A long one."""
    for variables in ({}, {"NEWSCRAWL_SERVE_TOKEN": "short"}):
        result = newscrawl(filled_file.url, "serve", "--actions", **variables)
        assert result.returncode == 1
        assert "--actions needs a token of at least 16 characters in NEWSCRAWL_SERVE_TOKEN" in result.stderr
