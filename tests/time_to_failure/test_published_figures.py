"""lifelines on its example data against figures published from R.

R's figures: coxph on lung (survival 3.8-12, R 4.5.3) and survreg on lung and on rossi, each to the
digits published.
"""

import numpy as np
import polars as pl
import pytest
from lifelines import CoxPHFitter, KaplanMeierFitter, WeibullAFTFitter
from lifelines.datasets import load_lung, load_rossi

from assets.time_to_failure.curves.hazard_fits import AFT_OPTIONS, COX_OPTIONS, cox_rows


@pytest.fixture(scope="module")
def lung():
    return load_lung()[["time", "status", "age", "sex"]].astype(float)


def test_cox_on_lung_equals_coxph(lung):
    summary = CoxPHFitter().fit(lung, "time", "status", fit_options=COX_OPTIONS).summary
    assert summary["coef"].to_list() == pytest.approx(
        [0.0170453318454113, -0.5132185171083844], rel=1e-6
    )
    assert summary["se(coef)"].to_list() == pytest.approx(
        [0.00922327347697, 0.16745796235577], rel=1e-6
    )


def test_our_penalised_cox_with_entry_is_coxph_but_for_its_prior(lung):
    rows = pl.DataFrame(
        {
            "entry_batches": 0.0,
            "exit_batches": lung["time"].to_numpy(),
            "is_event": lung["status"].to_numpy() > 0,
            "age": lung["age"].to_numpy(),
            "sex": lung["sex"].to_numpy(),
        }
    )
    age, sex = cox_rows(rows, {"age": "year", "sex": "class"})
    # a prior of spread 1 on the effect of one standard deviation hardly moves 165 events
    assert age["coefficient"] == pytest.approx(0.0170453, rel=0.02)
    assert sex["coefficient"] == pytest.approx(-0.5132185, rel=0.02)


def test_kaplan_meier_on_lung_equals_survfit(lung):
    fitted = KaplanMeierFitter().fit(lung["time"], lung["status"])
    # summary(survfit(Surv(time, status) ~ 1, lung), times = 180): 160 at risk, 63 events, 0.722
    assert fitted.event_table["at_risk"][fitted.event_table.index >= 180].iloc[0] == 160
    assert float(fitted.survival_function_at_times(180).iloc[0]) == pytest.approx(0.722, abs=5e-4)
    assert fitted.median_survival_time_ == 310.0


def test_weibull_on_lung_equals_survreg(lung):
    fitted = WeibullAFTFitter().fit(lung, "time", "status", fit_options=AFT_OPTIONS)
    ratios = fitted.summary["exp(coef)"]["lambda_"]
    # exp of survreg(Surv(time, status) ~ age + sex, lung, dist = "weibull")
    assert ratios["age"] == pytest.approx(0.9878178, abs=1e-6)
    assert ratios["sex"] == pytest.approx(1.4653368, abs=1e-6)
    assert np.log(ratios["Intercept"]) == pytest.approx(np.log(531.0483429), abs=2e-6)


def test_weibull_on_rossi_has_the_likelihood_of_survreg():
    # survreg(Surv(week, arrest) ~ fin + age + race + wexp + mar + paro + prio): -679.9
    fitted = WeibullAFTFitter().fit(load_rossi(), "week", "arrest")
    assert fitted.log_likelihood_ == pytest.approx(-679.9166, abs=1e-4)
