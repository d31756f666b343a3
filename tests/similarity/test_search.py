"""The nearest batches, on tables small enough to work out by hand, and on plants with a twin."""

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
import polars as pl
import pytest

from assets.similarity.batch_rows import BatchRows, batch_rows
from assets.similarity.example import Example, answer
from assets.similarity.feature_traits import feature_traits, with_margins
from assets.similarity.normal_spread import normal_spread
from assets.similarity.search import ComparedBy
from assets.similarity.traits import Traits
from benchmarks.similarity_study import summary
from benchmarks.studies.similarity_plants import twin_marks
from data_contracts.tables import table

GAP = float("nan")
# Nine good batches: median 0 and 10, median absolute deviation 1 and 10 in the two traits.
GOOD = [(-2, -10), (-1, 0), (-1, 0), (0, 10), (0, 10), (0, 10), (1, 20), (1, 20), (2, 30)]
UNIT = 1.4826


def at(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, tzinfo=UTC).replace(tzinfo=None)


def rows_of(results: list[str], products: list[str] | None = None) -> BatchRows:
    count = len(results)
    return BatchRows(
        batch_ids=[f"B{i}" for i in range(count)],
        product=list(products or ["P"] * count),
        result=results,
        started_at=[at(2020 + i, 1, 1) for i in range(count)],
        gate=np.full(count, 5),
    )


def traits_of(values: Sequence[tuple[float, float]]) -> Traits:
    names = ["speed", "force"]
    table_of = np.array(values, dtype=float)
    ids = [f"B{i}" for i in range(len(values))]
    return Traits(ids, names, np.arange(2), table_of, is_course=False)


def asked(values, results, **wanted):
    example = Example("B0", ComparedBy.FEATURES, **wanted)
    found = answer(example, rows_of(results), traits_of(values), 5)
    assert found.found is not None
    return found, next(iter(found.found.neighbours.values()))


def test_distances_are_in_spreads_of_good_batches():
    """3 and 40 units away are 3 / 1.4826 and 4 / 1.4826 spreads: 3.5355 / 1.4826 together."""
    values = [(4, 20), *GOOD, (7, 60), (GAP, 20), (GAP, GAP)]
    results = ["failed", *["good"] * 9, "failed", "failed", "failed"]
    found, (near, far) = asked(values, results, wanted="failed")
    assert (near.batch, near.distance, near.shared) == (11, 0.0, 0.5)
    assert far.batch == 10
    assert far.distance == pytest.approx(np.sqrt((9 + 16) / 2) / UNIT)
    assert near.different == []
    assert far.different == ["force (2.7 above)", "speed (2.0 above)"]
    # Both speeds lie over two spreads above good ones, but not alike: 2.7 and 4.7.
    assert far.alike == []
    assert "1 batches are left out" in " ".join(found.remarks)
    assert "Only 2 batches fit; 10 were asked for." in found.remarks


def test_what_is_unusual_about_both_is_said():
    values = [(6, 10), *GOOD, (7, 10)]
    _, (near,) = asked(values, ["failed", *["good"] * 9, "failed"], wanted="failed")
    assert near.alike == ["speed (4.0 above normal)"]


def test_a_stuck_sensor_is_away_and_no_more():
    """Beyond eight spreads nothing counts more: with the same fault, both are in one place."""
    values = [(1e6, 10), *GOOD, (2e6, 10)]
    _, (near,) = asked(values, ["failed", *["good"] * 9, "failed"], wanted="failed")
    assert near.distance == 0.0


def test_equally_near_batches_share_a_rank():
    values = [(0, 10), *GOOD]
    found, neighbours = asked(values, ["failed", *["good"] * 9], top=5)
    assert [one.rank for one in neighbours] == [1, 1, 1, 4, 4]
    assert "Batches of one rank are equally near." in found.remarks


def test_only_the_span_asked_for_is_looked_at():
    values = [(0, 10), *GOOD]
    begin, end = at(2021, 1, 1), at(2023, 1, 1)
    _, neighbours = asked(values, ["failed", *["good"] * 9], begin=begin, end=end)
    assert sorted(one.batch for one in neighbours) == [1, 2]


def test_other_products_only_on_request():
    values = [(0, 10), *GOOD, (0, 10)]
    rows = rows_of(["failed", *["good"] * 10], ["P"] * 10 + ["Q"])
    for of_any, batches in ((False, 9), (True, 10)):
        example = Example("B0", ComparedBy.FEATURES, of_any_product=of_any)
        found = answer(example, rows, traits_of(values), 5).found
        assert found is not None
        assert found.compared == batches
        assert found.good == 9


def test_too_few_good_batches_are_said_and_not_measured():
    found = answer(
        Example("B0", ComparedBy.FEATURES),
        rows_of(["failed", *["good"] * 7, "failed", "failed"]),
        traits_of([(0, 10), *GOOD]),
        5,
    )
    assert found.found is None
    assert found.refusal == (
        "Cannot be said: 7 good batches are known, and 8 are needed to tell what is normal."
    )


