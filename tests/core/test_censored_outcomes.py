"""Results beyond a reporting limit: what they decide, and which side of a margin they bound."""

import pytest

from assets.core.margins import outcome_margins
from assets.core.measurements import measurements
from assets.core.outcomes import outcomes, quantities_of

NO_PARAMETERS = "core.parameters"


def decided(table, declared, *results):
    batches = [
        {"batch_id": name, "production_order": i + 1, "cluster_id": name}
        for i, name in enumerate(sorted({one["batch_id"] for one in results}))
    ]
    measured = measurements(
        table("core.lab_results", *results), table(NO_PARAMETERS), quantities_of([declared])
    )
    margins = outcome_margins([declared], measured)
    found = outcomes([declared], table("core.batches", *batches), measured, margins)
    return dict(found.select("batch_id", "is_failure").iter_rows()), margins


def reported(batch_id: str, value: float, censoring: str = "none", sample_no: int = 1):
    return {
        "batch_id": batch_id,
        "stage": 6,
        "test": "impurity",
        "sample_no": sample_no,
        "value": value,
        "censoring": censoring,
    }


@pytest.fixture
def impurity(outcome):
    return outcome("impurity > 0.2", ("impurity", None, 0.2), is_proxy=True)


def test_a_result_below_its_reporting_limit_fails_only_what_every_value_there_would(
    table, impurity
):
    answers, _ = decided(
        table,
        impurity,
        reported("B1", 0.05, "left"),  # below 0.05 is below 0.2
        reported("B2", 0.30, "left"),  # below 0.3 may be 0.1 or 0.25
        reported("B3", 0.25, "right"),  # above 0.25 is above 0.2
        reported("B4", 0.10, "right"),  # above 0.1 may be 0.15 or 0.3
        reported("B5", 0.10, "interval"),
        reported("B6", 0.30),
    )
    assert answers == {"B1": False, "B2": None, "B3": True, "B4": None, "B5": None, "B6": True}


def test_a_margin_says_on_which_side_of_it_the_true_one_lies(table, impurity):
    _, margins = decided(
        table,
        impurity,
        reported("B1", 0.05, "left"),  # at least 0.15 from the limit
        reported("B2", 0.25, "right"),  # at most -0.05 from it
        reported("B3", 0.10, "interval"),
        reported("B4", 0.15),
        # Two samples: what is measured at 0.15 is worse than anything below 0.05.
        reported("B5", 0.05, "left"),
        reported("B5", 0.15, sample_no=2),
        # One above 0.1 may be worse than the one measured at 0.15, which bounds the worst.
        reported("B6", 0.10, "right"),
        reported("B6", 0.15, sample_no=2),
    )
    bounds = dict(margins.select("batch_id", "bound").iter_rows())
    assert bounds == {
        "B1": "at_least",
        "B2": "at_most",
        "B3": "neither",
        "B4": None,
        "B5": None,
        "B6": "at_most",
    }
    found = dict(margins.select("batch_id", "margin").iter_rows())
    assert found["B5"] == found["B6"] == found["B4"]
    assert margins.filter(margins["bound"].is_null())["is_censored"].to_list() == [False, False]
