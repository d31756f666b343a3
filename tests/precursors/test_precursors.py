"""Event precursors: a planted one is found with its lag; busy periods and results are not."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import polars as pl
import pytest

from assets.precursors.defs import TABLES
from assets.precursors.event_history import EVENT_SCHEMA, event_history
from assets.precursors.event_lags import BatchSurroundings, event_lags
from assets.precursors.lag_search import (
    EventExposure,
    Exposures,
    cut_points,
    deviance_root,
    score_exposures,
)
from assets.precursors.matched_blocks import matched_blocks, subjects_of
from assets.precursors.matched_effect import matched_effect
from assets.precursors.replication import replication
from benchmarks.precursor_study import study_plant
from data_contracts.tables import table

PRECURSORS, SEARCHES, _ = TABLES


def empty_events():
    return pl.DataFrame(schema=EVENT_SCHEMA)


def _leading(tables):
    return tables[PRECURSORS].filter("is_leading")


def test_a_planted_precursor_is_found_with_its_lag(planted, found):
    first = _leading(found).row(0, named=True)
    assert (first["event_type"], first["scope"]) == (planted.event_type, "equipment")
    assert first["lag_until_h"] == pytest.approx(planted.lag_h, rel=0.2)
    assert first["lag_until_low_h"] <= first["lag_until_h"] <= first["lag_until_high_h"]
    assert first["difference_low"] > 0.1
    assert first["later_standing"] == "held"
    assert first["later_failures"] > 2 * first["later_expected"]
    assert found[SEARCHES]["verdict"].to_list() == ["found"]


def test_a_precursor_of_the_earlier_batches_alone_does_not_hold(planted):
    """Outcomes of the later half are dealt out anew; the earlier half still tells."""
    records = planted.records
    subjects = subjects_of(records.batches, records.outcomes, empty_events())
    block, half = matched_blocks(subjects), subjects.label.size // 2
    exposed = np.zeros(subjects.label.size, dtype=bool)
    exposed[::6] = True
    label = np.where(exposed, 1.0, 0.0)
    label[half:] = np.random.default_rng(2).permutation(label[half:])
    described = [EventExposure("equipment.breakdown.press", "equipment", "line", 0.0, 24.0)]
    laid = Exposures(described, exposed[:, None], {})
    dealt = replication(laid, 0, replace(subjects, label=label), block, seed=1)
    assert dealt["later_standing"] == "not_held"
    few = replication(
        Exposures(described, (exposed & (np.arange(exposed.size) < half))[:, None], {}),
        0, replace(subjects, label=label), block, seed=1,
    )  # fmt: skip
    assert few == {"later_standing": "too_few_to_tell"}


def test_nothing_else_is_found(planted, found):
    assert set(_leading(found)["event_type"]) == {planted.event_type}


def test_what_the_result_set_off_comes_before_nothing(planted, found):
    assert (planted.records.deviations["category"] == "out_of_specification").any()
    on_batch = found[PRECURSORS].filter(pl.col("scope") == "batch")
    assert "deviation.out_of_specification" not in on_batch["event_type"].to_list()


@pytest.mark.parametrize(("kind", "seed"), [("planted", 3), ("busy", 4), ("null", 5)])
def test_study_smoke(kind, seed):
    marks = study_plant(kind, seed, batches=1000, draws=100)
    assert marks["any_found"] == (kind == "planted")
    assert marks["is_lag_within_20pct"] == (kind == "planted")


def test_the_order_of_records_does_not_matter(planted, with_records):
    again = with_records(deviations=planted.records.deviations.sample(fraction=1.0, shuffle=True))
    assert again[PRECURSORS].equals(with_records()[PRECURSORS])


@pytest.mark.parametrize("failures", [0, 1, 2])
def test_precursor_searches_with_few_failures_are_a_sentence(planted, with_records, failures):
    outcomes = planted.records.outcomes.with_columns(is_failure=pl.int_range(pl.len()) < failures)
    tables = with_records(outcomes=outcomes)
    assert tables[PRECURSORS].is_empty()
    row = tables[SEARCHES].row(0, named=True)
    assert row["verdict"] == "too_few_failures"
    assert f"Only {failures} of 800 batches" in row["reason"]


def test_precursor_searches_of_pending_batches_are_a_sentence(planted, with_records):
    outcomes = planted.records.outcomes.with_columns(is_failure=pl.lit(None, pl.Boolean))
    assert with_records(outcomes=outcomes)[SEARCHES]["verdict"].to_list() == ["no_events"]


def test_precursor_searches_without_events_are_a_sentence(planted, with_records):
    tables = with_records(
        deviations=table("core.deviations"),
        equipment_events=table("core.equipment_events"),
        phases=table("core.phases"),
    )
    assert tables[SEARCHES]["verdict"].to_list() == ["no_events"]
    assert "records no event" in tables[SEARCHES]["reason"][0]


def test_no_outcomes_make_empty_tables(with_records):
    tables = with_records(
        outcomes=table("core.outcomes"),
        outcome_definitions=table("core.outcome_definitions"),
    )
    assert tables[SEARCHES].is_empty()


def test_tied_times_are_survived(planted, with_records):
    one = planted.records.batches["started_at"][0]
    tables = with_records(
        batches=planted.records.batches.with_columns(started_at=pl.lit(one)),
        equipment_events=planted.records.equipment_events.with_columns(
            occurred_at=pl.lit(one)
        ).unique(["equipment_id", "event"]),
    )
    assert tables[SEARCHES]["verdict"].to_list()[0] in ("none_found", "too_few_exposed", "found")


def test_without_dates_the_stage_decides(planted):
    records = planted.records
    undated = records.deviations.with_columns(opened_at=pl.lit(None, pl.Datetime("us")))
    events = event_history(
        undated,
        records.equipment_events.clear(),
        records.phases.clear(),
        records.sensor_phase_features,
    )
    anchors = records.batches.select(
        "batch_id", anchor_at=pl.lit(None, pl.Datetime("us")), anchor_stage=pl.lit(5, pl.Int64)
    )
    around = BatchSurroundings(
        records.batches, records.phases.clear(), records.material_usage, anchors
    )
    lags = event_lags(events, around)
    assert set(lags["scope"]) == {"batch"}
    assert lags["lag_h"].null_count() == lags.height
    assert "deviation.out_of_specification" not in lags["event_type"].to_list()


def test_an_event_counts_from_when_it_was_known(planted):
    """A deviation opened an hour after the anchor is nobody's precursor on that batch."""
    records = planted.records
    late = records.deviations.head(1).with_columns(
        opened_at=records.batch_gates.filter(
            pl.col("batch_id") == records.deviations["batch_id"][0]
        )["gate_at"][0]
        + timedelta(hours=1)
    )
    events = event_history(
        late, records.equipment_events.clear(), records.phases, records.sensor_phase_features
    )
    anchors = records.batches.select("batch_id").join(
        records.batch_gates.select("batch_id", anchor_at="gate_at", anchor_stage="gate"),
        on="batch_id",
    )
    around = BatchSurroundings(records.batches, records.phases, records.material_usage, anchors)
    own = event_lags(events, around).filter(
        (pl.col("event_type") == f"deviation.{late['category'][0]}")
        & (pl.col("batch_id") == late["batch_id"][0])
    )
    assert own.is_empty()


