"""Trends, rates and storage temperatures from records."""

from datetime import timedelta

import polars as pl
import pytest

from assets.stages.quality_control.degradation_rates import degradation_rates
from assets.stages.quality_control.stability_groups import with_products
from assets.stages.quality_control.stability_trends import stability_trends
from assets.stages.quality_control.storage_temperatures import storage_temperatures
from data_contracts.tables import table
from tests.stages.test_shelf_life import START, batches, studied


def test_stability_trends_name_the_planted_result_and_no_other():
    is_planted = (
        (pl.col("batch_id") == "B3")
        & (pl.col("month") == 18)
        & pl.col("condition").str.contains("25")
    )
    records = studied(seed=4).with_columns(
        value=pl.when(is_planted).then(pl.col("value") - 3.0).otherwise("value")
    )
    found = stability_trends(records, batches())
    out = found.filter(verdict="out_of_trend")
    assert out.select("batch_id", "month").rows() == [("B3", 18.0)]
    assert out["value"].item() < out["expected_low"].item()
    assert set(found.filter(pl.col("month") == 0)["verdict"]) == {"too_early"}


def test_stability_trends_of_studies_in_trend_seldom_name_any():
    named = sum(
        (stability_trends(studied(seed=seed), batches())["verdict"] == "out_of_trend").any()
        for seed in range(50)
    )
    assert named <= 7  # 5% of 50 plants, inside the 99% band


def test_degradation_rates_find_the_planted_energy():
    row = degradation_rates(studied(slope=-0.2), batches()).row(0, named=True)
    # five times the rate at 40 as at 25 degC: 83.3 kJ/mol
    assert row["verdict"] == "told"
    assert row["energy_low"] < 83.3 < row["energy_high"]
    assert row["rate_per_month"] == pytest.approx(-0.2, abs=0.02)


def test_degradation_rates_of_one_temperature_or_no_change_are_not_told():
    cool = studied().filter(pl.col("condition").str.contains("25"))
    assert degradation_rates(cool, batches())["verdict"].to_list() == ["one_temperature"]
    still = studied(slope=0.0, starts=0.0)
    assert degradation_rates(still, batches())["verdict"].to_list() == ["no_change_shown"]


def test_degradation_rates_of_studies_just_begun_are_not_told():
    begun = studied().filter(pl.col("month") == 0)
    third = begun.filter(condition="25C/60RH").with_columns(condition=pl.lit("30C/65RH"))
    row = degradation_rates(pl.concat([begun, third]), batches()).row(0, named=True)
    assert (row["verdict"], row["rate_per_month"]) == ("too_few_results", None)


@pytest.mark.parametrize(
    ("condition", "celsius"),
    [
        ("25C/60RH", 25.0),
        ("25 \u00b1 2 \u00b0C/60 % RH \u00b1 5 % RH", 25.0),
        ("25 \u00b0C +/- 2 \u00b0C", 25.0),
        ("5 \u00b1 3 degC", 5.0),
        ("2-8 \u00b0C", 5.0),
        ("2\u20138\u00b0C", 5.0),
        ("-20C", -20.0),
        ("freezer (-20 \u00b1 5 \u00b0C)", -20.0),
        ("LT-25C", 25.0),
        ("S1-40C", 40.0),
        ("room", None),
    ],
)
def test_the_temperature_of_a_condition_as_plants_write_it(condition, celsius):
    one = studied().head(1).with_columns(condition=pl.lit(condition))
    assert with_products(one, batches())["temperature_c"].to_list() == [celsius]


def test_results_that_never_vary_are_in_trend():
    found = stability_trends(studied().with_columns(value=pl.lit(0.0)), batches())
    assert set(found["verdict"]) == {"in_trend", "too_early"}
    line = stability_trends(studied(sd=0.0, starts=0.0), batches())
    assert set(line["verdict"]) == {"in_trend", "too_early"}


def test_one_lost_instant_lets_no_later_result_foretell_an_earlier_one():
    """By months alone B3, studied years later, would foretell the months of B1 that follow."""
    records = studied(count=3).with_columns(
        resulted_at=pl.when(batch_id="B3")
        .then(pl.col("resulted_at").dt.offset_by("9y"))
        .otherwise("resulted_at")
    )
    is_lost = (pl.col("batch_id") == "B2") & (pl.col("month") == 24)
    lost = records.with_columns(resulted_at=pl.when(~is_lost).then("resulted_at"))
    whole, found = (stability_trends(one, batches()) for one in (records, lost))
    kept = ~is_lost & (pl.col("batch_id") != "B3") & pl.col("condition").str.contains("25")
    assert found.filter(kept)["expected"].equals(whole.filter(kept)["expected"])
    assert found.filter(is_lost)["verdict"].to_list() == ["too_early"]


def parameters(name, readings):
    return table(
        "core.parameters",
        [
            {
                "batch_id": f"B{i}", "stage": 1, "parameter": name, "value": value,
                "unit": "degC", "recorded_at": START + timedelta(days=i),
            }
            for i, value in enumerate(readings)
        ],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "readings", "kinetic", "limit", "verdict"),
    [
        ("warehouse_temperature_c", [20.0, 30.0], 26.2599, 25.0, "mean_above"),
        ("warehouse_temperature_c", [20.0, 20.0], 20.0, 25.0, "within"),
        ("warehouse_temperature_c", [20.0] * 20 + [31.0], 20.9455, 25.0, "reading_above"),
        ("cold_room_temperature_c", [4.0, 4.0, 4.0, 4.0, 16.0], 8.1089, 8.0, "mean_above"),
    ],
)
def test_storage_temperatures_by_kinetic_mean(name, readings, kinetic, limit, verdict):
    row = storage_temperatures(parameters(name, readings)).row(0, named=True)
    assert row["mean_kinetic_c"] == pytest.approx(kinetic, abs=5e-5)
    assert (row["limit_c"], row["verdict"]) == (limit, verdict)


def test_storage_temperatures_leave_process_temperatures_alone():
    assert storage_temperatures(parameters("coating_temperature_c", [60.0])).is_empty()
