"""Every attempt can succeed: it breaks a false association and spares a true one."""

import numpy as np
import pytest

from assets.failure_models.drivers.refutation_study import ATTEMPTS
from assets.failure_models.drivers.refutations import (
    left_out_lot,
    negative_control,
    placebo_label,
    shuffled_parameter,
)
from assets.failure_models.drivers.refutations.association import Association
from assets.statistics.array_types import FloatArray
from data_contracts.catalogue import contract
from data_contracts.codes.records import RefutationResult

RNG = np.random.default_rng(11)
BATCHES, LOT = 400, 4
LOTS = np.arange(BATCHES) // LOT
OTHER = RNG.normal(size=BATCHES)


def association(value: FloatArray, target: FloatArray) -> Association:
    product = LOTS % 2
    block = product * 4 + np.arange(BATCHES) // 100
    return Association(value, target, OTHER[:, None], LOTS, block, product)


NOISE = RNG.normal(size=BATCHES)
VALUE = RNG.normal(size=BATCHES)
TRUE = association(VALUE, -0.5 * VALUE + NOISE)
FALSE = association(VALUE, NOISE)
REPEATS_ANOTHER = association(OTHER + 0.3 * VALUE, -0.5 * OTHER + NOISE)
TREND = np.sin(np.arange(BATCHES) / 30)
SHARED_DRIFT = association(TREND + 0.3 * VALUE, -TREND + 0.3 * NOISE)
ONE_LOT = association(
    np.where(LOTS == 50, 25.0, 0.0) + VALUE, np.where(LOTS == 50, -25.0, 0.0) + 0.1 * VALUE
)


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_a_true_association_survives(attempt: object) -> None:
    found = attempt(TRUE, 1)
    assert found.result == RefutationResult.SURVIVED
    assert found.observed == pytest.approx(-0.5, abs=0.12)
    assert found.statement.endswith(".")


def test_moved_labels_break_noise() -> None:
    found = placebo_label.attempt(FALSE, 1)
    assert found.result == RefutationResult.BROKEN
    assert found.low < 0 < found.high


def test_a_shuffled_parameter_breaks_the_shadow_of_another() -> None:
    assert shuffled_parameter.attempt(REPEATS_ANOTHER, 1).result == RefutationResult.BROKEN
    assert placebo_label.attempt(REPEATS_ANOTHER, 1).result == RefutationResult.SURVIVED


def test_an_earlier_result_breaks_a_shared_drift() -> None:
    assert negative_control.attempt(SHARED_DRIFT, 1).result == RefutationResult.BROKEN


def test_without_earlier_lots_there_is_no_negative_control() -> None:
    alone = Association(VALUE, NOISE, OTHER[:, None], LOTS, LOTS, np.arange(BATCHES))
    found = negative_control.attempt(alone, 1)
    assert found.result == RefutationResult.NOT_APPLICABLE
    assert "Only 0 batches" in found.statement


def test_one_lot_may_not_carry_the_association() -> None:
    assert left_out_lot.attempt(ONE_LOT, 1).result == RefutationResult.BROKEN


def test_two_levels_of_one_category_may_both_be_attacked() -> None:
    """Their rows share the feature; a run whose leaders were two presses once stopped there."""
    assert set(contract("finding.refutations").key) == {"outcome", "gate", "rank", "attempt"}