def test_a_product_with_few_good_batches_is_measured_by_all():
    rows = rows_of(["failed", *["good"] * 9], ["Q"] + ["P"] * 6 + ["Q"] * 3)
    found = answer(Example("B0", ComparedBy.FEATURES), rows, traits_of([(0, 10), *GOOD]), 5)
    assert found.found is not None
    assert found.found.good == 9
    assert sorted(one.batch for one in found.found.neighbours["any"]) == [7, 8, 9]
    assert found.remarks[0].startswith("Fewer than 8 good batches of its product are known")


def test_what_good_batches_never_vary_in_has_no_unit():
    values = [(0, 10), *((one, 10) for one, _ in GOOD), (0, 99)]
    found, (near,) = asked(values, ["failed", *["good"] * 9, "failed"], wanted="failed")
    assert found.found is not None
    assert (found.found.traits, near.distance) == (1, 0.0)


def test_the_step_of_a_trajectory_has_a_fifth_of_its_spread_at_least():
    steps = np.array([[0.0, one] for one in range(-5, 6)])
    course = Traits([""] * 11, ["a"], np.zeros(2, int), steps, is_course=True)
    spread = normal_spread(course, np.ones(11, bool)).spread
    assert spread.tolist() == pytest.approx([0.2 * 3 * UNIT / 2, 3 * UNIT])


def test_a_failed_batch_is_looked_at_up_to_its_own_result():
    batches = pl.DataFrame(
        {
            "batch_id": ["B2", "B1", "B3"], "production_order": [2, 1, 3],
            "product": ["P", "P", None], "strength": ["10 mg", None, None],
            "result": ["failed", "good", "failed"],
            "failed_outcomes": ["early, late", None, "late"], "started_at": [None, None, None],
        }
    )  # fmt: skip
    gates = pl.DataFrame({"outcome": ["early", "late"], "last_gate_before": [3, 5]})
    rows = batch_rows(batches, gates)
    assert rows.batch_ids == ["B1", "B2", "B3"]
    assert rows.gate.tolist() == [5, 3, 5]
    assert rows.product == ["P", "P 10 mg", None]


def gate_tables():
    described = {
        "title": "t", "stage": 1, "unit_operation": "o", "kind": "parameter",
        "data_type": "numeric", "source_table": "core.parameters", "is_product_identity": False,
    }  # fmt: skip
    features = {"early.x.mean": ("x", 3), "early.x.max": ("x", 3), "late.y": ("y", 6)}
    dictionary = [
        described | {"feature": name, "quantity": quantity, "available_at_gate": gate}
        for name, (quantity, gate) in features.items()
    ]
    batches = ["B1", "B2"]
    gates = [
        {"batch_id": one, "gate": gate, "production_order": 1, "cluster_id": one}
        for one in batches
        for gate in range(1, 8)
    ]
    values = [
        {"batch_id": one, "gate": gate, "feature": name, "value": float(i), "known_at": None}
        for i, one in enumerate(batches)
        for name, (_, gate) in features.items()
    ]
    return (
        table("feature.gate_values", values),
        table("feature.dictionary", dictionary),
        table("feature.batch_gates", gates),
    )


def test_features_that_follow_the_result_do_not_enter():
    """What is known after the gate is not there, nor what is withheld; margins only when asked."""
    values, dictionary, gates = gate_tables()
    assert feature_traits(values, dictionary, gates, 5, set()).names == ["x"]
    assert feature_traits(values, dictionary, gates, 7, {"early.x.mean"}).names == ["x", "y"]
    both = feature_traits(values, dictionary, gates, 7, set())
    assert both.names == ["x", "y"]
    assert both.weight.tolist() == [0.5, 0.5, 1.0]
    margin = {"batch_id": "B2", "outcome": "o", "margin": 1.5, "measured_quantity": "assay"}
    margins = table(
        "core.outcome_margins",
        [margin | {"quantity": "assay", "is_censored": False, "limit": "high"}],
    )
    bound = margins.with_columns(is_censored=pl.lit(value=True))
    assert np.isnan(with_margins(both, bound).values[:, -1]).all(), "a limit is no result"
    asked_for = with_margins(both, margins)
    assert asked_for.names == ["x", "y", "margin of assay"]
    assert asked_for.values[:, -1].tolist() == pytest.approx([GAP, 1.5], nan_ok=True)


def test_a_planted_twin_comes_first():
    """Three plants of the study of record, at a tenth of its size."""
    rows = pl.DataFrame([twin_marks(seed, batches=200) for seed in (1, 2, 3)])
    counted = summary(rows)
    assert counted["twin_first"].item() == 3
    assert counted["twin_distance"].item() < counted["nearest_other"].item()
