"""Inputs as a plant director reads them: no code, no dots, no underscores."""

import pytest

from assets.savings.uncertainty.input_titles import input_title

OUTCOMES = {"failure": "Batch rejected", "low_yield": "Yield below 97 %"}
FEATURES = {"material.api.d90_um": "API d90 (um)", "parameter.moisture": "End moisture (%)"}


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("direct_material_usd_per_batch", "Direct material cost per batch"),
        ("validation_usd_tier_3", "Validation cost tier 3"),
        ("capa_usd_per_day", "CAPA cost per day"),
        ("batch_value_usd", "Batch value"),
        ("failure_cost_usd_per_batch", "Failure cost per batch"),
        ("discount_rate", "Discount rate"),
        ("failure.failure", "Failure rate, batch rejected"),
        ("failure.failure+low_yield", "Failure rate, batch rejected or yield below 97 %"),
        ("failure.other_mode", "Failure rate, other mode"),
        ("sensitivity.failure.3", "Failures caught at gate 3, batch rejected"),
        ("false_alarms.failure.3 (2 of 9)", "False alarms at gate 3, batch rejected (2 of 9)"),
        ("maintenance.saving", "Saving of the replacement interval"),
        ("release.eligible", "Share of batches released early"),
        ("window.failure.material.api.d90_um", "Effect of holding API d90 (um)"),
        ("window.failure.parameter.moisture", "Effect of holding end moisture (%)"),
        ("window.failure.parameter.speed_rpm", "Effect of holding parameter.speed rpm"),
    ],
)
def test_an_input_in_words(name, title):
    assert input_title(name, OUTCOMES, FEATURES) == title
