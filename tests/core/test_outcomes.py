"""Outcomes by hand: failed, good, pending and not measured are four different things."""

import pytest

from assets.core.margins import outcome_margins
from assets.core.measurements import measurements
from assets.core.outcome_inputs import quantities_of
from assets.core.outcomes import outcome_definitions, outcomes
from data_contracts.errors import ProfileError


def decided(outcome, batches, lab_results, parameters):
    measured = measurements(lab_results, parameters, quantities_of([outcome]))
    margins = outcome_margins([outcome], measured)
    found = outcomes([outcome], batches, measured, margins)
    return {row["batch_id"]: row for row in found.iter_rows(named=True)}


def batch(name, disposition=None, **columns):
    return {
        "batch_id": name,
        "production_order": int(name[1:]),
        "cluster_id": name,
        "disposition": disposition,
        **columns,
    }


def result(batch_id, value, test="dissolution", **columns):
    return {
        "batch_id": batch_id,
        "stage": 6,
        "test": test,
        "sample_no": 1,
        "value": value,
        "censoring": "none",
        **columns,
    }


def test_a_batch_without_disposition_is_pending_not_good(table, day, outcome):
    batches = table(
        "core.batches",
        batch("B1", "released", dispositioned_at=day(5)),
        batch("B2", "rejected", dispositioned_at=day(6), failure_mode="dissolution"),
        batch("B3"),
        batch("B4", "pending"),
        batch("B5", "reworked", dispositioned_at=day(7)),
    )
    rows = decided(
        outcome("disposition = 'rejected'"),
        batches,
        table("core.lab_results"),
        table("core.parameters"),
    )
    failed = {name: row["is_failure"] for name, row in rows.items()}
    assert failed == {"B1": False, "B2": True, "B3": None, "B4": None, "B5": False}
    assert [rows[name]["status"] for name in ("B1", "B3", "B4")] == ["known", "pending", "pending"]
    assert rows["B2"]["known_at"] == day(6)
    assert rows["B3"]["known_at"] is None


def test_a_mode_is_false_for_released_batches_and_unknown_for_rejects_without_mode(table, outcome):
    batches = table(
        "core.batches",
        batch("B1", "released"),
        batch("B2", "rejected", failure_mode="weight"),
        batch("B3", "rejected", failure_mode="dissolution"),
        batch("B4", "rejected"),
    )
    rows = decided(
        outcome("failure_mode = 'weight'"),
        batches,
        table("core.lab_results"),
        table("core.parameters"),
    )
    assert {name: row["is_failure"] for name, row in rows.items()} == {
        "B1": False,
        "B2": True,
        "B3": False,
        "B4": None,
    }
    assert rows["B4"]["status"] == "not_measured"


def test_a_proxy_over_a_result(table, day, outcome):
    batches = table("core.batches", *(batch(f"B{n}") for n in range(1, 5)))
    results = table(
        "core.lab_results",
        result("B1", 79.0, resulted_at=day(1)),
        result("B2", 80.0, resulted_at=day(2)),
        result("B3", 92.0, resulted_at=day(3), censoring="right"),
    )
    proxy = outcome("dissolution < 80", ("dissolution", 80.0, None), is_proxy=True)
    rows = decided(proxy, batches, results, table("core.parameters"))
    assert {name: row["is_failure"] for name, row in rows.items()} == {
        "B1": True,
        "B2": False,
        "B3": False,
        "B4": None,
    }
    # Distances -1, 0, 12: median 0, absolute deviations 1, 0, 12, so MAD 1 and spread 1.4826.
    assert rows["B1"]["margin"] == pytest.approx(-1 / 1.4826)
    assert rows["B2"]["margin"] == pytest.approx(0.0)
    assert rows["B3"]["margin"] == pytest.approx(12 / 1.4826)
    assert [rows[name]["is_censored"] for name in ("B1", "B3")] == [False, True]
    assert rows["B4"]["status"] == "not_measured"
    assert rows["B2"]["known_at"] == day(2)


