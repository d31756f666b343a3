"""How often a lever was held is counted from the records, and told from what was promised."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import polars as pl
import pytest

from assets.savings.benefit.held_batches import unrecorded
from assets.savings.benefit.lever_adherence import lever_adherence
from assets.savings.benefit.lever_state import lever_state
from assets.savings.benefit.margin_tracker import margin_evidence
from data_contracts.assumptions import HeldLever, Promise
from data_contracts.catalogue import contract
from data_contracts.codes.money import LeverState
from tests.savings.changed_plants import START, changed_plant
from tests.savings.under_way import LOTS, PROMISE, tables_under_way

MONTHS = [date(2026, month, 1) for month in (1, 2, 4)]


def test_lever_adherence_counts_what_was_recorded_month_by_month():
    """January: 1.8 and 2.5 are the limits, 2.6 beyond, one not recorded. March makes no batch."""
    found = lever_adherence(PROMISE, tables_under_way())
    window = found.filter(pl.col("lever") == "window.failure")
    assert window["month"].to_list() == MONTHS
    assert window["batches"].to_list() == [4, 3, 1]
    assert window["recorded_batches"].to_list() == [3, 3, 1]
    assert window["inside_batches"].to_list() == [2, 2, 1]
    assert window["adherence_share"].to_list() == pytest.approx([2 / 3, 2 / 3, 1.0])
    assert window["adherence_since_start_share"].to_list() == pytest.approx([2 / 3, 4 / 6, 5 / 7])
    # Wilson for 2 of 3: (2/3 + 3.8415/6 -+ 1.95996 sqrt(2/27 + 3.8415/36)) / (1 + 3.8415/3).
    assert window["adherence_low"][0] == pytest.approx(0.2077, abs=1e-4)
    assert window["adherence_high"][0] == pytest.approx(0.9385, abs=1e-4)
    lots = found.filter(pl.col("lever") == "lots.failure")
    assert lots["recorded_batches"].to_list() == [4, 0, 1]
    assert lots["inside_batches"].to_list() == [2, 0, 1]
    assert lots["adherence_share"].to_list() == [0.5, None, 1.0]
    assert lots["adherence_since_start_share"].to_list() == pytest.approx([0.5, 0.5, 0.6])
    assert set(lots["limit_low"]) == {None}


def test_lever_adherence_says_how_each_lever_stands():
    """Three batches cannot tell 67% from 90%; the tracker on failures speaks in April."""
    found = lever_adherence(PROMISE, tables_under_way())
    states = {
        lever: found.filter(pl.col("lever") == lever)["state"].to_list()
        for lever in ("window.failure", "lots.failure")
    }
    assert states["window.failure"] == ["done_no_effect_yet", "done_no_effect_yet", "working"]
    assert states["lots.failure"] == ["done_no_effect_yet", "not_recorded", "working"]
    assert found["failures_e_value"].to_list() == [1.1, 1.4, 21.0] * 2


def test_lever_adherence_without_evidence_on_failures_works_on_none():
    tables = tables_under_way()
    rehearsed = tables["savings_tracker"].with_columns(is_promise=pl.lit(value=False))
    found = lever_adherence(PROMISE, tables | {"savings_tracker": rehearsed})
    assert "working" not in set(found["state"])
    assert found["failures_e_value"].null_count() == found.height


def test_lever_adherence_is_empty_where_nothing_is_promised():
    assert lever_adherence(None, tables_under_way()).is_empty()
    plain = replace(PROMISE, held=())
    empty = lever_adherence(plain, tables_under_way())
    assert empty.columns == list(contract("economics.lever_adherence").column_names)
    assert empty.is_empty()
    later = replace(PROMISE, started_on=date(2027, 1, 1))
    assert lever_adherence(later, tables_under_way()).is_empty()


def test_lever_adherence_of_a_parameter_nobody_records():
    unknown = replace(PROMISE, held=(replace(LOTS, feature="never_measured"),))
    found = lever_adherence(unknown, tables_under_way())
    assert set(found["state"]) == {"not_recorded"}
    assert found["adherence_share"].null_count() == found.height == 3


def test_a_promised_feature_that_nobody_records_is_named():
    values = tables_under_way()["gate_values"]
    assert unrecorded(PROMISE, values) == unrecorded(None, values) == []
    (said,) = unrecorded(replace(PROMISE, held=(replace(LOTS, feature="d50"),)), values)
    assert said == (
        "promise: held: lots.failure: no batch has a number for 'd50', so whether it is held "
        "cannot be told; did you mean d50_um?"
    )
    (said,) = unrecorded(replace(PROMISE, held=(replace(LOTS, feature="zzz"),)), values)
    assert said.endswith("nothing like it is recorded.")


@pytest.mark.parametrize(
    ("inside", "since", "evidence", "state"),
    [
        # Upper end of 60 of 100 is 0.691; of 71 of 100 0.790; of 72 of 100 0.799, of 73 0.807.
        (60, 100, (50.0, 50.0), LeverState.NOT_DONE),
        (72, 100, (50.0, 50.0), LeverState.NOT_DONE),
        (73, 100, (None, 20.0), LeverState.WORKING),
        (73, 100, (20.0, None), LeverState.WORKING),
        (73, 100, (19.9, None), LeverState.DONE_NO_EFFECT_YET),
        (100, 100, (None, None), LeverState.DONE_NO_EFFECT_YET),
    ],
)
def test_a_lever_held_ten_points_less_often_is_not_done(inside, since, evidence, state):
    found = lever_state(recorded=5, inside=inside, since=since, promised=0.9, evidence=evidence)
    assert found == state
    gone = lever_state(recorded=0, inside=inside, since=since, promised=0.9, evidence=evidence)
    assert gone == LeverState.NOT_RECORDED


def test_lever_adherence_takes_the_evidence_of_the_margins():
    """The months of a plant with a planted shift, as the tracker alone gives them."""
    inside, margins = changed_plant(0, 0.9, 6.0)
    held = HeldLever("window.failure", "x", 0.5, None, Fraction(95, 100))
    promise = Promise(START, Fraction(3, 100), Fraction(1, 100), "Somebody", None, (held,))
    tables = tables_under_way() | {
        "batches": inside.select("batch_id", "product", started_at=pl.col("day").cast(pl.Datetime)),
        "gate_values": inside.select(
            "batch_id",
            gate=pl.lit(3),
            feature=pl.lit("x"),
            value=pl.col("is_inside").cast(pl.Float64),
        ),
        "outcome_margins": margins.with_columns(
            outcome=pl.lit("failure"), is_censored=pl.lit(value=False)
        ),
        "savings_tracker": tables_under_way()["savings_tracker"].head(0),
    }
    found = lever_adherence(promise, tables)
    alone = margin_evidence(inside, margins, START, 0.95)
    assert alone is not None
    assert found["margins_e_value"].to_list() == pytest.approx(alone.e_values.tolist())
    assert set(found["quantity"]) == {"assay.low"}
    assert found["state"].to_list()[0] == "done_no_effect_yet"
    is_working = (found["margins_e_value"] >= 20).to_list()
    assert any(is_working)
    assert [state == "working" for state in found["state"]] == is_working
