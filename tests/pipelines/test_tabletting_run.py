"""What the product says about real drug batches: no process signal where there is none."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from warehouse.paths import Home
from warehouse.published_copy.published import PublishedWarehouse, open_published

SIX_RESULTS = {  # the last six columns of Process.csv, as the profile names them
    "lab.process_file_dissolution_av",
    "lab.process_file_dissolution_min",
    "lab.process_file_residual_solvent",
    "lab.process_file_impurities_total",
    "lab.process_file_impurity_o",
    "lab.process_file_impurity_l",
}


@pytest.fixture(scope="module")
def published(tabletting_home: Path) -> PublishedWarehouse:
    return open_published(Home(tabletting_home))


def test_no_gate_claims_a_signal_for_dissolution(published: PublishedWarehouse) -> None:
    verdicts = published.query(
        "SELECT gate, verdict FROM model.verdicts WHERE outcome = 'dissolution_min_below_80'"
    )
    assert verdicts.height == 7
    before_result = set(verdicts.filter(pl.col("gate") <= 5)["verdict"])
    assert before_result <= {"product_mix_only", "no_signal"}
    assert set(verdicts.filter(pl.col("gate") > 5)["verdict"]) == {"not_applicable"}


def test_the_ladder_shows_the_optimism_of_random_folds(published: PublishedWarehouse) -> None:
    ladder = published.query(
        "SELECT model, validation, auc FROM model.validations "
        "WHERE outcome = 'dissolution_min_below_80' AND gate = 5"
    )

    def auc(model: str, validation: str) -> float:
        row = ladder.filter((pl.col("model") == model) & (pl.col("validation") == validation))
        return float(row["auc"].item())

    assert auc("boosted_trees", "random_cross_validation") > 0.72
    assert auc("boosted_trees", "rolling_origin") < 0.68
    assert 0.55 < auc("product_only", "rolling_origin") < 0.75


def test_no_savings_from_control_without_a_signal(published: PublishedWarehouse) -> None:
    claimed = published.query(
        "SELECT l.outcome, l.basis FROM economics.levers AS l "
        "ANTI JOIN (SELECT outcome FROM model.verdicts WHERE verdict = 'process_signal') AS s "
        "USING (outcome) WHERE l.basis = 'evidence'"
    )
    assert claimed.is_empty()


def test_result_columns_are_refused_by_availability(published: PublishedWarehouse) -> None:
    refused = published.query(
        "SELECT DISTINCT feature, rule FROM evidence.refused_features "
        "WHERE outcome = 'dissolution_min_below_80'"
    )
    by_name = dict(refused.iter_rows())
    assert set(by_name) >= SIX_RESULTS
    assert set(by_name.values()) <= {
        "defines_outcome",
        "same_quantity",
        "not_yet_available",
        "no_availability",
    }


def test_waste_is_the_yield_by_another_name(published: PublishedWarehouse) -> None:
    refused = published.query(
        "SELECT feature FROM evidence.refused_features "
        "WHERE outcome = 'batch_yield_below_97' AND rule = 'same_quantity'"
    )["feature"].to_list()
    assert any("waste" in feature for feature in refused)


def test_proxies_are_called_proxies(published: PublishedWarehouse) -> None:
    assert published.query("SELECT bool_and(is_proxy) FROM core.outcome_definitions").item()
    assert published.query("SELECT count(*) FROM core.batches").item() == 1005


def test_check_of_the_real_records_lets_a_run_go_on(
    tabletting_data: Path, lotwise: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    done = lotwise("check", "--source", "tabletting", "--data", tabletting_data)
    assert "A run would go on." in done.stdout
