"""A plant that drifts, by the commands themselves: stopped, fitted again, both shown, approved."""

import shutil
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.conftest import Lotwise
from warehouse.paths import Home
from warehouse.published_copy.published import open_published

FITTED = 200  # batches delivered before the first fit
STANDING = """
SELECT outcome, gate, model_version, is_current, state, reason, approved_by
FROM model.model_standing WHERE state <> 'without_signal' ORDER BY ALL
"""
SCORES = """
SELECT count(*) AS scored, count(is_alarm) AS said, count(no_alarm_because) AS silenced
FROM mart.open_batches
"""
LEVERS = "SELECT lever, is_in_programme, refusal_code, reason FROM economics.levers"


def deliver(plant: Path, out: Path, *, drifted: bool | None) -> None:
    """Deliver a plant's exports: up to the fit, or all, with what came since in another unit.

    Args:
        plant: Exports of ``lotwise simulate``.
        out: Where they are delivered.
        drifted: None for the batches before the fit alone; else whether parameters of those since,
            whose results are still to come, are recorded in another unit.
    """
    batches = pl.read_csv(plant / "mes_batches.csv", infer_schema=False)
    is_late = pl.col("production_order").cast(pl.Int64) > FITTED
    late = batches.filter(is_late)["batch_id"].to_list()
    of_late = pl.col("batch_id").is_in(late).fill_null(value=False)
    for file in plant.glob("*.csv"):
        rows = pl.read_csv(file, infer_schema=False)
        if "batch_id" in rows.columns and drifted is None:
            rows = rows.filter(~of_late)
        elif file.name == "mes_batches.csv":
            is_open = [
                pl.when(~of_late).then(name).alias(name)
                for name in ("disposition", "dispositioned_at", "failure_mode")
                if name in rows.columns
            ]
            rows = rows.with_columns(is_open)
        elif file.name == "lims_results.csv":
            is_release = pl.col("stage").cast(pl.Int64, strict=False) >= 6
            rows = rows.filter(~(of_late & is_release.fill_null(value=False)))
        elif file.name == "mes_parameters.csv" and drifted:
            other = (pl.col("value").cast(pl.Float64, strict=False) * 1.8 + 32).cast(pl.String)
            value = pl.when(of_late & other.is_not_null()).then(other).otherwise("value")
            rows = rows.with_columns(value.alias("value"))
        rows.write_csv(out / file.name)


def asked(home: Path, sql: str) -> list[dict[str, Any]]:
    with open_published(Home(home)) as published:
        return published.query(sql).to_dicts()


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory, lotwise: Lotwise) -> Path:
    folder = tmp_path_factory.mktemp("drifting") / "plant"
    lotwise("simulate", "--out", folder, "--batches", FITTED + 40, "--years", 1.2, "--seed", 1)
    return folder


def test_a_drifting_plant_is_stopped_refitted_shown_and_approved(
    plant: Path, tmp_path: Path, lotwise: Lotwise
) -> None:
    data, home = tmp_path / "data", tmp_path / "home"
    shutil.copytree(plant, data)
    source = ("--source", "virtual_plant", "--data", data, "--home", home)
    deliver(plant, data, drifted=None)
    lotwise("run", "--quick", *source)
    (first,) = {row["model_version"] for row in asked(home, STANDING) if row["gate"] == 5}

    deliver(plant, data, drifted=True)
    lotwise("nightly", "--home", home)  # scores what is new, and seals what it says
    print(asked(home, STANDING), asked(home, SCORES), asked(home, LEVERS))
    lotwise("nightly", "--home", home)
    print(asked(home, STANDING), asked(home, SCORES), asked(home, LEVERS))

    deliver(plant, data, drifted=False)
    lotwise("run", "--quick", *source)
    print(asked(home, STANDING), asked(home, SCORES), asked(home, LEVERS))
    print((home / "reports" / "latest" / "report.html").exists(), first)
    waiting = {r["model_version"] for r in asked(home, STANDING) if r["state"] == "awaits_approval"}
    for version in waiting:
        lotwise("approve", version, "--by", "Ana Díaz", "--home", home)
    lotwise("nightly", "--home", home)
    print(asked(home, STANDING), asked(home, SCORES), asked(home, LEVERS))
    assert False
