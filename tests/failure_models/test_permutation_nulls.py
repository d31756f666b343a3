"""What a null says of the blocks that were permuted: how long, and why so long."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from assets.failure_models.signal.evidence import MARGIN_GAIN, Statistic
from assets.failure_models.signal.judgement import permutation_nulls
from assets.failure_models.signal.null_distribution import Null, null_of
from assets.statistics.resampling.permutation import SharedDraws
from assets.statistics.resampling.serial_blocks import autocorrelation, correlation_length
from data_contracts.tables import table

BATCHES = 800


def series(memory: float) -> np.ndarray:
    values = np.random.default_rng(4).normal(size=BATCHES)
    for batch in range(1, BATCHES):
        values[batch] += memory * values[batch - 1]
    return values


def statistic(values: np.ndarray) -> Statistic:
    outcome = values[:, None]
    return Statistic(MARGIN_GAIN, outcome, outcome[::-1], values, values**2)


def task(batches: int = BATCHES) -> Any:
    rows = np.arange(batches)
    matrix = SimpleNamespace(cluster=rows, product=np.zeros(batches, int))
    fold = np.ones(batches, int)
    return SimpleNamespace(
        outcome="failure", gate=5, tested=rows, fold_number=fold, matrix=matrix, is_primary=True
    )


def null(values: np.ndarray) -> Null:
    return null_of(task(values.size), statistic(values), SharedDraws(BATCHES + 1, 50, 1), 200)


def rows(*nulls: Null) -> list[dict[str, Any]]:
    seen = SimpleNamespace(task=task(), signal=list(nulls), product=None)
    judged: Any = SimpleNamespace(examination=seen, signal_p=[0.5] * len(nulls), product_p=None)
    return table("model.permutation_nulls", permutation_nulls(judged)).to_dicts()


@pytest.mark.parametrize(("memory", "least", "most"), [(0.0, -0.1, 0.1), (0.8, 0.7, 0.9)])
def test_the_autocorrelation_is_that_of_what_is_permuted(
    memory: float, least: float, most: float
) -> None:
    values = series(memory)
    (row,) = rows(null(values))
    assert row["residual_autocorrelation"] == autocorrelation(values, 1)
    assert least < row["residual_autocorrelation"] < most
    assert row["block_batches"] == max(10, 2 * correlation_length(values))


def test_without_enough_arrangements_no_block_is_named() -> None:
    (row,) = rows(null(series(0.0)[:4]))
    assert row["block_batches"] is None
    assert row["null_p95"] is None
    assert -1 <= row["residual_autocorrelation"] <= 1
