"""Earlier renewal: what the hazards support, against hand-worked cases."""

from fractions import Fraction

import numpy as np
import polars as pl
import pytest

from assets.savings.arithmetic.lever_kinds.lever_alone import LeverExposure
from assets.savings.arithmetic.lever_kinds.ruling import RefusedLever
from assets.savings.arithmetic.lever_value import lever_value
from assets.savings.levers.maintenance_evidence import MaintenanceEvidence, maintenance_evidence
from assets.savings.uncertainty.draws import Draws
from data_contracts.codes.money import LeverRefusal

SCHEMA = {
    "equipment_class": pl.String,
    "part": pl.String,
    "event": pl.String,
    "time_scale": pl.String,
    "scales_compared": pl.Int64,
    "verdict": pl.String,
    "todays_interval": pl.Float64,
    "optimal_interval": pl.Float64,
    "events_per_batch_today": pl.Float64,
    "events_per_batch_optimal": pl.Float64,
    "events_avoided_per_batch": pl.Float64,
    "events_avoided_per_batch_low": pl.Float64,
    "events_avoided_per_batch_high": pl.Float64,
    "event_cost_usd": pl.Float64,
    "planned_cost_usd": pl.Float64,
    "saving_per_batch_usd": pl.Float64,
    "saving_per_batch_usd_low": pl.Float64,
    "saving_per_batch_usd_high": pl.Float64,
    "breakdowns_recorded": pl.Int64,
    "breakdowns_avoided_recorded": pl.Float64,
    "breakdowns_avoided_recorded_low": pl.Float64,
    "breakdowns_avoided_recorded_high": pl.Float64,
}


def _intervals(
    *savings: tuple[float, float, float], scale: str = "batches", compared: int = 1
) -> pl.DataFrame:
    """One press part per saving: 0.02 breakdowns a batch become 0.01, at 10,000 USD each."""
    laws = (40.0, 25.0, 0.02, 0.01, 0.01, 0.005, 0.014, 10_000.0, 2_000.0)
    on_record = (13, 5.8, 2.0, 9.0)
    rows = [
        (*_part(i, scale, compared), *laws, *saving, *on_record) for i, saving in enumerate(savings)
    ]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def _part(number: int, scale: str, compared: int) -> tuple[object, ...]:
    return ("press", f"part_{number}", "breakdown", scale, compared, "renew_earlier")


def _spread(found: MaintenanceEvidence | RefusedLever) -> tuple[float, float]:
    assert isinstance(found, MaintenanceEvidence)
    return found.ends_usd


def test_one_interval_is_taken_as_it_is():
    assert _spread(maintenance_evidence(_intervals((60.0, 20.0, 100.0)))) == pytest.approx(
        (20.0, 100.0), rel=1e-3
    )


def test_what_would_have_been_on_the_recorded_batches_is_said_where_it_is_known():
    row = _intervals((60.0, 20.0, 100.0)).row(0, named=True)
    said = "60 USD a batch (20 to 100, 90% interval) by the fitted hazards"
    assert (
        f"{said}; on the recorded batches 6 of 13 breakdowns fewer (2 to 9)."
        in MaintenanceEvidence(row).sentence
    )
    unknown = MaintenanceEvidence(row | {"breakdowns_avoided_recorded": None})
    assert unknown.sentence.endswith(f"{said}.")


def test_a_longer_upper_tail_stays_longer_and_the_middle_stays():
    found = maintenance_evidence(_intervals((60.0, 40.0, 120.0)))
    assert isinstance(found, MaintenanceEvidence)
    assert found.spreads("saving_per_batch_usd") == pytest.approx(
        (20 / 1.645, 60 / 1.645), rel=1e-3
    )
    assert found.ends_usd == pytest.approx((40.0, 120.0), rel=1e-3)


def test_the_best_of_several_is_widened_for_the_choice():
    """Of ten parts: 60 +/- 37 becomes 60 +/- 37 x 2.576 / 1.645 = 57.9, just above zero."""
    ten = _intervals((60.0, 23.0, 97.0), *[(30.0, -60.0, 120.0)] * 9)
    found = maintenance_evidence(ten)
    assert _spread(found) == pytest.approx((2.1, 117.9), abs=0.1)
    assert isinstance(found, MaintenanceEvidence)
    assert "allowing for 10 intervals compared" in found.sentence


def test_the_better_of_two_scales_is_widened_too_and_told_in_its_unit():
    """60 +/- 40 of one part weighed in hours and in batches: 40 x 1.960 / 1.645 = 47.7."""
    found = maintenance_evidence(_intervals((60.0, 20.0, 100.0), scale="hours", compared=2))
    assert _spread(found) == pytest.approx((12.3, 107.7), abs=0.1)
    assert isinstance(found, MaintenanceEvidence)
    assert "every 25 hours instead of every 40 saves" in found.sentence
    assert "allowing for 2 intervals compared" in found.sentence


def test_what_stands_alone_but_not_among_many_is_refused():
    twenty = _intervals((60.0, 15.0, 105.0), *[(30.0, -60.0, 120.0)] * 19)
    refused = maintenance_evidence(twenty)
    assert isinstance(refused, RefusedLever)
    assert refused.code == LeverRefusal.RENEWAL_NOT_SHOWN
    assert str(refused).startswith("No equipment or part is shown to gain from earlier renewal")
    assert isinstance(maintenance_evidence(twenty.head(1)), MaintenanceEvidence)


def test_events_avoided_and_the_saving_keep_their_own_intervals(assumptions):
    """0.01 avoided x 10,000 = 100 a batch; 60 saved means 40 more for renewals: 0.02 x 2,000.

    At the low end 0.005 are avoided and 20 saved, so 30 go into renewals: 0.015.
    """
    found = maintenance_evidence(_intervals((60.0, 20.0, 100.0)))
    assert isinstance(found, MaintenanceEvidence)
    roles = found.roles(Draws(assumptions, "base", 20_000, 1))
    assert np.median(roles["renewals_planned"]) == pytest.approx(0.02, abs=1e-4)
    avoided = roles["events_today"] - roles["events_planned"]
    assert np.median(avoided) == pytest.approx(0.01, abs=1e-4)
    low, high = np.quantile(avoided, [0.05, 0.95])
    assert (low, high) == pytest.approx((0.005, 0.014), abs=2e-4)
    saved = avoided * 10_000 - roles["renewals_planned"] * 2_000
    assert np.quantile(saved, [0.05, 0.95]) == pytest.approx([20, 100], abs=2)
    assert np.quantile(roles["renewals_planned"], 0.05) == pytest.approx(0.015, abs=2e-4)


@pytest.mark.parametrize(("avoided", "share"), [(Fraction(1, 100), "1/6"), (Fraction(1, 2), "1")])
def test_maintenance_prevents_no_more_failures_than_there_are(assumptions, avoided, share):
    """Half of the events lose a batch: 0.005 of 0.03 failing is a sixth; 0.25 of it is all."""
    lever = next(each for each in assumptions.levers if each.kind == "maintenance")
    measured = {
        "events_today": avoided,
        "events_planned": Fraction(0),
        "renewals_today": Fraction(0),
        "renewals_planned": Fraction(0),
        "event_loss_share": Fraction(1, 2),
    }
    exposure = LeverExposure(Fraction(200), Fraction(3, 100), measured)
    value = lever_value(assumptions, lever, 4, lambda name: assumptions[name].base, exposure)
    assert value.prevented_failures == 6 * Fraction(share)
    assert value.unresolved_share == 1 - Fraction(share)
