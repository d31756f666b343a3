import numpy as np
import pytest
from lifelines import WeibullFitter

from assets.statistics.reliability.current_status import current_status_shape


def test_the_shape_is_that_of_interval_censored_lives():
    rng = np.random.default_rng(3)
    hold = rng.lognormal(2.0, 0.7, 600)
    has_ended = 40 * rng.weibull(1.6, 600) < hold
    fitted = current_status_shape(np.log(hold), has_ended, np.arange(600))
    assert fitted is not None
    theirs = WeibullFitter().fit_interval_censoring(
        np.where(has_ended, 0.0, hold), np.where(has_ended, hold, np.inf)
    )
    assert fitted.shape == pytest.approx(theirs.rho_, rel=1e-3)
    assert fitted.shape_low < 1.6 < fitted.shape_high


def test_failures_that_come_in_campaigns_widen_the_interval():
    rng = np.random.default_rng(4)
    campaign = np.repeat(np.arange(100), 8)
    hold = np.exp(rng.normal(2.0, 0.6, 100))[campaign]
    has_ended = (rng.random(100) < 0.1)[campaign]
    clustered = current_status_shape(np.log(hold), has_ended, campaign)
    alone = current_status_shape(np.log(hold), has_ended, np.arange(800))
    assert clustered is not None
    assert alone is not None
    assert clustered.design_effect > 4
    assert alone.design_effect == 1.0
    assert clustered.p_value > alone.p_value
    assert clustered.shape_low < alone.shape_low < alone.shape_high
