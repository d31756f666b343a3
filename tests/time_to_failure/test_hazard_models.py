"""Effects planted in hazards are found; proportional hazards are doubted where broken."""

import numpy as np
import polars as pl
import pytest
from lifelines import CoxPHFitter, CoxTimeVaryingFitter

from assets.time_to_failure.curves.fit_notes import with_notes
from assets.time_to_failure.curves.hazard_fits import cox_rows
from assets.time_to_failure.curves.hazard_models import hazard_models
from assets.time_to_failure.lives.equipment_use import equipment_use
from assets.time_to_failure.lives.failed_batches import (
    batches_of_lives,
    failure_spells,
    without_defining_clocks,
)
from assets.time_to_failure.lives.lives import breakdown_spells
from data_contracts.tables import table
from tests.time_to_failure.conftest import OUTCOMES, event_frame, phase_frame


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


def test_hazard_models_tell_the_press_that_breaks_down_more_often():
    """Lives of ten batches: one press breaks down at the end of each, the other of every fifth."""
    phases = pl.concat(phase_frame([float(n) for n in range(-1, 201)], unit) for unit in ("A", "B"))
    rows = [
        (unit, event, 10 * life - 0.5, None, 0.0)
        for unit, every in (("A", 5), ("B", 1))
        for life in range(21)
        for event in ("breakdown", "maintenance")
        if event == "maintenance" or (life and life % every == 0)
    ]
    use, events = equipment_use(phases), event_frame(*rows)
    spells = breakdown_spells(use, events)
    lived = batches_of_lives(spells, use)
    found = hazard_models(lived, spells, failure_spells(lived, table("core.outcomes")), events)
    ratio = found.filter(model="cox", covariate="equipment B").row(0, named=True)
    assert (ratio["unit"], ratio["events"], ratio["lives"]) == ("against A", 24, 42)
    assert 1 < ratio["ratio_low"] < 5 < ratio["ratio_high"]
    assert (found["p_adjusted"] >= found["p_value"]).all()


def test_hazard_models_leave_out_the_event_that_defines_the_outcome():
    """Batches fail after breakdowns: a covariate of failures, but not where it is the failure."""
    days = [float(n) for n in range(120)]
    events = event_frame(
        *(("A", "maintenance", at, None, 0.0) for at in (0.5, 40.5, 80.5)),
        *(("A", "breakdown", at, None, 0.0) for at in (20.5, 55.5, 95.5)),
    )
    phases = phase_frame(days, "A")
    use = equipment_use(phases)
    spells = breakdown_spells(use, events)
    lived = batches_of_lives(spells, use)
    outcomes = pl.DataFrame(
        [(name, "leak", n % 9 == 3) for n, name in enumerate(phases["batch_id"])],
        schema=OUTCOMES,
        orient="row",
    )
    failures = failure_spells(lived, outcomes)
    free = hazard_models(lived, spells, failures, events).filter(event="failed_batch:leak")
    assert "breakdowns_before" in free["covariate"].to_list()
    for declared in ("equipment.breakdown", "equipment.breakdown.compression"):
        bound = hazard_models(lived, spells, failures, events, {"leak": (declared,)})
        own = bound.filter(event="failed_batch:leak")
        assert "breakdowns_before" not in own["covariate"].to_list()
        told = "Left out, because it defines the outcome: breakdowns_before."
        assert own["note"].str.contains(told).all()
    elsewhere = {"leak": ("equipment.breakdown.drying",)}
    kept = hazard_models(lived, spells, failures, events, elsewhere)
    assert kept.filter(event="failed_batch:leak").equals(free)
    clocks = without_defining_clocks(failures, {"leak": ("equipment.maintenance",)})
    assert clocks.is_empty()
    assert without_defining_clocks(failures, elsewhere).equals(failures)
