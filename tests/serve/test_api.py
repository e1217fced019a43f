"""The API."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable

from newscrawl.serve.app import create_app
from newscrawl.serve.guard import allowed_hosts
from newscrawl.serve.resources import RESOURCES
from newscrawl.serve.served import Served
from newscrawl.storage.store import Store
from newscrawl.workers.pool import Limits, lease
from tests.cli.made import page
from tests.serve.conftest import client_of


def answer(client, path: str, status: int = 200):
    """What a path gives, as JSON."""
    got = client.get(path)
    assert (got.status_code, got.headers["content-type"]) == (status, "application/json"), got.text
    return got.json()


def test_search_gives_rows_with_chosen_fields(client):
    """As `newscrawl search --json`, with the same names."""
    found = answer(client, "/api/articles?q=da+nang+ngap")
    assert (found["total"], found["next"]) == (1, None)
    (one,) = found["articles"]
    assert (one["id"], one["title"], one["published_at"]) == (1, "Đà Nẵng ngập", "2020-09-10T12:00:00Z")
    assert [one["snippet"][start:end] for start, end in one["marks"]] == ["đã", "ngập", "Đà", "Nẵng"]
    chosen = answer(client, "/api/articles?fields=text,id&source=bao&all_copies=true&limit=1")
    assert list(chosen["articles"][0]) == ["text", "id"]
    assert answer(client, "/api/articles/1?fields=source") == {"source": "ttx"}
    assert "blocks" not in answer(client, "/api/articles/1")


def test_what_is_wrong_is_said(client):
    """A parameter that is not known, or not of its form; an article that is not there."""
    for path, message in (
        ("/api/articles?sinc=2020-01-01", "unknown parameter 'sinc'; known are q, source"),
        ("/api/articles?since=yesterday", "since must be a day"),
        ("/api/articles?fields=title,blocks", "fields is not of the form"),
        ("/api/articles?limit=101", "limit must be a number from 1 to 100"),
        ("/api/articles?limit=", "limit is empty"),
        ("/api/articles?q=a&q=b", "q may be given once"),
        ("/api/articles?cursor=x", "cursor is not of the form"),
        ("/api/counts?by=author", "by must be one of day, month, source, language, section"),
        ("/api/sites?x=1", "known are none"),
    ):
        assert message in answer(client, path, 400)["error"]
    for path in ("/api/articles/99", "/api/articles/99/blocks", "/api/stories/99", f"/api/articles/{2**64}/revisions"):
        assert "error" in answer(client, path, 404)
    assert "error" in answer(client, "/api/nope", 404)
    assert client.post("/api/articles").status_code == 405


def test_cursors_lead_through_everything_once(client, own):
    """By date and number, those without a date last; by rank where there are words; runs by number."""
    for one_of in (client, client_of(own.url)):
        for query in ("all_copies=1&", "q=ngap&all_copies=1&", "author=&"):
            seen, cursor = [], ""
            while True:
                part = answer(one_of, f"/api/articles?{query}limit=1&fields=id{cursor}")
                seen += [one["id"] for one in part["articles"]]
                if part["next"] is None:
                    break
                cursor = f"&cursor={part['next']}"
            whole = answer(one_of, f"/api/articles?{query}fields=id&limit=100")["articles"]
            assert seen == [one["id"] for one in whole]
            assert len(set(seen)) == len(seen) == len(whole)
    store = Store.open(own.url, "another", {})
    store.write([page(9, "Không có ngày.", source="bao", title="x"), page(8, "Cũng không.", source="bao", title="y")])
    store.close()
    own_client = client_of(own.url)
    first = answer(own_client, "/api/runs?limit=1")
    assert [run["spider"] for run in first["runs"]] == ["another"]
    second = answer(own_client, f"/api/runs?limit=1&cursor={first['next']}")
    assert ([run["spider"] for run in second["runs"]], second["next"]) == (["made"], "1")
    assert answer(own_client, "/api/runs?limit=1&cursor=1") == {"runs": [], "next": None}
    assert {"lock", "pid", "host"}.isdisjoint(second["runs"][0])


def test_story_revisions_blocks_counts_and_sites(client):
    """Each as the database has it."""
    story = answer(client, "/api/stories/3")
    assert (story["original"]["id"], [copy["id"] for copy in story["copies"]], story["copy_count"]) == (1, [2, 3], 2)
    (revision,) = answer(client, "/api/articles/4/revisions")["revisions"]
    assert (revision["text"], revision["cause"]) == ("Một bài báo khác hẳn về bóng đá.", "publisher")
    blocks = answer(client, "/api/articles/1/blocks")["blocks"]
    assert [(block["kind"], block["reason"]) for block in blocks] == [("paragraph", None), ("list_item", "related")]
    counts = answer(client, "/api/counts?by=source&all_copies=1")["counts"]
    assert counts == [
        {"name": "bao", "articles": 3},
        {"name": "tin", "articles": 1},
        {"name": "ttx", "articles": 1},
    ]
    assert answer(client, "/api/counts?q=ngap&by=month")["counts"] == [{"name": "2020-09", "articles": 1}]
    (bao,) = [site for site in answer(client, "/api/sites")["sites"] if site["source"] == "bao"]
    assert (bao["articles"], bao["pages"], bao["last_run"]) == (3, 4, None)
    assert answer(client, "/api/alarms") == {"alarms": []}


def test_etag_saves_what_has_not_changed(client):
    """Until it has changed."""
    first = client.get("/api/articles/1")
    tag = first.headers["etag"]
    for condition in (tag, f"W/{tag}", f'"x", {tag}'):
        again = client.get("/api/articles/1", headers={"If-None-Match": condition})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert client.get("/api/articles/2", headers={"If-None-Match": tag}).status_code == 200


def test_description_names_every_route(client):
    """For programs and for people."""
    document = answer(client, "/api/openapi.json")
    assert list(document["paths"]) == [one.path for one in RESOURCES]
    shown = client.get("/api").text
    assert all(one.path in shown for one in RESOURCES)


def test_date_cursor_reaches_the_ends_of_time(client):
    """Whatever number of the declared form it has."""
    for cursor in ("k-99999999999999999.1", "k99999999999999999.999999999", "k.1", "o999"):
        assert answer(client, f"/api/articles?cursor={cursor}")["total"] >= 0


@pytest.mark.slow
def test_description_is_true(filled_file):
    """Requests that it allows are answered as it says, and those that it forbids are refused."""
    import schemathesis  # noqa: PLC0415 - takes a second, and all tests are collected

    served = Served(filled_file.url, None, 1 << 20, lease(Limits(0)))
    app = create_app(served, allowed_hosts("127.0.0.1"))
    described = schemathesis.openapi.from_asgi("/api/openapi.json", app, headers={"Host": "127.0.0.1"})
    modes = (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE)
    for operation in described.get_all_operations():
        for mode in modes:
            try:
                cases = operation.ok().as_strategy(generation_mode=mode)
                _check(cases)
            except Unsatisfiable:  # no request is wrong where there are no parameters
                assert mode == schemathesis.GenerationMode.NEGATIVE


def _check(cases) -> None:
    @settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
    @given(case=cases)
    def check(case) -> None:
        case.call_and_validate(headers={"Host": "127.0.0.1"})

    check()
