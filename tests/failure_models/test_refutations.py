"""Every attempt can succeed: it breaks a false claim and spares a true one."""

import numpy as np
import pytest

from assets.failure_models.drivers.refutation_study import ATTEMPTS
from assets.failure_models.drivers.refutations import (
    left_out_lot,
    negative_control,
    placebo_label,
    shuffled_parameter,
)
from assets.failure_models.drivers.refutations.claim import BROKEN, NOT_APPLICABLE, SURVIVED, Claim
from assets.statistics.array_types import FloatArray
from data_contracts.catalogue import contract

RNG = np.random.default_rng(11)
BATCHES, LOT = 400, 4
LOTS = np.arange(BATCHES) // LOT
OTHER = RNG.normal(size=BATCHES)


def claim(value: FloatArray, target: FloatArray) -> Claim:
    product = LOTS % 2
    block = product * 4 + np.arange(BATCHES) // 100
    return Claim(value, target, OTHER[:, None], LOTS, block, product)


NOISE = RNG.normal(size=BATCHES)
VALUE = RNG.normal(size=BATCHES)
TRUE = claim(VALUE, -0.5 * VALUE + NOISE)
FALSE = claim(VALUE, NOISE)
REPEATS_ANOTHER = claim(OTHER + 0.3 * VALUE, -0.5 * OTHER + NOISE)
TREND = np.sin(np.arange(BATCHES) / 30)
SHARED_DRIFT = claim(TREND + 0.3 * VALUE, -TREND + 0.3 * NOISE)
ONE_LOT = claim(
    np.where(LOTS == 50, 25.0, 0.0) + VALUE, np.where(LOTS == 50, -25.0, 0.0) + 0.1 * VALUE
)


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_a_true_claim_survives(attempt: object) -> None:
    found = attempt(TRUE, 1)
    assert found.result == SURVIVED
    assert found.observed == pytest.approx(-0.5, abs=0.12)
    assert found.statement.endswith(".")


def test_moved_labels_break_noise() -> None:
    found = placebo_label.attempt(FALSE, 1)
    assert found.result == BROKEN
    assert found.low < 0 < found.high


def test_a_shuffled_parameter_breaks_the_shadow_of_another() -> None:
    assert shuffled_parameter.attempt(REPEATS_ANOTHER, 1).result == BROKEN
    assert placebo_label.attempt(REPEATS_ANOTHER, 1).result == SURVIVED


def test_an_earlier_result_breaks_a_shared_drift() -> None:
    assert negative_control.attempt(SHARED_DRIFT, 1).result == BROKEN


def test_without_earlier_lots_there_is_no_negative_control() -> None:
    alone = Claim(VALUE, NOISE, OTHER[:, None], LOTS, LOTS, np.arange(BATCHES))
    found = negative_control.attempt(alone, 1)
    assert found.result == NOT_APPLICABLE
    assert "Only 0 batches" in found.statement


def test_one_lot_may_not_carry_the_claim() -> None:
    assert left_out_lot.attempt(ONE_LOT, 1).result == BROKEN


def test_two_levels_of_one_category_may_both_be_attacked() -> None:
    """Their rows share the feature; a run whose leaders were two presses once stopped there."""
    assert set(contract("finding.refutations").key) == {"outcome", "gate", "rank", "attempt"}
