"""Effects planted in hazards and holds are found; proportional hazards are doubted where broken."""

import numpy as np
import polars as pl
import pytest
from lifelines import CoxPHFitter, CoxTimeVaryingFitter, WeibullFitter

from assets.time_to_failure.curves.fit_notes import with_notes
from assets.time_to_failure.curves.hazard_models import cox_rows
from assets.time_to_failure.curves.hold_times import slope_fit


def batches_at_risk(log_ratio_at):
    """Eighty lives of up to thirty batches; a covariate shifts the hazard as asked, by age."""
    rng, rows = np.random.default_rng(11), []
    for life in range(80):
        group = float(life % 2)
        for age in range(1, 31):
            hazard = 0.03 * np.exp(group * log_ratio_at(age))
            is_event = bool(rng.random() < hazard)
            rows.append((life, age - 1.0, float(age), is_event, group))
            if is_event:
                break
    names = ["life", "entry_batches", "exit_batches", "is_event", "group"]
    return pl.DataFrame(rows, schema=names, orient="row")


def test_a_constant_effect_is_found_and_proportional():
    rows = batches_at_risk(lambda age: 1.1)
    (row,) = cox_rows(rows, {"group": "step"})
    assert row["ratio_low"] > 1
    assert row["coefficient_low"] < 1.1 < row["coefficient_high"]
    assert row["is_proportional"]
    # late entry by batch is the same partial likelihood as covariates that vary in time
    theirs = CoxTimeVaryingFitter(penalizer=1 / rows.height).fit(
        rows.to_pandas(), "is_event", "entry_batches", "exit_batches", id_col="life"
    )
    assert row["coefficient"] == pytest.approx(float(theirs.params_.iloc[0]), abs=1e-5)


def test_an_effect_that_turns_with_age_is_not_called_proportional():
    (row,) = cox_rows(batches_at_risk(lambda age: 2.0 - 0.25 * age), {"group": "step"})
    assert row["ph_p_value"] < 0.01
    assert not row["is_proportional"]


def test_a_fit_that_fails_or_warns_is_a_sentence():
    rows = batches_at_risk(lambda age: 0.0).drop("life")
    separated = rows.with_columns(group=pl.col("is_event").cast(pl.Float64)).to_pandas()
    _, note = with_notes(lambda: CoxPHFitter().fit(separated, "exit_batches", "is_event"))
    assert str(note).startswith(("Doubtful", "Not fitted"))
    (row,) = cox_rows(rows.with_columns(group=1.0), {"group": "step"})
    assert row["note"].startswith(("Doubtful", "Not fitted"))


def test_the_shape_of_a_hold_is_that_of_interval_censored_lives():
    rng = np.random.default_rng(3)
    hold = rng.lognormal(2.0, 0.7, 600)
    has_failed = 40 * rng.weibull(1.6, 600) < hold
    fitted = slope_fit(np.log(hold), has_failed, np.arange(600))
    assert fitted is not None
    theirs = WeibullFitter().fit_interval_censoring(
        np.where(has_failed, 0.0, hold), np.where(has_failed, hold, np.inf)
    )
    assert fitted["shape"] == pytest.approx(theirs.rho_, rel=1e-3)
    assert fitted["shape_low"] < 1.6 < fitted["shape_high"]


def test_failures_that_come_in_campaigns_widen_the_interval():
    rng = np.random.default_rng(4)
    campaign = np.repeat(np.arange(100), 8)
    hold = np.exp(rng.normal(2.0, 0.6, 100))[campaign]
    has_failed = (rng.random(100) < 0.1)[campaign]
    clustered = slope_fit(np.log(hold), has_failed, campaign)
    alone = slope_fit(np.log(hold), has_failed, np.arange(800))
    assert clustered is not None
    assert alone is not None
    assert clustered["design_effect"] > 4
    assert alone["design_effect"] == 1.0
    assert clustered["p_value"] > alone["p_value"]
    assert clustered["shape_low"] < alone["shape_low"] < alone["shape_high"]
