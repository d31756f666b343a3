"""A small smoke of the study of confirmed causes, and its counts by hand."""

from typing import Any

import polars as pl

from benchmarks.cause_study import marks, plant_row, told


def a_case(batch: str, method: str, rank: int | None, is_recorded: bool = True) -> dict[str, Any]:
    return {"batch_id": batch, "method": method, "rank": rank, "is_recorded": is_recorded}


def test_causes_among_the_first_lines_are_counted_by_hand() -> None:
    """Of three causes on record the lines hold two among three, one of them first."""
    ranks = {"contrast": (1, 3, None), "model": (2, 4, 9), "unusual": (12, 3, 30)}
    cases = [
        a_case(f"B{place}", method, rank)
        for method, own in ranks.items()
        for place, rank in enumerate(own)
    ]
    cases += [a_case("B9", method, None, is_recorded=False) for method in ranks]
    chance = pl.DataFrame({"method": ["chance"], "hit_at_3": [0.02]})
    found = marks(pl.DataFrame(cases), chance)
    assert found == {
        "cases": 3, "not_recorded": 1, "contrast_first": 1, "contrast_in_three": 2,
        "model_first": 0, "model_in_three": 1, "unusual_first": 0, "unusual_in_three": 1,
        "univariate_first": None, "univariate_in_three": None, "chance_in_three": 0.02,
    }  # fmt: skip


def test_a_plant_without_a_signal_is_counted_apart() -> None:
    none = {f"{name}_{where}": None for name in ("contrast", "model", "univariate")
            for where in ("first", "in_three")}  # fmt: skip
    some = dict.fromkeys(none, 3)
    unusual = {"unusual_first": 0, "unusual_in_three": 1, "chance_in_three": 0.02}
    rows = pl.DataFrame(
        [
            {"plant": "tablets", "seed": 1, "cases": 4} | some | unusual,
            {"plant": "tablets", "seed": 2, "cases": 5} | none | unusual,
        ]
    )
    (found,) = told(rows).to_dicts()
    assert (found["plants"], found["cases"], found["contrast_share"]) == (1, 4, 0.75)
    assert (found["without_signal"], found["cases_without"]) == (1, 5)


def test_a_small_plant_is_counted_for_every_ranking() -> None:
    row = plant_row("tablets", 3, batches=300)
    assert row["cases"] >= 1
    assert row["unusual_in_three"] <= row["cases"]
    assert row["chance_in_three"] < 0.1
