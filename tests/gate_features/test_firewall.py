"""The firewall: stage and instant must both hold, and a late canary gets nowhere."""

import numpy as np
import polars as pl
import pytest

from assets.gate_features.firewall import admit
from assets.gate_features.observed.observations import VALUES_SCHEMA, placed
from data_contracts.errors import ContractError


def observed(*rows):
    return pl.DataFrame([("B1", *row) for row in rows], schema=VALUES_SCHEMA, orient="row")


@pytest.mark.parametrize(
    ("stage", "known_after_h", "gate"),
    [
        (3, 25, 3),  # stage 3, known before gate 3 closed at 30 h
        (3, 30, 3),  # known in the very instant it closed
        (3, 31, 4),  # a minute too late for gate 3
        (5, 1, 5),  # early instant, but the stage is 5: both must hold
        (2, None, 2),  # no instant: the stage decides
        (3, 71, None),  # known after the last gate
    ],
)
def test_gate_values_come_at_the_first_gate_at_which_both_conditions_hold(
    gates, hours, stage, known_after_h, gate
):
    known_at = None if known_after_h is None else hours(known_after_h)
    admitted = admit(observed(("f", stage, known_at, 1.0, None)), gates)
    assert admitted.values["gate"].to_list() == ([] if gate is None else [gate])
    assert admitted.late.height == (1 if gate is None else 0)


def test_a_value_without_stage_is_refused_and_counted(gates, hours):
    admitted = admit(observed(("f", None, hours(5), 1.0, None)), gates)
    assert admitted.values.is_empty()
    assert admitted.unplaced.rows() == [("f", 1)]


def test_a_gate_without_instant_leaves_the_decision_to_the_stage(gates, hours):
    untimed = gates.with_columns(gate_at=pl.lit(None, pl.Datetime("us")))
    admitted = admit(observed(("f", 4, hours(9999), 1.0, None)), untimed)
    assert admitted.values["gate"].to_list() == [4]


def test_a_value_that_changes_is_kept_at_each_gate_and_the_last_one_stands(gates, hours):
    admitted = admit(
        observed(
            ("f", 2, hours(11), 1.0, None),
            ("f", 2, hours(12), 2.0, None),  # the same gate 2: supersedes
            ("f", 2, hours(35), 3.0, None),  # changes at gate 4
        ),
        gates,
    )
    assert admitted.values.select("gate", "value").rows() == [(2, 2.0), (4, 3.0)]


def test_a_canary_stamped_late_reaches_no_gate_before_the_result(hours):
    rng = np.random.default_rng(7)
    count = 200
    ids = [f"B{n:03d}" for n in range(count)]
    label = rng.random(count) < 0.1
    gates = pl.DataFrame(
        {
            "batch_id": np.repeat(ids, 7),
            "gate": np.tile(range(1, 8), count),
            "gate_at": [hours(24.0 * n + g) for n in range(count) for g in range(1, 8)],
        },
        schema_overrides={"gate_at": pl.Datetime("us")},
    )
    canary = pl.DataFrame(
        {
            "batch_id": ids,
            "feature": ["parameter.canary"] * count,
            "stage": [3] * count,  # it claims to be of formulation
            "known_at": [hours(24.0 * n + 5.5) for n in range(count)],  # stamped in control
            "value": label + rng.normal(0, 0.1, count),
            "level": [None] * count,
        },
        schema=VALUES_SCHEMA,
    )
    admitted = admit(canary, gates)
    assert admitted.values["gate"].unique().to_list() == [6]
    assert admitted.values.height == count


def test_a_column_without_availability_may_not_become_a_feature(table):
    recorded = table("core.parameters")
    with pytest.raises(ContractError, match="does not say when it is available"):
        placed(recorded, "core.parameters", "source_file")
