"""Sequences follow the order in which events were known."""

import polars as pl

from assets.precursors.event_sequences import sequences_of


def test_sequences_follow_the_order_of_being_known():
    """Of ten batches six met a jam and then a hold; the other four met them at one instant."""
    ids = pl.Series("batch_id", [f"B{n}" for n in range(20)])
    noon = pl.datetime(2024, 1, 1, 12)
    lags = pl.concat(
        pl.DataFrame({"batch_id": ids.head(10), "after_h": [hours] * 6 + [0] * 4})
        .select(
            "batch_id", event_type=pl.lit(name), kind=pl.lit("deviation"), scope=pl.lit("batch"),
            lag_h=pl.lit(20.0), known_at=noon + pl.duration(hours="after_h"),
        )
        for name, hours in (("jam", 1), ("hold", 2))
    )  # fmt: skip
    found = sequences_of(lags, ids)
    assert found.steps == [("jam", "hold")]
    assert found.is_met[:, 0].tolist() == [n < 6 for n in range(20)]


def test_sequences_of_a_plant_are_two_or_three_events(found):
    sequences = found["finding.event_sequences"]
    assert sequences.height
    assert set(sequences["length"]) <= {2, 3}
    assert (sequences["exposed"] >= 5).all()
    assert sequences["rank"].sort().to_list() == [*range(1, sequences.height + 1)]
