"""Results beyond a reporting limit: what they decide, and which side of a margin they bound."""

import polars as pl
import pytest

from assets.core.censored_results import censored_results
from assets.core.limits import TABLES, limits
from assets.core.margins import outcome_margins
from assets.core.measurements import measurements
from assets.core.outcome_inputs import quantities_of
from assets.core.outcomes import outcomes

NO_PARAMETERS = "core.parameters"
NOTHING = pl.DataFrame(schema={"table_name": pl.String, "records": pl.Int64})


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


@pytest.mark.parametrize("margins", [[("impurity", 0.2, 0.4)], []])
def test_a_result_that_may_lie_between_two_limits_is_not_decided(table, outcome, margins):
    """Below 0.5 is out of 0.2 to 0.4 at its limit and far below it, and may be 0.3."""
    between = outcome("impurity < 0.2 OR impurity > 0.4", *margins, is_proxy=True)
    answers, _ = decided(
        table,
        between,
        reported("B1", 0.50, "left"),
        reported("B2", 0.10, "right"),
        reported("B3", 0.10, "left"),
        reported("B4", 0.45, "right"),
        reported("B5", 0.30, "interval"),
        reported("B6", 0.30),
    )
    assert answers == {"B1": None, "B2": None, "B3": True, "B4": True, "B5": None, "B6": False}


def test_what_the_worst_of_several_samples_may_be_decides(table, outcome):
    between = outcome("impurity < 0.2 OR impurity > 0.4", ("impurity", 0.2, 0.4), is_proxy=True)
    answers, _ = decided(
        table,
        between,
        # at its limit the first is the better of two, and may be far worse
        reported("B1", 0.30, "left"),
        reported("B1", 0.22, sample_no=2),
        # the one measured fails, whatever the other is
        reported("B2", 0.30, "left"),
        reported("B2", 0.45, sample_no=2),
        # one of two fails for sure
        reported("B3", 0.30, "left"),
        reported("B3", 0.45, "right", sample_no=2),
        reported("B4", 0.30),
        reported("B4", 0.22, sample_no=2),
    )
    assert answers == {"B1": None, "B2": True, "B3": True, "B4": False}


def test_rules_over_several_results_try_all_that_they_may_be(table, outcome):
    """Below 5 the second is 4 or 1: the first alone decides where it fails for itself."""
    rule = outcome("(impurity > 0.4 AND water > 3) OR impurity > 0.8", is_proxy=True)
    water = [reported(f"B{n}", 5.0, "left") | {"test": "water"} for n in (1, 2, 3)]
    answers, _ = decided(
        table, rule, *water, reported("B1", 0.3), reported("B2", 0.5), reported("B3", 0.9)
    )
    assert answers == {"B1": False, "B2": None, "B3": True}


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


def test_censored_results_are_counted_and_their_use_is_said(table, impurity):
    results = [reported(f"B{n:03d}", 0.05, "left") for n in range(40)]
    results += [reported(f"B{n:03d}", 0.05 + n / 1000) for n in range(40, 100)]
    results += [reported("B000", 40.0) | {"test": "assay"}]
    _, margins = decided(table, impurity, *results)
    lots = table(
        "core.material_attributes",
        *(
            {
                "material": "api",
                "supplier": "S1",
                "lot": f"L{n}",
                "attribute": "solvent",
                "value": value,
                "censoring": censoring,
            }
            for n, (value, censoring) in enumerate([(0.1, "left"), (0.4, "none"), (5.0, "right")])
        ),
    )
    found = censored_results(table("core.lab_results", *results), lots, margins)
    assert found["quantity"].to_list() == ["impurity", "api.solvent"]
    impurities, solvent = found.to_dicts()
    assert (impurities["results"], impurities["below_limit"]) == (100, 40)
    assert impurities["lowest_limit"] == impurities["highest_limit"] == 0.05
    # Four tenths lie below every measured result; the fiftieth and ninetieth of 100 are measured.
    assert impurities["first_decile"] is None
    assert impurities["median"] == pytest.approx(0.05 + 49 / 1000)
    assert impurities["ninth_decile"] == pytest.approx(0.05 + 89 / 1000)
    assert "40 of 100 results of 'impurity' (40%)" in impurities["statement"]
    assert "slopes are those of a censored regression" in impurities["statement"]
    assert (solvent["below_limit"], solvent["above_limit"], solvent["median"]) == (1, 1, None)
    assert "margins" not in solvent["statement"]
    empty = {name: table(f"core.{name}") for name in ("batches", *TABLES)}
    definitions, outcomes = table("core.outcome_definitions"), table("core.outcomes")
    said = limits(empty, definitions, outcomes, NOTHING, {}, found)
    codes = said.filter(said["code"].str.starts_with("beyond_limit"))["code"].to_list()
    assert codes == ["beyond_limit.api.solvent", "beyond_limit.impurity"]
