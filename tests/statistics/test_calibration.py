import numpy as np
import pytest

from assets.statistics.prediction_quality.calibration import (
    brier_parts,
    expit,
    log_score,
    logit,
    recalibration,
)


def test_recalibration_recovers_what_was_bent() -> None:
    rng = np.random.default_rng(4)
    log_odds = rng.normal(-1, 1.2, 60_000)
    label = (rng.random(60_000) < expit(log_odds)).astype(float)
    assert recalibration(expit(log_odds), label) == pytest.approx((0.0, 1.0), abs=0.04)
    assert recalibration(expit(2 * log_odds), label)[1] == pytest.approx(0.5, abs=0.03)
    assert recalibration(expit(log_odds - 0.7), label)[0] == pytest.approx(0.7, abs=0.04)


def test_recalibration_without_both_classes_or_spread() -> None:
    assert np.isnan(recalibration(np.full(5, 0.2), np.zeros(5))).all()
    intercept, slope = recalibration(np.full(10, 0.5), np.r_[1.0, np.zeros(9)])
    assert intercept == pytest.approx(float(logit(np.array([0.1]))[0]))
    assert np.isnan(slope)


def test_brier_parts_of_two_bins_worked_by_hand() -> None:
    probability = np.repeat([0.1, 0.9], 10)
    label = np.r_[np.ones(2), np.zeros(8), np.ones(8), np.zeros(2)]
    parts = brier_parts(probability, label)
    assert parts.reliability == pytest.approx(0.01)
    assert parts.resolution == pytest.approx(0.09)
    assert parts.uncertainty == pytest.approx(0.25)
    assert parts.score == pytest.approx(0.01 - 0.09 + 0.25)


def test_certainty_is_finite() -> None:
    scores = log_score(np.array([0.0, 1.0]), np.array([1.0, 0.0]))
    assert np.isfinite(scores).all()
    assert (scores > 10).all()
    assert np.isfinite(expit(np.array([-1e6, 1e6]))).all()
