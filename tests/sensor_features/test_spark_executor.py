"""The cluster gives the figures of this machine: master and two workers, started for the test."""

import json
import os
import pickle
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from assets.sensor_features.executors import MASTER, chosen_executor
from assets.sensor_features.local_executor import features_of_months
from assets.sensor_features.registry import KERNEL_COLUMNS
from assets.sensor_features.spark.series_tasks import series_tasks, task_features
from data_contracts.errors import UsageError
from tests.sensor_features.loopback_cluster import ROOT, stored

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
    folder = tmp_path / "plant 1 für #2"  # nothing a URI may hold as it is
    folder.mkdir()
    files = [str(write_month(folder, seed)) for seed in range(1, 10)]
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
    found = json.loads(done.stdout.splitlines()[-1])
    ours, other = found["ours"], found["somebody's"]
    assert ours["apart"] <= 1e-12
    assert ours["figures"] == len(files) * len(LENGTHS) * len(KERNEL_COLUMNS)
    assert ours["most months held"] <= 5, "two months a core, two cores, and the one given back"
    assert not ours["still running"], "a session of ours ends with the work"

    assert other["a bare path would mean"] == "hdfs://127.0.0.1:9"
    assert other["apart"] <= 1e-12
    assert other["still running"], "a session that is not ours is left alone"
    assert other["same settings"]
    assert "does not see the readings: file:///" in other["unseen file"]
    assert "under the same path" in other["unseen file"]


@pytest.mark.parametrize("readings", [1, 500, 10**6])
def test_tasks_give_the_figures_of_the_month(tmp_path: Path, readings: int) -> None:
    """Whatever their size: series that share a row group with the next task's, or span several."""
    month = stored(write_month(tmp_path, 1))
    tasks = list(series_tasks(month, readings))
    assert len(tasks) == {1: len(LENGTHS), 500: 2, 10**6: 1}[readings]
    assert {task.uri for task in tasks} == {month.stored.file.as_uri()}
    ((_, here),) = features_of_months([month])
    np.testing.assert_array_equal(np.concatenate([task_features(task) for task in tasks]), here)


def test_nothing_but_numbers_and_the_address_is_sent(tmp_path: Path) -> None:
    month = stored(write_month(tmp_path, 1))
    (task,) = series_tasks(month)
    sent = pickle.dumps(task)
    assert not [name for name in (b"B1", b"B2", b"granulation", b"wet") if name in sent]
    assert len(sent) < 2_000, "a task's size is that of its series, not of its readings"


def test_without_pyspark_the_lock_file_to_install_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyspark.errors", None)
    monkeypatch.setenv(MASTER, "spark://127.0.0.1:7077")
    with pytest.raises(
        UsageError, match=r"requirements-spark\.lock, or unset LOTWISE_SPARK_MASTER"
    ):
        list(chosen_executor()([stored(write_month(tmp_path, 1))]))


def test_one_setting_chooses_the_executor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(MASTER, raising=False)
    assert chosen_executor() is features_of_months
    monkeypatch.setenv(MASTER, "spark://127.0.0.1:7077")
    assert chosen_executor().__qualname__.startswith("features_on_cluster")
    assert list(chosen_executor()([])) == [], "no cluster is asked for nothing"
