"""The cluster gives the figures of this machine: master and two workers, started for the test."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from assets.sensor_features.executors import MASTER, chosen_executor
from assets.sensor_features.local_executor import features_of_months
from tests.sensor_features.loopback_cluster import ROOT

LENGTHS = (3, 40, 1, 400, 25, 900)
SPEED = dict.fromkeys(("nor_low", "nor_high", "par_low", "par_high"), float("nan"))


def write_month(folder: Path, seed: int) -> Path:
    """Two batches of two phases with one or two tags each, nulls, bad readings and repeats."""
    rng = np.random.default_rng(seed)
    n = sum(LENGTHS) + 30  # the last belong to no phase
    value = rng.normal(60, 4, n).round(2)
    value[rng.random(n) < 0.02] = np.nan
    names = ["B1 wet", "B1 wet", "B1 dry", "B2 wet", "B2 wet", "B2 dry", "none"]
    place = np.repeat(names, [*LENGTHS, 30])
    frame = pl.DataFrame(
        {
            "batch_id": [p[:2] if p != "none" else None for p in place],
            "unit_procedure": "granulation",
            "phase": [p[3:] if p != "none" else None for p in place],
            "recorded_at": pl.Series(rng.integers(0, 3, n).cumsum() * 10**7).cast(
                pl.Datetime("us")
            ),
            "value": pl.Series(value).fill_nan(None),
            "is_usable": ~np.isnan(value) & (rng.random(n) > 0.01),
        }
    )
    file = folder / f"2024-0{seed}-x.parquet"
    frame.write_parquet(file, row_group_size=200)
    temperature = {"nor_low": 55.0, "nor_high": 65.0, "par_low": 50.0, "par_high": 70.0}
    series = pl.DataFrame(
        [
            {"readings": readings, "unit": unit, **(temperature if unit == "degC" else SPEED)}
            for readings, unit in zip(LENGTHS, ["degC", "rpm"] * 3, strict=True)
        ]
    )
    series.write_parquet(file.with_name(f"2024-0{seed}-x.series.parquet"))
    return file


@pytest.mark.skipif(shutil.which("java") is None, reason="Spark needs a Java runtime")
def test_a_cluster_agrees_with_this_machine(tmp_path: Path) -> None:
    files = [str(write_month(tmp_path, seed)) for seed in (1, 2)]
    done = subprocess.run(
        [sys.executable, "-m", "tests.sensor_features.loopback_cluster", *files],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    assert "agree on 1140 figures of 2 months" in done.stdout


def test_one_setting_chooses_the_executor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(MASTER, raising=False)
    assert chosen_executor() is features_of_months
    monkeypatch.setenv(MASTER, "spark://127.0.0.1:7077")
    assert chosen_executor().__qualname__.startswith("features_on_cluster")
    assert list(chosen_executor()([])) == [], "no cluster is asked for nothing"
