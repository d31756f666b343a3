"""Predictive contribution: a case by hand, and columns that know nothing."""

import numpy as np
import pytest

from assets.failure_models.drivers.predictive_contribution import (
    predictive_contribution,
    predictive_risk_contribution,
)


def test_a_case_worked_by_hand() -> None:
    """Results 1, 3, 5, 7: mean 4, deviations -3, -1, 1, 3, spread sqrt(20 / 4) = sqrt(5).

    First column, half the deviation: mean product 2.5, over the spread sqrt(5) / 2. Second, the
    same turned round. Third, right about the middle two alone: mean product 0.5.
    """
    realised = np.array([1.0, 3, 5, 7])
    part = np.array([[-1.5, 1.5, 0], [-0.5, 0.5, -1], [0.5, -0.5, 1], [1.5, -1.5, 0]])
    expected = [5**0.5 / 2, -(5**0.5) / 2, 0.5 / 5**0.5]
    assert predictive_contribution(part, realised) == pytest.approx(expected)
    # A level common to all batches predicts nothing, and an unknown result takes no part.
    assert predictive_contribution(part + 10, realised) == pytest.approx(expected)
    longer = predictive_contribution(np.vstack([part, np.full(3, 99.0)]), np.r_[realised, np.nan])
    assert longer == pytest.approx(expected)


def test_a_perfect_prediction_contributes_the_whole_spread() -> None:
    realised = np.random.default_rng(1).normal(size=50)
    assert predictive_contribution(realised[:, None], realised) == pytest.approx([realised.std()])


def test_columns_add_up_over_a_cluster() -> None:
    rng = np.random.default_rng(2)
    part, realised = rng.normal(size=(80, 3)), rng.normal(size=80)
    together = predictive_contribution(part.sum(axis=1, keepdims=True), realised)
    assert predictive_contribution(part, realised).sum() == pytest.approx(together[0])


def test_noise_is_loud_and_predicts_nothing() -> None:
    """A thousand idle columns as loud as a cause: their mean is zero within its error."""
    rng = np.random.default_rng(3)
    realised = rng.normal(size=400)
    idle = predictive_contribution(rng.normal(size=(400, 1000)), realised)
    assert abs(idle.mean()) < 4 * idle.std() / 1000**0.5
    assert idle.std() == pytest.approx(1 / 400**0.5, rel=0.1)
    assert (
        predictive_contribution((realised + rng.normal(size=400))[:, None], realised)[0]
        > 15 * idle.std()
    )


@pytest.mark.parametrize("realised", [[np.nan, np.nan], [2.0, 2.0], [np.nan, 1.0]])
def test_results_that_do_not_differ_predict_nothing(realised: list[float]) -> None:
    assert predictive_contribution(np.array([[1.0], [-1.0]]), np.array(realised)).tolist() == [0.0]


def test_margins_count_by_the_risk_they_carry() -> None:
    rng = np.random.default_rng(4)
    part, realised = rng.normal(size=(60, 2, 2)), rng.normal(size=(60, 2))
    risk = np.column_stack([np.linspace(0.1, 0.3, 60), np.full(60, 0.05)])
    by_margin = [predictive_contribution(part[:, :, j], realised[:, j]) for j in range(2)]
    assert predictive_risk_contribution(part, realised, risk) == pytest.approx(
        0.2 * by_margin[0] + 0.05 * by_margin[1]
    )
    assert predictive_risk_contribution(part[:0], realised[:0], risk[:0]).tolist() == [0.0, 0.0]
