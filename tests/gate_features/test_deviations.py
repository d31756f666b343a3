"""Prior deviations as known at each gate; a cause found later is not known earlier."""

import polars as pl

from assets.gate_features.firewall import admit
from assets.gate_features.observed.deviations import deviation_features


def counts(observations, gates, feature):
    admitted = admit(observations.values, gates).values
    return dict(
        admitted.filter(pl.col("feature") == f"deviation.{feature}")
        .select("gate", "value")
        .iter_rows()
    )


def test_a_deviation_counts_from_its_opening_and_is_open_until_it_is_closed(table, hours, gates):
    deviations = table(
        "core.deviations",
        {
            "deviation_id": "D1",
            "batch_id": "B1",
            "stage": 3,
            "severity": "major",
            "opened_at": hours(25),  # between gate 2 (20 h) and gate 3 (30 h)
            "closed_at": hours(45),  # after gate 4 (40 h): still open there
        },
    )
    built = deviation_features(deviations, gates, table("core.phases"))
    assert counts(built, gates, "count_on_batch") == {1: 0.0, 3: 1.0}
    assert counts(built, gates, "serious_on_batch") == {1: 0.0, 3: 1.0}
    assert counts(built, gates, "open_on_batch") == {1: 0.0, 3: 1.0, 5: 0.0}


def test_deviations_of_other_batches_on_equipment_used_by_then(table, hours, gates):
    phases = table(
        "core.phases",
        {
            "batch_id": "B1",
            "stage": 4,
            "unit_procedure": "compression",
            "phase": "run",
            "equipment_id": "P1",
            "started_at": hours(35),
            "ended_at": hours(40),
        },
    )
    day = 24.0
    rows = [
        ("D1", "B0", hours(30)),  # on P1, 10 h before gate 4
        ("D2", None, hours(40)),  # of the equipment itself, in the instant gate 4 closed
        ("D3", "B0", hours(40 - 90 * day)),  # exactly 90 days before: no longer counted
        ("D4", "B0", hours(41 - 90 * day)),  # 89 days 23 h before gate 4, gone at gate 5
        ("D5", "B1", hours(36)),  # its own, counted on the batch
        ("D6", "B0", hours(47)),  # after gate 4, before gate 5
    ]
    deviations = table(
        "core.deviations",
        *(
            {"deviation_id": name, "batch_id": batch, "equipment_id": "P1", "opened_at": at}
            for name, batch, at in rows
        ),
    )
    built = deviation_features(deviations, gates, phases)
    assert counts(built, gates, "on_equipment_90d") == {1: 0.0, 4: 3.0}
    # gate 5, 50 h: D1, D2, D6; D4 has left the window, so the count is again 3 and adds no row


def test_without_instants_the_stage_decides_and_what_is_open_is_not_known(table, gates):
    untimed = gates.with_columns(gate_at=pl.lit(None, pl.Datetime("us")))
    deviations = table(
        "core.deviations",
        {"deviation_id": "D1", "batch_id": "B1", "stage": 4},
        {"deviation_id": "D2", "batch_id": "B1"},  # neither stage nor instant: never counted
    )
    built = deviation_features(deviations, untimed, table("core.phases"))
    assert counts(built, untimed, "count_on_batch") == {1: 0.0, 4: 1.0}
    assert counts(built, untimed, "open_on_batch") == {}
    assert counts(built, untimed, "on_equipment_90d") == {}
