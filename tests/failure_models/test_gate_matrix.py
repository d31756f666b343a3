from collections.abc import Callable
from dataclasses import replace

import numpy as np
import polars as pl

from assets.failure_models.dataset.gate_matrix import GateMatrix, gate_matrix, levels_of
from assets.failure_models.dataset.outcome_panel import definitions, outcome_panel
from assets.failure_models.dataset.study_inputs import StudyInputs

Line = Callable[..., StudyInputs]


def matrix_of(inputs: StudyInputs, gate: int = 5) -> GateMatrix:
    return gate_matrix(inputs.gate_values, inputs.dictionary, inputs.batch_gates, gate)


def test_a_gate_knows_what_came_by_then_and_no_more(line: Line) -> None:
    inputs = line(batches=60)
    assert matrix_of(inputs, 1).columns == []
    assert len(matrix_of(inputs, 2).columns) == 18
    assert len(matrix_of(inputs, 4).columns) == 24
    assert matrix_of(inputs, 4).identity_columns == [f"product.code=P{i}" for i in range(3)]


def test_the_latest_value_by_the_gate_counts(line: Line) -> None:
    inputs = line(batches=40)
    first = inputs.gate_values.filter(
        (pl.col("feature") == "parameter.g00_0") & (pl.col("batch_id") == "B0003")
    )
    later = first.with_columns(gate=pl.lit(4, pl.Int64), value=pl.lit(99.0))
    inputs = replace(inputs, gate_values=pl.concat([later, inputs.gate_values]))
    at_3, at_4 = matrix_of(inputs, 3), matrix_of(inputs, 4)
    column = at_4.columns.index("parameter.g00_0")
    assert at_4.values[3, column] == 99.0
    assert at_3.values[3, at_3.columns.index("parameter.g00_0")] == first["value"][0]


def test_rows_are_in_production_order_whatever_the_ids(line: Line) -> None:
    inputs = line(batches=40)
    turned = inputs.batch_gates.with_columns(production_order=41 - pl.col("production_order"))
    matrix = matrix_of(
        replace(inputs, batch_gates=turned.sample(fraction=1.0, shuffle=True, seed=1))
    )
    assert matrix.batch_ids == [f"B{i:04d}" for i in range(39, -1, -1)]
    assert matrix.production_order.tolist() == list(range(1, 41))


def test_refused_and_uninformative_columns_leave(line: Line) -> None:
    inputs = line(batches=60)
    bent = inputs.gate_values.with_columns(
        value=pl.when(pl.col("feature") == "parameter.g00_0")
        .then(1.0)
        .when(pl.col("feature") == "parameter.g01_0")
        .then(None)
        .otherwise("value")
    )
    matrix = matrix_of(replace(inputs, gate_values=bent)).without({"parameter.g02_0"}).informative()
    assert len(matrix.columns) == 21
    assert not {"parameter.g00_0", "parameter.g01_0", "parameter.g02_0"} & set(matrix.columns)
    assert matrix.values.shape == (60, 21)


def test_a_category_becomes_levels_and_rare_ones_none(line: Line) -> None:
    inputs = line(batches=60)
    supplier = pl.DataFrame(
        {
            "batch_id": [f"B{i:04d}" for i in range(60)],
            "feature": "material.api.supplier",
            "gate": 1,
            "value": None,
            "level": ["A"] * 30 + ["B"] * 15 + ["C"] * 12 + ["D"] * 3,
        },
        schema=inputs.gate_values.schema,
    )
    described = inputs.dictionary.tail(1).with_columns(
        feature=pl.lit("material.api.supplier"), is_product_identity=pl.lit(value=False)
    )
    matrix = matrix_of(
        replace(
            inputs,
            gate_values=pl.concat([inputs.gate_values, supplier]),
            dictionary=pl.concat([inputs.dictionary, described]),
        ),
        1,
    )
    assert matrix.columns == [f"material.api.supplier={level}" for level in "ABC"]
    assert set(matrix.features) == {"material.api.supplier"}
    assert matrix.values.sum(axis=0).tolist() == [30, 15, 12]


def test_levels_given_keep_their_columns_whatever_is_usual_now(line: Line) -> None:
    inputs = line(batches=60)
    given = {"product.code": ["P0", "P7"]}
    matrix = gate_matrix(inputs.gate_values, inputs.dictionary, inputs.batch_gates, 2, given)
    assert matrix.identity_columns == ["product.code=P0", "product.code=P7"]
    is_first = inputs.batch_gates.filter(pl.col("gate") == 2)["product"] == "P0"
    assert matrix.identity[:, 0].tolist() == is_first.cast(pl.Float64).to_list()
    assert not matrix.identity[:, 1].any()
    assert levels_of([*matrix.identity_columns, "parameter.g00_0"]) == given


def test_a_lot_has_one_code_at_every_gate(line: Line) -> None:
    inputs = line(batches=60)
    some = inputs.batch_gates.filter((pl.col("gate") != 4) | (pl.col("production_order") > 20))
    inputs = replace(inputs, batch_gates=some)
    assert matrix_of(inputs, 4).cluster.tolist() == matrix_of(inputs, 5).cluster[20:].tolist()


def test_pending_is_not_good_and_a_limit_is_not_a_measurement(line: Line) -> None:
    inputs = line(batches=100)
    is_pending = pl.col("batch_id").is_in(["B0000", "B0001"])
    outcomes = inputs.outcomes.with_columns(
        is_failure=pl.when(is_pending).then(None).otherwise("is_failure")
    )
    margins = inputs.outcome_margins.with_columns(is_censored=pl.col("batch_id") == "B0002")
    definition = definitions(inputs.outcome_definitions)[0]
    panel = outcome_panel(definition, outcomes, margins, matrix_of(inputs))
    assert np.isnan(panel.label[:2]).all()
    assert panel.is_labelled.sum() == 98
    assert np.isnan(panel.margins[:3, 0]).all()
    assert np.isfinite(panel.margins[3:, 0]).all()
    assert panel.censored_share == {"dissolution_min_pct": 1 / 98}
