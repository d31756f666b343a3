"""The study of the tracker, three plants a kind: what is drawn, recorded and counted."""

from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl
import pytest

from benchmarks.studies.tracker_plants import (
    RATE,
    Cell,
    after_worst_stretch,
    cells,
    failures,
    followed,
    recorded,
)
from benchmarks.tracker_study import summary

LONG = Cell(1000, "usual", "independent")


@pytest.fixture(scope="module")
def plants() -> pl.DataFrame:
    kinds = (LONG, replace(LONG, start="after_bad_spell"), replace(LONG, dependence="campaigns"))
    rows = [followed(kind, seed) for kind in kinds for seed in (1, 2, 3)]
    return pl.DataFrame(rows, infer_schema_length=None)


def test_a_tracker_is_silent_until_something_changes(plants: pl.DataFrame) -> None:
    """Nothing is shown in ten years of a rate that stays; of one that falls, mostly in three."""
    false = plants.select("shown_unchanged_third", "shown_unchanged_sixty_percent")
    assert false.null_count().row(0) == (9, 9)
    usual = plants.filter(start="usual", dependence="independent")
    months = usual["shown_fallen_third"].drop_nulls()
    assert months.len() >= 2  # of three: nine of ten are
    assert months.is_between(12, 60).all()


def test_the_tracker_counts_the_record_without_its_last_year(plants: pl.DataFrame) -> None:
    """1,000 batches at 120 a year: the last 120 go, whatever failed in them."""
    assert set(plants["counted_batches_before"]) == {880}
    spell = plants.filter(start="after_bad_spell")
    counted = spell["counted_failures_before"]
    # The worst 60 of 3,000 batches are among those left out, so more of these failed.
    assert ((spell["failures_before"] - counted) / 120 > counted / 880).all()
    assert plants.filter(dependence="campaigns")["counted_design_effect"].min() > 1.5
    assert plants.filter(dependence="independent")["counted_design_effect"].max() < 1.5


def test_a_plant_is_the_same_whenever_it_is_made() -> None:
    assert followed(LONG, 4) == followed(LONG, 4)
    assert followed(LONG, 4) != followed(LONG, 5)
    assert len(set(cells())) == 18


def test_failures_of_a_lot_correlate_as_declared() -> None:
    rng = np.random.default_rng(2)
    for dependence, correlation in (("independent", 0.0), ("campaigns", 0.3), ("lots", 0.3)):
        lots = failures(rng, 400_000, RATE, dependence).reshape(-1, 10).astype(float)
        assert lots.mean() == pytest.approx(RATE, abs=0.002)
        assert np.corrcoef(lots[:, 0], lots[:, 7])[0, 1] == pytest.approx(correlation, abs=0.04)


def test_a_bad_spell_ends_where_most_failed() -> None:
    history = np.zeros(300, dtype=bool)
    history[[*range(100, 140, 5), 250, 251]] = True  # eight within 36 batches
    assert after_worst_stretch(history, 60) == 136  # the first day on which all eight are seen
    assert after_worst_stretch(history, 200) == 252  # a record of 200 reaches only the later two


def test_records_hold_ten_batches_a_month_and_lots_only_as_campaigns() -> None:
    lot = np.arange(240) // 10
    batches, start = recorded(lot, 120, is_campaign=True)
    assert start == date(2000, 12, 31)  # 120 batches at 120 a year of 365.25 days
    months = batches.group_by(pl.col("started_at").dt.truncate("1mo")).len()["len"]
    assert months.sort()[1:].is_between(9, 11).all()  # the last month has but begun
    assert batches["campaign_id"].n_unique() == 24
    assert recorded(lot, 120, is_campaign=False)[0]["campaign_id"].null_count() == 240


def test_false_proofs_are_counted_against_the_band() -> None:
    kind = {"batches_before": 200, "start": "usual", "dependence": "lots"}
    rows = [
        {
            **kind,
            "seed": seed,
            "shown_unchanged_third": 7 if seed <= 11 else None,
            "shown_unchanged_sixty_percent": 9 if seed <= 3 else None,
            "shown_fallen_third": seed if seed <= 60 else None,
        }
        for seed in range(1, 101)
    ]
    (found,) = summary(pl.DataFrame(rows, infer_schema_length=None)).iter_rows(named=True)
    assert (found["false_proofs_third"], found["false_proofs_sixty_percent"]) == (11, 3)
    assert found["is_within"]
    assert (found["proven"], found["median_months"]) == (60, 50.5)
    rows[11]["shown_unchanged_third"] = 8  # a twelfth
    rows[40:60] = [row | {"shown_fallen_third": None} for row in rows[40:60]]  # 40 of 100 proven
    (found,) = summary(pl.DataFrame(rows, infer_schema_length=None)).iter_rows(named=True)
    assert not found["is_within"]
    assert found["median_months"] is None
