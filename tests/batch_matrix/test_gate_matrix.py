"""What enters the matrix of a gate, and what leaves it."""

from dataclasses import replace

import polars as pl

from assets.batch_matrix.gate_matrix import GateMatrix, gate_matrix
from assets.batch_matrix.levels import column_title, levels_of


def matrix_of(plant, gate: int = 5, **options) -> GateMatrix:
    return gate_matrix(plant.gate_values, plant.dictionary, plant.batch_gates, gate, **options)


def with_supplier(plant, level: list[str]):
    """The plant with a category that 60 batches have, known at gate 1."""
    supplier = pl.DataFrame(
        {
            "batch_id": [f"B{i:04d}" for i in range(60)],
            "feature": "material.api.supplier",
            "gate": 1,
            "value": None,
            "level": level,
        },
        schema=plant.gate_values.schema,
    )
    described = plant.dictionary.tail(1).with_columns(
        feature=pl.lit("material.api.supplier"), is_product_identity=pl.lit(value=False)
    )
    return replace(
        plant,
        gate_values=pl.concat([plant.gate_values, supplier]),
        dictionary=pl.concat([plant.dictionary, described]),
    )


def test_a_gate_knows_what_came_by_then_and_no_more(plant) -> None:
    assert matrix_of(plant(), 1).columns == []
    assert matrix_of(plant(), 2).columns == ["parameter.early"]
    assert matrix_of(plant(), 4).columns == ["parameter.early", "parameter.late"]
    # Of two levels the rarer one says both; of two as common the one that sorts later.
    assert matrix_of(plant(), 4).identity_columns == ["product.code=P1"]


def test_the_latest_value_by_the_gate_counts(plant) -> None:
    small = plant()
    is_own = (pl.col("feature") == "parameter.early") & (pl.col("batch_id") == "B0003")
    later = small.gate_values.filter(is_own).with_columns(
        gate=pl.lit(4, pl.Int64), value=pl.lit(99.0)
    )
    small = replace(small, gate_values=pl.concat([later, small.gate_values]))
    assert matrix_of(small, 3).values[3, 0] == 3.0
    assert matrix_of(small, 4).values[3, 0] == 99.0


def test_refused_and_uninformative_columns_leave(plant) -> None:
    small = plant()
    refused = pl.DataFrame({"outcome": ["failure"], "feature": ["parameter.late"]})
    assert matrix_of(small).allowed(refused, "failure").columns == ["parameter.early"]
    for value in (1.0, None):
        bent = small.gate_values.with_columns(
            value=pl.when(pl.col("feature") == "parameter.early").then(value).otherwise("value")
        )
        matrix = matrix_of(replace(small, gate_values=bent)).allowed(refused, "another")
        assert matrix.columns == ["parameter.late"]
        assert matrix.values.shape == (60, 1)


def test_a_category_becomes_levels_and_rare_ones_none(plant) -> None:
    level = ["A"] * 30 + ["B"] * 15 + ["C"] * 12 + ["D"] * 3
    matrix = matrix_of(with_supplier(plant(), level), 1)
    assert matrix.columns == [f"material.api.supplier={level}" for level in "ABC"]
    assert set(matrix.features) == {"material.api.supplier"}
    assert matrix.values.sum(axis=0).tolist() == [30, 15, 12]


def test_levels_given_keep_their_columns_whatever_is_usual_now(plant) -> None:
    given = {"product.code": ["P0", "P7"]}
    matrix = matrix_of(plant(), 2, levels=given)
    assert matrix.identity_columns == ["product.code=P0", "product.code=P7"]
    assert matrix.identity[:, 0].tolist() == ([1.0] * 5 + [0.0] * 5) * 6
    assert not matrix.identity[:, 1].any()
    assert levels_of([*matrix.identity_columns, "parameter.early"]) == given


def test_a_column_is_called_by_its_feature_and_level() -> None:
    assert column_title("Press", "equipment.press.id", "equipment.press.id=PRS-1") == "Press: PRS-1"
    assert column_title("Force (kN)", "parameter.force", "parameter.force") == "Force (kN)"
