"""The benchmark's metric, on figures worked out by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from testing.scoring import (
    TextScore,
    difference_interval,
    f1_of_means,
    gold_moment,
    same_authors,
    same_day,
    same_title,
    score_text,
    share_found,
    shingles,
    words_of,
)

BODY = "The council met on Monday evening to decide about the new bridge over the river"


def page(f1: float) -> TextScore:
    return TextScore(precision=f1, recall=f1, f1=f1)


def test_identical_texts_score_one():
    assert score_text(BODY, BODY) == TextScore(1.0, 1.0, 1.0)


def test_punctuation_and_line_breaks_do_not_count_but_case_does():
    assert score_text(BODY.replace(" ", ",\n"), BODY).f1 == 1
    assert score_text(BODY.upper(), BODY).f1 == 0


def test_half_kept_text():
    # 7 of 10 words: 4 of 7 runs of four, all of them right. P = 1, R = 4/7, F1 = 8/11.
    score = score_text("a b c d e f g", "a b c d e f g h i j")
    assert (score.precision, score.recall) == (1, pytest.approx(4 / 7))
    assert score.f1 == pytest.approx(8 / 11)


def test_doubled_text_costs_precision():
    # "a b c d e" twice: runs abcd, bcde, cdea, deab, eabc, abcd, bcde; the gold has abcd and bcde once each.
    score = score_text("a b c d e a b c d e", "a b c d e")
    assert (score.precision, score.recall) == (pytest.approx(2 / 7), 1)


def test_the_lead_may_be_in_the_text_or_not():
    lead = "After years of quarrel there is a decision"
    assert score_text(BODY, BODY, lead).f1 == 1
    assert score_text(f"{lead}.\n{BODY}", BODY, lead).f1 == 1
    assert score_text(f"{lead}.\n{BODY}", BODY).f1 < 1


@pytest.mark.parametrize(("text", "f1"), [("Bridge closed", 1), ("Bridge", 0), ("Bridge closed today", 0)])
def test_a_text_under_four_words_is_one_run(text: str, f1: float):
    assert score_text(text, "Bridge closed").f1 == f1


def test_runs_of_four():
    assert shingles(words_of("a b c d e")) == {("a", "b", "c", "d"): 1, ("b", "c", "d", "e"): 1}
    assert shingles(words_of("one two")) == {("one", "two"): 1}
    assert not shingles(words_of(" … "))


def test_an_empty_text_has_no_precision():
    assert score_text("", BODY) == TextScore(None, 0.0, 0.0)
    # The empty page is missing from the mean precision (1) and not from the mean recall (1/2).
    assert f1_of_means([score_text("", BODY), score_text(BODY, BODY)]) == pytest.approx(2 / 3)
    assert f1_of_means([score_text("", BODY)]) == 0


def test_snippets_fold_white_space():
    assert share_found(["new  bridge", "no\nbridge"], "about the new\n\tbridge") == 0.5
    assert share_found([], BODY) is None
    assert share_found(None, BODY) is None


def test_titles_fold_composition_case_and_white_space():
    assert same_title("HÀ NỘI  mở cầu\u00a0mới", "Ha\u0300 No\u0323\u0302i mở Cầu mới")
    assert not same_title("Hà Nội mở cầu", "Ha Noi mở cầu")
    assert not same_title(None, "Hà Nội mở cầu")


def test_authors_are_a_set():
    assert same_authors(["ann  LEE", "Bo Ek"], ["Bo Ek", "Ann Lee", "Ann Lee"])
    assert not same_authors(["Ann Lee"], ["Ann Lee", "Bo Ek"])
    assert not same_authors([], ["Ann Lee"])


def test_a_day_counts_in_the_zone_of_the_page():
    gold = gold_moment("2026-03-02 00:30:00+07:00")
    assert gold is not None
    assert same_day(datetime(2026, 3, 1, 17, 30, tzinfo=UTC), gold)
    assert not same_day(datetime(2026, 3, 1, 16, 30, tzinfo=UTC), gold)
    assert same_day(date(2026, 3, 2), gold)
    assert same_day(datetime(2026, 3, 2, 23, 0), gold)  # noqa: DTZ001 - some extractors drop the zone
    assert not same_day(None, gold)


def test_a_gold_without_zone_takes_the_day_as_written():
    gold = gold_moment("2026-03-02")
    assert gold is not None
    assert same_day(datetime(2026, 3, 2, 1, 0, tzinfo=timezone(timedelta(hours=7))), gold)
    assert not same_day(date(2026, 3, 1), gold)


def test_a_gold_month_names_no_day():
    assert gold_moment("2015-11") is None


@pytest.mark.parametrize("of_means", [False, True])
def test_the_interval_of_equal_extractors_holds_zero(of_means: bool):
    scores = [page(0.5 + 0.01 * number) for number in range(40)]
    low, high = difference_interval(scores, scores[::-1], of_means=of_means)
    assert low < 0 < high
    assert difference_interval(scores, scores, of_means=of_means) == (0, 0)


@pytest.mark.parametrize("of_means", [False, True])
def test_the_interval_of_a_clearly_better_extractor_excludes_zero(of_means: bool):
    worse = [page(0.5 + 0.01 * number) for number in range(40)]
    better = [page(score.f1 + 0.03 + 0.001 * (number % 7)) for number, score in enumerate(worse)]
    low, high = difference_interval(better, worse, of_means=of_means)
    assert 0.02 < low < high < 0.05


def test_the_interval_is_the_same_on_every_run():
    worse, better = [page(0.4), page(0.8), page(0.3)], [page(0.6), page(0.7), page(0.9)]
    assert difference_interval(better, worse) == difference_interval(better, worse)


def test_the_interval_of_means_leaves_empty_texts_out_of_the_precision():
    empty = TextScore(None, 0.0, 0.0)
    low, high = difference_interval([empty, empty], [page(1.0), page(1.0)], of_means=True)
    assert (low, high) == (pytest.approx(-1), pytest.approx(-1))
