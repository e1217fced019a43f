"""Four machines, one PostgreSQL, and everything that goes wrong with them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.fleet.trial import ENGINES, FULL, SMALL, Plan, ahead, fleet

pytestmark = pytest.mark.slow

SEED = int(os.environ.get("FLEET_SEED", "19"))


@pytest.mark.timeout(3600)
@pytest.mark.parametrize(
    ("engine", "plan"),
    [
        pytest.param("worker", SMALL, id="worker", marks=pytest.mark.soak),
        *(pytest.param(engine, FULL, id=f"{engine} of 50 sites", marks=pytest.mark.soak) for engine in ENGINES),
    ],
)
def test_every_article_is_stored_once_and_no_site_is_hurried(tmp_path: Path, engine: str, plan: Plan) -> None:
    """Whatever dies, stops, wakes up, or is cut off."""
    with fleet(tmp_path, engine, plan) as own:
        figures = own.run(SEED, seconds=2400)
        print(f"\n{engine}, seed {SEED}: {figures.ratio:.2f} times the ideal; {figures}")  # noqa: T201
        log = own.log
        assert sorted(url for (url,) in own.ask("select url from articles")) == own.wanted, log
        assert "Traceback" not in log, log
        assert figures.lost_leases
        for machine in own.machines:
            machine.stop()
        for name, asked in own.requests().items():
            assert ahead([request.started for request in asked], plan.delay) < plan.delay / 2, name


def test_hurry_is_measured() -> None:
    """From any request to any later one, so that many that are a little early are found as well."""
    assert ahead([0, 1, 2.5, 3.5, 9], 1) == 0
    assert ahead([0, 1, 1.75, 2.75, 9], 1) == 0.25
    assert ahead([0, 0.75, 1.5, 4, 4.75], 1) == 0.5
    assert ahead([5], 1) == 0