def test_blocks_keep_campaigns_whole_and_products_apart(planted):
    records = planted.records
    subjects = subjects_of(records.batches, records.outcomes, empty_events())
    block = matched_blocks(subjects)
    for code in np.unique(block):
        assert np.unique(subjects.product[block == code]).size == 1
    for code in np.unique(subjects.cluster):
        assert np.unique(block[subjects.cluster == code]).size == 1


def test_the_ratio_is_mantel_haenszel():
    """Two blocks of 20: 4 of 10 exposed fail against 1 of 10, then 3 of 10 against 2 of 10."""
    label = np.zeros(40)
    exposed = np.tile(np.repeat([True, False], 10), 2)
    label[[0, 1, 2, 3, 10, 20, 21, 22, 30, 31]] = 1
    effect = matched_effect(exposed, label, np.repeat([0, 1], 20), np.arange(40))
    assert effect.ratio == pytest.approx((4 * 10 / 20 + 3 * 10 / 20) / (1 * 10 / 20 + 2 * 10 / 20))
    assert effect.rate_controls == pytest.approx(0.15)
    assert (effect.exposed_failures, effect.controls_failures) == (7, 3)
    # In lots of five that fail together the same counts say less.
    lots = matched_effect(exposed, label, np.repeat([0, 1], 20), np.arange(40) // 5)
    assert lots.ratio == effect.ratio
    assert lots.ratio_low < effect.ratio_low
    assert lots.difference_low < effect.difference_low
    assert lots.rate_exposed_low < effect.rate_exposed_low


def test_cut_points_and_score_by_hand():
    assert cut_points(np.array([])).size == 0
    cuts = cut_points(np.array([2.0, 10.0, 100.0]))
    assert cuts[-1] == pytest.approx(100.0)
    assert deviance_root(np.array([4.0]), np.array([1.0]))[0] == pytest.approx(
        np.sqrt(2 * (4 * np.log(4) - 3))
    )


@pytest.mark.parametrize("seed", range(12))
def test_a_draw_as_good_as_the_records_counts_as_one(seed):
    """The records themselves, drawn: their largest score is that of the records to the last bit."""
    rng = np.random.default_rng(seed)
    label = (rng.random(300) < 0.05).astype(float)
    exposed = rng.random((300, 7)) < rng.uniform(0.05, 0.3, 7)
    found = score_exposures(exposed, label, np.arange(300) // 50, [np.arange(300)[None, :]])
    assert found.null_largest[0] == found.score.max()


def test_precursors_leave_out_the_event_that_defines_the_outcome(planted, found, with_records):
    """The planted precursor, declared to be the failure, is gone from everything searched."""
    kind, event, _ = planted.event_type.split(".")
    declared = f"{kind}.{event}"
    definitions = planted.records.outcome_definitions.with_columns(defining_events=pl.lit(declared))
    assert found[PRECURSORS]["event_type"].str.starts_with(declared).any()
    again = with_records(outcome_definitions=definitions)
    assert not again[PRECURSORS]["event_type"].str.starts_with(declared).any()
    assert not again["finding.event_sequences"]["sequence"].str.contains(declared).any()
    row = again[SEARCHES].row(0, named=True)
    assert row["left_out"] == declared
    assert row["reason"].endswith(f"Left out, because they define this outcome: {declared}.")
    assert found[SEARCHES]["left_out"].to_list() == [None]
    assert row["event_types"] < found[SEARCHES]["event_types"].item()
