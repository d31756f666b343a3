"""What past results foretell is taken away: from results, and from settings that follow them."""

import numpy as np
import pytest

from assets.statistics.regression.detrending import relative_to_past
from assets.statistics.regression.result_history import (
    ResultHistory,
    decaying_means,
    history_columns,
)
from assets.statistics.resampling.serial_blocks import autocorrelation

BATCHES, TRAIN = 1_200, np.arange(600)
CHANCE = 3 / np.sqrt(BATCHES - TRAIN.size)


def wandering(seed: int, memory: float = 0.9) -> tuple[np.ndarray, np.ndarray]:
    """A result that remembers nine tenths of itself, and what each batch adds to it."""
    steps = np.random.default_rng(seed).normal(size=BATCHES)
    result = np.empty(BATCHES)
    level = 0.0
    for batch, step in enumerate(steps):
        result[batch] = level = memory * level + step
    return result, steps


@pytest.mark.parametrize("memory", [0.8, 0.9, 0.95])
def test_a_result_that_remembers_itself_becomes_white(memory: float) -> None:
    result, steps = wandering(1, memory)
    recent = relative_to_past(result[:, None])[:, 0]
    assert autocorrelation(recent[TRAIN[-1] :], 1) > 0.5
    left = ResultHistory(result[:, None], TRAIN).innovation(recent)[TRAIN[-1] :]
    assert max(abs(autocorrelation(left, lag)) for lag in range(1, 6)) < 2 * CHANCE
    assert np.corrcoef(left, steps[TRAIN[-1] :])[0, 1] > 0.95


def test_a_setting_moved_in_answer_to_past_results_no_longer_goes_with_them() -> None:
    result, _ = wandering(2)
    follows = np.r_[0.0, result[:-1]] + np.random.default_rng(3).normal(size=BATCHES)
    recent = relative_to_past(np.column_stack([result, follows]))
    recent = np.nan_to_num(recent)
    assert abs(np.corrcoef(recent[:, 0], recent[:, 1])[0, 1]) > 0.3
    history = ResultHistory(result[:, None], TRAIN)
    left, beside = history.innovation(recent[:, 0]), history.beside(recent[:, [1]])[:, 0]
    later = slice(TRAIN.size, None)
    assert abs(np.corrcoef(left[later], beside[later])[0, 1]) < CHANCE


def test_a_cause_that_wanders_keeps_its_slope() -> None:
    cause, _ = wandering(4)
    result = np.random.default_rng(5).normal(size=BATCHES) - 0.7 * cause
    recent = np.nan_to_num(relative_to_past(np.column_stack([result, cause])))
    history = ResultHistory(result[:, None], TRAIN)
    left, beside = history.innovation(recent[:, 0]), history.beside(recent[:, [1]])[:, 0]
    assert left @ beside / (beside @ beside) == pytest.approx(-0.7, abs=0.1)


def test_what_has_nothing_to_do_with_past_results_is_left_alone() -> None:
    result, _ = wandering(6)
    independent = np.random.default_rng(7).normal(size=(BATCHES, 3))
    beside = ResultHistory(result[:, None], TRAIN).beside(independent)
    assert np.abs(beside - independent).max() < 0.3
    for column in range(3):
        assert np.corrcoef(beside[:, column], independent[:, column])[0, 1] > 0.995


def test_nothing_in_a_row_depends_on_its_own_or_later_results() -> None:
    result, _ = wandering(8)
    setting = np.random.default_rng(9).normal(size=(BATCHES, 2))
    changed = result.copy()
    changed[700:] += 5.0
    before, after = (ResultHistory(one[:, None], TRAIN) for one in (result, changed))
    assert np.array_equal(before.beside(setting)[:701], after.beside(setting)[:701])
    assert not np.array_equal(before.beside(setting)[701:], after.beside(setting)[701:])
    foretold = before.foretold(result)
    assert np.array_equal(foretold[:701], after.foretold(changed)[:701])


def test_missing_results_are_passed_over_and_few_foretell_nothing() -> None:
    values = np.array([[1.0], [np.nan], [3.0], [0.0]])
    last, slow = decaying_means(values, (1, 3))
    assert last.ravel().tolist()[1:] == [1.0, 1.0, 3.0]
    assert slow.ravel().tolist()[1:] == [1.0, 1.0, 2.0]
    assert history_columns(np.full((9, 2), np.nan)).tolist() == np.zeros((9, 6)).tolist()
    result, _ = wandering(10)
    sparse = np.where(np.arange(BATCHES) % 30 == 0, result, np.nan)
    history = ResultHistory(result[:, None], TRAIN)
    assert not history.foretold(sparse).any()  # 20 of the 600 known, of 30 needed
    nothing = ResultHistory(np.empty((BATCHES, 0)), TRAIN)
    assert nothing.beside(values).tolist()[0] == [1.0]
    assert not nothing.foretold(result).any()
