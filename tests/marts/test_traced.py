"""One lot or batch traced by hand: what went in, what came of it, and what is at risk."""

import pytest

from assets.marts.traced import AtRisk, traced
from data_contracts.errors import UsageError
from pipelines.commands.queries.trace import risk_lines

PLACEHOLDERS = (
    "Priced with placeholders that came with lotwise: arithmetic, no basis for a decision until "
    "the plant states its own ('lotwise assumptions')."
)


def test_a_lot_is_traced_forward_with_the_money_at_risk(plant) -> None:
    """Of A1 came B1 (released), B2 (rejected), B5 (reworked, and so released) and B6 (pending)."""
    found = traced(plant.query, "A1", backward=False)
    assert (found.type, found.node) == ("lot", "api/S/A1")
    assert found.came_of is not None
    came = found.came_of.select("node", "levels", "share").rows()
    assert came == [
        ("G1", 1, 0.2), ("G2", 1, None), ("B1", 2, 0.2), ("B2", 2, 0.2), ("B6", 2, None),
        ("B5", 3, 0.2),
    ]  # fmt: skip
    # the granulates G1 and G2 are no batches on record, and are in the others
    assert found.at_risk == (
        AtRisk("not yet released", 1, 100.0, 80.0, 150.0),
        AtRisk("released", 2, 200.0, 160.0, 300.0),
    )
    assert (found.rejected, found.prices_are_own, found.went_in) == (1, False, None)
    assert risk_lines(found) == [
        "At risk, not yet released: 1 batch: USD 100 if all were lost (80 to 150).",
        "At risk, released: 2 batches: USD 200 if all were lost (160 to 300).",
        "Rejected already: 1 batch.",
        PLACEHOLDERS,
    ]


def test_a_batch_is_traced_backward_and_is_at_risk_itself(plant) -> None:
    found = traced(plant.query, "B5")
    assert found.went_in is not None
    assert found.came_of is not None
    assert found.went_in.select("node", "levels", "result").rows() == [
        ("B2", 1, "failed"), ("G1", 2, None), ("api/S/A1", 3, None),
    ]  # fmt: skip
    assert found.came_of.is_empty()
    assert [(each.standing, each.batches) for each in found.at_risk] == [
        ("not yet released", 0), ("released", 1),
    ]  # fmt: skip
    assert found.to_json()["went_in"][0]["disposition"] == "rejected"


def test_a_batch_without_genealogy_has_nothing_on_record(plant) -> None:
    found = traced(plant.query, "B4")
    assert found.went_in is not None
    assert found.came_of is not None
    assert found.went_in.is_empty()
    assert found.came_of.is_empty()


@pytest.mark.parametrize("asked", ["nobody", "A", "x' OR '1'='1", "S/A"])
def test_what_nobody_knows_is_one_clear_error(plant, asked: str) -> None:
    with pytest.raises(UsageError, match="No batch and no lot is named"):
        traced(plant.query, asked)


def test_a_number_several_lots_have_is_asked_about(plant) -> None:
    def two(sql: str):
        return plant.query(sql.replace("suffix(node, '/A1')", "starts_with(node, 'api/S/A')"))

    with pytest.raises(UsageError, match=r"several: lot api/S/A1, lot api/S/A2\. Give one of them"):
        traced(two, "A1")
