"""Recurrence of deviations: exact, corrected for every comparison, silent when empty."""

import numpy as np
import polars as pl
import pytest
from scipy.stats import binomtest, chi2

from assets.deviations.recurrence import deviation_recurrence
from data_contracts.catalogue import contract
from data_contracts.generated.polars_schema import conform, empty

START = pl.datetime(2022, 1, 1)
BATCHES = 400


@pytest.fixture(scope="module")
def plant():
    """Two presses take turns; PR-1 jams in a third of its batches, PR-2 in one of twenty."""
    order = pl.DataFrame({"n": range(BATCHES)}).with_columns(
        batch_id=pl.format("B{}", "n"), at=START + pl.duration(hours=20) * pl.col("n")
    )
    batches = order.select("batch_id", production_order="n", started_at="at", cluster_id="batch_id")
    phases = order.select(
        "batch_id", equipment_id=pl.format("PR-{}", pl.col("n") % 2 + 1), stage=pl.lit(4),
        unit_procedure=pl.lit("compression"), phase=pl.lit("run"), started_at="at",
        shift=pl.when(pl.col("n") % 3 == 0).then(pl.lit("early")).otherwise(pl.lit("late")),
    )  # fmt: skip
    jammed = phases.join(order, on="batch_id").filter(
        ((pl.col("equipment_id") == "PR-1") & (pl.col("n") % 6 == 0))
        | ((pl.col("equipment_id") == "PR-2") & (pl.col("n") % 39 == 0))
    )
    deviations = jammed.select(
        "batch_id", "equipment_id", "stage", deviation_id=pl.format("D{}", "n"),
        category=pl.lit("jam"), severity=pl.lit("minor"), description=pl.lit("Press jammed"),
        opened_at=pl.col("started_at") + pl.duration(hours=1),
    )  # fmt: skip
    tables = {"batches": batches, "phases": phases, "deviations": deviations}
    ready = {name: conform(frame, contract(f"core.{name}")) for name, frame in tables.items()}
    return ready | {"material_usage": empty(contract("core.material_usage"))}


def test_the_jamming_press_is_recurrent_and_exact(plant):
    rows = deviation_recurrence(**plant)
    press = rows.filter((pl.col("level") == "PR-1") & (pl.col("category") == "jam"))
    row = press.row(0, named=True)
    here, elsewhere = row["deviations"], plant["deviations"].height - row["deviations"]
    assert row["is_recurrent"]
    assert row["rate_low"] == pytest.approx(chi2.ppf(0.025, 2 * here) / 2 / 200)
    assert row["rate_high"] == pytest.approx(chi2.ppf(0.975, 2 * here + 2) / 2 / 200)
    exact = binomtest(here, here + elsewhere, 0.5).proportion_ci(method="exact")
    assert row["ratio_low"] == pytest.approx(exact.low / (1 - exact.low))
    assert row["ratio_high"] == pytest.approx(exact.high / (1 - exact.high))


def test_shift_and_season_are_compared_too(plant):
    rows = deviation_recurrence(**plant)
    assert {"equipment", "shift", "season"} <= set(rows["dimension"])
    assert rows["comparisons"].unique().len() == 1
    assert (rows["p_value_family"] >= rows["p_value"]).all()


def test_no_deviations_make_no_rows(plant):
    none = plant | {"deviations": plant["deviations"].clear()}
    assert deviation_recurrence(**none).is_empty()


@pytest.mark.parametrize("kept", [1, 2])
def test_few_deviations_are_survived(plant, kept):
    few = plant | {"deviations": plant["deviations"].head(kept)}
    assert not deviation_recurrence(**few)["is_recurrent"].any()


def test_nothing_is_recurrent_by_chance_more_often_than_five_percent(plant):
    draws = np.random.default_rng(3)
    false = 0
    for _ in range(40):
        hit = plant["phases"].filter(pl.Series(draws.random(BATCHES) < 0.15))
        deviations = hit.select(
            "batch_id", "equipment_id", "stage", deviation_id="batch_id",
            category=pl.lit("jam"), severity=pl.lit("minor"), description=pl.lit(""),
            opened_at="started_at",
        )  # fmt: skip
        rows = deviation_recurrence(
            **plant | {"deviations": conform(deviations, contract("core.deviations"))}
        )
        false += bool(rows["is_recurrent"].any())
    assert false <= 6  # 99% band of 5% in 40


def test_campaigns_that_deviate_together_are_no_season(plant):
    """Ten batches of a campaign jam together; campaigns do by chance, not by the calendar."""
    draws = np.random.default_rng(5)
    campaign = np.arange(BATCHES) // 10
    batches = plant["batches"].with_columns(
        cluster_id=pl.format("C{}", pl.Series(campaign).cast(pl.String))
    )
    false = 0
    for _ in range(20):
        jams = (draws.random(BATCHES // 10) < 0.25)[campaign] & (draws.random(BATCHES) < 0.8)
        hit = plant["phases"].filter(pl.Series(jams))
        deviations = hit.select(
            "batch_id", "equipment_id", "stage", deviation_id="batch_id",
            category=pl.lit("jam"), severity=pl.lit("minor"), description=pl.lit(""),
            opened_at="started_at",
        )  # fmt: skip
        filed = {"deviations": conform(deviations, contract("core.deviations"))}
        rows = deviation_recurrence(**plant | {"batches": batches} | filed)
        assert (rows["overdispersion"] >= 1).all()
        false += bool(rows["is_recurrent"].any())
    assert false <= 4  # 99% band of 5% in 20
