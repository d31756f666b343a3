"""Value by gate: what the table says with a signal, without one, and at release."""

import numpy as np
import polars as pl
import pytest

from assets.savings.business_case import business_case


@pytest.fixture(scope="module")
def table(assumptions, records_of) -> pl.DataFrame:
    return business_case(assumptions, records_of(), draws=4_000, seed=1).value_by_gate


def test_every_outcome_has_seven_gates(table):
    assert table.group_by("outcome").len()["len"].to_list() == [7, 7, 7]
    assert table.select("outcome", "gate").is_duplicated().sum() == 0


def test_gross_is_zero_at_release_and_net_the_programme(table, assumptions):
    release = table.filter((pl.col("gate") == 7) & (pl.col("outcome") == "failure"))
    assert release.height == 1
    assert (release["gross_usd_p10"] == 0).all()
    assert (release["gross_usd_p90"] == 0).all()
    run = assumptions["run_usd_per_year"]
    assert (release["net_usd_p90"] < -float(run.low)).all()
    assert (release["net_usd_p10"] > -float(run.high)).all()
    assert (release["basis"] == "arithmetic").all()


def test_no_figure_without_a_signal(table):
    refused = table.filter(pl.col("basis") == "refused")
    assert refused.height == 3 + 2 * 7  # gates 1, 2 and 6 of failure, every gate of two modes
    assert refused["gross_usd_p50"].null_count() == refused.height
    assert refused["net_usd_p90"].null_count() == refused.height


def test_figures_where_there_is_a_signal(table):
    shown = table.filter(pl.col("basis") == "evidence")
    assert shown["gate"].to_list() == [3, 4, 5]
    assert (shown["gross_usd_p10"] < shown["gross_usd_p50"]).all()
    assert (shown["net_usd_p50"] < shown["gross_usd_p50"]).all()
    assert np.allclose(shown["sensitivity"], [3 / 9, 5 / 9, 6 / 9], atol=0.03)
    assert np.allclose(shown["false_alarm_rate"], 14 / 270, atol=0.005)
    assert shown["sunk_cost_usd"].is_sorted()
