"""All that a run says about the health of its site."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from newscrawl.health.lengths import judge_script, judge_text
from newscrawl.health.listings import judge_listings
from newscrawl.health.runs import ListingPage, Run, Verdict
from newscrawl.health.shares import SYMPTOMS, judge_share
from newscrawl.health.silence import judge_silence

_CAUSES = ("refused", "moved", "unreachable")
"""Of the whole site, and enough to say."""


def judge(runs: Sequence[Run], standing: Collection[str], listings: Mapping[int, ListingPage]) -> list[Verdict]:
    """Judge the last of a source's runs by those before it, in the order in which they began.

    The symptoms of the earlier ones must be known: what was broken is no measure. Each verdict stands for itself; a
    symptom on which the run has nothing to say is left out or `unknown`, as are healthy ones that are not `standing`.
    """
    shares = [judge_share(symptom, runs, is_standing=symptom.name in standing) for symptom in SYMPTOMS]
    excused = frozenset(verdict.symptom for verdict in shares if verdict.symptom in _CAUSES and verdict.state == "bad")
    found = [*shares, judge_text(runs), judge_script(runs), *judge_listings(runs, listings, excused)]
    if not any(verdict.state == "bad" for verdict in found):
        found.append(judge_silence(runs))
    return found
