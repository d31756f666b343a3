"""A self-test: what is planted is worth what it says, and what is found is counted."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from tempfile import mkdtemp

import numpy as np
import polars as pl
import pytest

from assets.failure_models.dataset import result_shelf
from assets.failure_models.power.plasmode import (
    OwnResults,
    in_spreads,
    planted,
    share_worth,
    shifted,
    worth,
)
from assets.failure_models.power.power import pace_of, power, times_needed, worths
from assets.failure_models.power.self_test import SelfTest, kept
from assets.failure_models.power.trials import PlantedOutcome, Trial, _with_results, trials
from data_contracts.tables import table

MEASURED_AT = datetime.fromisoformat("2024-05-01")


@pytest.fixture(scope="module")
def results() -> OwnResults:
    """Three thousand batches of two products, a margin short in 4% and another reason in 1%."""
    rng = np.random.default_rng(4)
    product = np.arange(3000) % 2
    margin = 2.0 * product + rng.normal(size=3000)
    margin -= np.quantile(margin, 0.04)
    other = rng.random(3000) < 0.01
    label = ((margin < 0) | other).astype(float)
    return OwnResults(margin[:, None], label, product)


@pytest.fixture(scope="module")
def feature(results: OwnResults) -> np.ndarray:
    rng = np.random.default_rng(5)
    return in_spreads(rng.normal(50.0, 7.0, 3000) + 30.0 * results.product, results.product)


def test_a_feature_is_counted_in_spreads_within_its_product(
    results: OwnResults, feature: np.ndarray
) -> None:
    assert feature.std() == pytest.approx(1.0, abs=0.02)
    # A product's mean is shrunken by five batches of 1,500: by 0.007 of a spread here.
    for product in (0, 1):
        assert feature[results.product == product].mean() == pytest.approx(0.0, abs=0.01)


def test_shifted_results_go_with_no_feature_any_more() -> None:
    rng = np.random.default_rng(6)
    cause = rng.normal(size=2000)
    margin = 1.7 - cause + 0.1 * rng.normal(size=2000)
    product = np.zeros(2000, dtype=int)
    own = OwnResults(margin[:, None], (margin < 0).astype(float), product)
    moved = shifted(own, 700)
    assert np.corrcoef(cause, margin)[0, 1] < -0.99
    assert abs(np.corrcoef(cause, moved.margins[:, 0])[0, 1]) < 0.07
    assert moved.label.sum() == own.label.sum()


def test_a_failure_with_another_reason_moves_with_its_batch(results: OwnResults) -> None:
    moved = shifted(results, 10)  # an even shift keeps every margin at its product
    assert np.array_equal(moved.label, np.roll(results.label, 10))


def test_a_planted_cause_explains_its_share_and_as_many_fall_short(
    results: OwnResults, feature: np.ndarray
) -> None:
    made = planted(shifted(results, 500), feature, 0, 0.3)
    within = made.margins[:, 0] - made.levels[:, 0]
    assert np.corrcoef(feature, within)[0, 1] ** 2 == pytest.approx(0.3, abs=0.03)
    assert (made.margins < 0).sum() == (results.margins < 0).sum()


def test_what_is_planted_is_worth_what_was_asked(results: OwnResults, feature: np.ndarray) -> None:
    """The worth holds on shifts that were not used to find the share."""
    rng = np.random.default_rng(7)
    share = share_worth(results, feature, 0, 0.01, rng.integers(300, 2700, 12))
    assert share is not None
    fresh = [
        worth(shifted(results, int(by)), feature, 0, share) for by in rng.integers(9, 2991, 40)
    ]
    assert np.mean(fresh) == pytest.approx(0.01, abs=0.0015)


def test_no_feature_is_worth_more_failures_than_there_are(
    results: OwnResults, feature: np.ndarray
) -> None:
    assert share_worth(results, feature, 0, 0.05, np.array([500, 900])) is None


@pytest.fixture(scope="module")
def tested(line, quick) -> PlantedOutcome:
    made = PlantedOutcome.of(line(seed=3, effect=0.9), "failure", 1)
    assert isinstance(made, PlantedOutcome)
    return made


def test_what_a_self_test_spills_lies_in_its_home(line, quick, tmp_path, monkeypatch) -> None:
    """With no memory for designs all of them are put away, and nowhere but where it was told."""
    made: list[Path] = []

    def folder(prefix: str, dir: Path | None) -> str:  # noqa: A002 (the name of mkdtemp)
        made.append(Path(mkdtemp(prefix=prefix, dir=dir)))
        return str(made[-1])

    monkeypatch.setattr(result_shelf, "mkdtemp", folder)
    monkeypatch.setattr(result_shelf, "held_bytes", lambda _: 10**12)
    asked = SelfTest.of(line(seed=3, effect=0.9, batches=300), 1, 1, tmp_path / "spill")
    (outcome,) = asked.outcomes
    assert outcome.task.views
    settings = replace(quick, spill_dir=asked.settings.spill_dir)
    assert len(list(trials(outcome, 0.01, 1, settings))) == 1
    assert len(made) >= 2
    assert {one.parent for one in made} == {tmp_path / "spill"}


def test_a_cause_worth_nothing_is_not_found_whatever_else_the_records_hold(
    tested: PlantedOutcome, quick
) -> None:
    """The line has a clear cause of its own; it is taken away before anything is planted."""
    tried = list(trials(tested, 1e-6, 5, quick))
    assert sum(trial.is_found for trial in tried if trial is not None) <= 1


def test_a_cause_worth_most_failures_is_found_and_ranked_first(
    tested: PlantedOutcome, quick
) -> None:
    tried = [t for t in trials(tested, 0.028, 5, quick) if t is not None]
    assert len(tried) >= 4
    assert all(trial.is_found for trial in tried)
    assert sum(trial.is_first for trial in tried) >= len(tried) - 1


def test_an_outcome_without_a_margin_is_refused_with_the_reason(line) -> None:
    refused = PlantedOutcome.of(line(seed=3, with_margins=False), "failure", 1)
    assert refused == "Nothing can be planted: the outcome has no continuous margin to plant into."


def test_without_a_failure_or_a_recorded_number_nothing_is_planted(line) -> None:
    clean = line(seed=3, effect=0.0)
    never = clean.outcomes.with_columns(is_failure=pl.lit(False))
    assert str(PlantedOutcome.of(replace(clean, outcomes=never), "failure", 1)).startswith(
        "Nothing can be planted: no batch failed"
    )
    hardly = clean.gate_values.with_columns(
        value=pl.when(pl.col("batch_id") > "B0100").then("value")
    ).filter(pl.col("value").is_not_null() | pl.col("level").is_not_null())
    rare = hardly.filter((pl.col("batch_id") > "B0300") | pl.col("level").is_not_null())
    assert PlantedOutcome.of(replace(clean, gate_values=rare), "failure", 1) == (
        "Nothing can be planted: no number is recorded of nearly every batch."
    )


def test_a_result_not_known_yet_is_planted_nowhere(tested: PlantedOutcome) -> None:
    """Fifty results pend: as many pend after a shift, and none of those on record comes back."""
    label = tested.results.label.copy()
    label[np.flatnonzero(~tested.results.is_short)[:50]] = np.nan
    made = shifted(replace(tested.results, label=label), 100)
    planted_outcomes = _with_results(tested, made).outcomes
    assert planted_outcomes["is_failure"].null_count() == np.isnan(made.label).sum() == 50


def test_worths_are_a_failure_a_year_and_shares_of_the_failures(tested: PlantedOutcome) -> None:
    """A batch every 1.8 days: 203 a year, so one failure a year is one batch in 203."""
    pace = pace_of(tested)
    assert pace is not None
    asked = worths(tested, pace)
    assert next(iter(asked)) == "one_a_year"
    assert asked["one_a_year"] == pytest.approx(1.8 / 365.25, rel=0.01)
    assert asked["half_of_failures"] == pytest.approx(0.5 * np.nanmean(tested.results.label))
    assert next(iter(worths(tested, None))) == "quarter_of_failures"


def test_power_counts_what_was_planted(tested: PlantedOutcome) -> None:
    tried = [Trial("a", 0.2, is_found=i < 33, is_first=i < 28) for i in range(40)] + [None] * 10
    row = power(tested, "one_a_year", 0.005, tried, MEASURED_AT)
    assert (row["trials"], row["found"], row["ranked_first"]) == (40, 33, 28)
    assert row["is_headline"]
    # Wilson's interval of 33 of 40, as in Newcombe (1998), method 3.
    assert (row["found_low"], row["found_high"]) == pytest.approx((0.6805, 0.9125), abs=5e-4)
    assert row["reason"] == "40 of 50 features drawn can be worth as much."
    none = power(tested, "half_of_failures", 0.02, [None] * 40, MEASURED_AT)
    assert none["trials"] == 0
    assert "found_share" not in none
    table("evidence.power", [row, none])


def test_more_records_are_asked_for_only_where_that_can_be_said() -> None:
    assert times_needed(40, 80) == pytest.approx(((0.8416 + 1.6449) / 1.6449) ** 2, rel=1e-3)
    assert times_needed(0, 40) is None
    assert times_needed(2, 4) is None


def test_a_self_test_of_every_worth_says_how_far_it_is(line, quick) -> None:
    asked = SelfTest.of(line(seed=3, effect=0.0, batches=300), 2, 1)
    said: list[str] = []
    found = replace(asked, settings=quick).made(MEASURED_AT, said.append)
    assert found["worth"].to_list() == [
        "half_of_failures", "one_a_year", "quarter_of_failures", "tenth_of_failures"
    ]  # fmt: skip
    assert said[-1] == "8 of 8 causes planted, about 0 min left"
    assert found.filter("is_headline")["worth"].to_list() == ["one_a_year"]
    other = pl.DataFrame({"outcome": ["another"]})
    assert kept(found, other).is_empty()
    assert kept(found, found.select("outcome").unique()).height == 4