def test_limits_on_the_result_go_before_the_profiles_and_the_worst_sample_counts(table, outcome):
    batches = table("core.batches", batch("B1", "released"), batch("B2", "rejected"))
    results = table(
        "core.lab_results",
        result("B1", 101.0, "weight", spec_low=95.0, spec_high=105.0),
        {**result("B1", 104.0, "weight", spec_low=95.0, spec_high=105.0), "sample_no": 2},
        result("B2", 207.0, "weight", spec_low=190.0, spec_high=205.0),
        result("B1", 99.0, "assay"),
        result("B2", 98.0, "assay"),
    )
    declared = outcome("disposition = 'rejected'", ("weight", 0.0, 1.0), ("assay", 95.0, 105.0))
    measured = measurements(results, table("core.parameters"), quantities_of([declared]))
    margins = outcome_margins([declared], measured)
    found = {(row["batch_id"], row["quantity"]): row["margin"] for row in margins.to_dicts()}
    # To the high limit 1 (the worse of 4 and 1) and -2: median -0.5, MAD 1.5.
    assert found["B1", "weight (high limit)"] == pytest.approx(1 / (1.4826 * 1.5))
    assert found["B2", "weight (high limit)"] == pytest.approx(-2 / (1.4826 * 1.5))
    # To the low limit 6 (the worse of 6 and 9) and 17: MAD 5.5.
    assert found["B1", "weight (low limit)"] == pytest.approx(6 / (1.4826 * 5.5))
    # Assay 4 and 3 to the low limit, 6 and 7 to the high one: MAD 0.5.
    assert found["B2", "assay (low limit)"] == pytest.approx(3 / (1.4826 * 0.5))
    assert found["B2", "assay (high limit)"] == pytest.approx(7 / (1.4826 * 0.5))
    # The smallest margin is the outcome's.
    rows = decided(declared, batches, results, table("core.parameters"))
    assert rows["B1"]["margin"] == pytest.approx(1 / (1.4826 * 1.5))
    assert rows["B2"]["margin"] == pytest.approx(-2 / (1.4826 * 1.5))


def test_outcome_margins_show_a_cause_that_shifts_a_quantity_between_two_limits(table, outcome):
    shifts = [-2.0, -1.0, 0.0, 1.0, 2.0]
    results = table(
        "core.lab_results",
        *(result(f"B{n}", 100.0 + shift, "assay") for n, shift in enumerate(shifts, start=1)),
    )
    proxy = outcome("assay < 95 OR assay > 105", ("assay", 95.0, 105.0), is_proxy=True)
    measured = measurements(results, table("core.parameters"), quantities_of([proxy]))
    margins = outcome_margins([proxy], measured).sort("limit", "batch_id")
    assert margins["measured_quantity"].unique().to_list() == ["assay"]
    # MAD 1. The distance to the nearest limit would be 3, 4, 5, 4, 3: no trend at all.
    high, low = margins["margin"].to_numpy().reshape(2, 5) * 1.4826
    assert low.tolist() == pytest.approx([3.0, 4.0, 5.0, 6.0, 7.0])
    assert high.tolist() == pytest.approx([7.0, 6.0, 5.0, 4.0, 3.0])


def test_a_rule_over_a_parameter_and_a_category(table, outcome):
    batches = table("core.batches", batch("B1"), batch("B2"))
    parameters = table(
        "core.parameters",
        {"batch_id": "B1", "stage": 5, "parameter": "yield_pct", "value": 96.0},
        {"batch_id": "B2", "stage": 5, "parameter": "yield_pct", "value": 96.0},
        {"batch_id": "B1", "stage": 5, "parameter": "line_speed", "level": "high"},
        {"batch_id": "B2", "stage": 5, "parameter": "line_speed", "level": "low"},
    )
    rows = decided(
        outcome("yield_pct < 97 AND line_speed = 'high'"),
        batches,
        table("core.lab_results"),
        parameters,
    )
    assert rows["B1"]["is_failure"] is True
    assert rows["B2"]["is_failure"] is False


def test_results_that_do_not_vary_have_no_margin(table, outcome):
    batches = table("core.batches", batch("B1"), batch("B2"))
    results = table("core.lab_results", result("B1", 90.0), result("B2", 90.0))
    proxy = outcome("dissolution < 80", ("dissolution", 80.0, None), is_proxy=True)
    rows = decided(proxy, batches, results, table("core.parameters"))
    assert [row["margin"] for row in rows.values()] == [None, None]
    assert [row["status"] for row in rows.values()] == ["known", "known"]


def test_a_quantity_nobody_measured_is_one_clear_error_or_not_measured(table, outcome):
    batches = table("core.batches", batch("B1"))
    empty = table("core.lab_results"), table("core.parameters")
    assert decided(outcome("assay < 95"), batches, *empty)["B1"]["status"] == "not_measured"
    with pytest.raises(ProfileError):
        decided(outcome("disposition + 1"), batches, *empty)


def test_outcome_definitions_list_every_name_that_gives_the_outcome_away(outcome):
    row = outcome_definitions([outcome("weight > 2", ("weight", None, 2.0), is_proxy=True)])
    definition = row.to_dicts()[0]
    assert definition["margin_quantity"] == "weight"
    assert (definition["spec_low"], definition["spec_high"]) == (None, 2.0)
    assert definition["last_gate_before"] == 5
    assert definition["defining_quantities"] == "weight,weight_checked"


def test_without_outcomes_the_tables_are_empty(table):
    batches = table("core.batches", batch("B1"))
    measured = measurements(table("core.lab_results"), table("core.parameters"), set())
    assert outcomes([], batches, measured, outcome_margins([], measured)).is_empty()
    assert outcome_definitions([]).is_empty()
