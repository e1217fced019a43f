"""What crawls measured, as lines; what a run has logged."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta

from newscrawl.health import Measures
from newscrawl.serve.run_log import MOST_LINES, tail_of
from newscrawl.serve.site_plots import HEIGHT, WIDTH, ListingPay, plots_of
from newscrawl.storage.health import MeasuredRun
from tests.database import Database
from tests.serve.conftest import client_of

NOON = datetime(2020, 9, 10, 12, tzinfo=UTC)


def measured(number: int, **measures) -> MeasuredRun:
    """A run of a day."""
    return MeasuredRun(number, NOON + timedelta(days=number), Measures.from_json(measures))


RUNS = [
    measured(1, fresh={"stored": 4, "timeout": 1}, without={"authors": 1}, words={"100": 1, "300": 3}),
    measured(2, listings={"7": "http_404", "8": [20, 0]}),
    measured(
        3, fresh={"stored": 8}, known={"revised": 2, "same": 9}, words={"200": 8}, listings={"7": None, "8": [9, 3]}
    ),
]


def test_lines_begin_at_zero_and_break_where_nothing_was_measured():
    """The highest value stands at the top; a single one is a dot."""
    articles, words, fields, failed = plots_of(RUNS).charts
    new, revised = articles.series
    assert (articles.most, new.values, revised.values) == (8, (4, 0, 8), (0, 0, 2))
    assert new.path == f"M0.0 {HEIGHT / 2}L{WIDTH / 2} {HEIGHT - 2:.1f}L{WIDTH:.1f} 2.0"
    (median,) = words.series
    assert (median.values, len(median.dots), median.path.count("L")) == ((300, None, 200), 2, 0)
    assert {one.name: one.values for one in fields.series}["no authors"] == (0.25, None, 0)
    assert [(one.name, one.values) for one in failed.series] == [("timeout", (0.2, None, 0))]
    assert plots_of(RUNS[:1]).charts == ()


def test_listings_pay_off():
    """What they named last, what was new in all crawls, and how often they could not be read."""
    assert plots_of(RUNS).listings == {
        7: ListingPay(None, 0, 2, Counter({"http_404": 1})),
        8: ListingPay(9, 3, 2, Counter()),
    }


def add_runs(url: str, source: str) -> None:
    """Give a site the runs of above."""
    for number, run in enumerate(RUNS, 101):
        stamp = f"{run.started_at:%Y-%m-%d %H:%M:%S.%f}"
        Database(url).execute(
            "insert into runs (id, spider, arguments, version, host, pid, started_at, finished_at, reason, counts)"
            f" select {number}, spider, arguments, version, host, pid, '{stamp}', '{stamp}', reason, counts from runs"
            " where id = 1",
            "insert into run_sources (run_id, source, measures)"
            f" values ({number}, '{source}', '{json.dumps(run.measures.as_json())}')",
        )


def test_site_shows_its_crawls(own):
    """As plots with a table, on its page."""
    add_runs(own.url, "ttx")
    shown = client_of(own.url).get("/sites/ttx").text
    assert "The last 3 crawls" in shown
    assert "Visits without an article, by reason" in shown
    assert "timeout 1" in shown


def run_row(**facts):
    """A run as the database has it."""
    return {"id": 5, "started_at": NOON, "finished_at": NOON + timedelta(minutes=1), "reason": "finished"} | facts


def test_log_of_a_run_is_told_by_time_or_number(tmp_path):
    """Lines of text by the time that they bear, with what follows them; of JSON by the number of the run."""
    times = [NOON - timedelta(hours=1), NOON + timedelta(seconds=9), NOON + timedelta(hours=1)]
    text = [f"{time.astimezone():%Y-%m-%d %H:%M:%S} [x] INFO: {number}" for number, time in enumerate(times)]
    (tmp_path / "bao.log").write_text(
        "\n".join([text[0], "  before", text[1], "  Traceback\x1b[2J", text[2], "  after"])
    )
    shown = tail_of(tmp_path, ["nobody", "bao"], run_row())
    assert (len(shown), shown[0]) == (2, text[1])
    assert "Traceback" in shown[1]
    assert "\x1b" not in shown[1]
    assert tail_of(tmp_path, ["bao"], run_row(finished_at=None)) == [*shown, text[2], "  after"]
    events = [{"time": "t", "level": "INFO", "message": str(number), "run": 5 - number % 2} for number in range(300)]
    lines = [json.dumps(event) for event in events]
    (tmp_path / "tin.log").write_text("\n".join([*lines, "{broken", "[1]", '{"run": 5']))
    shown = tail_of(tmp_path, ["tin"], run_row())
    assert (len(shown), shown[-1]) == (MOST_LINES, "t INFO: 298")
    assert tail_of(tmp_path, ["nobody"], run_row()) == []
