"""Labels and margins over the batches of a gate."""

import numpy as np
import polars as pl

from assets.batch_matrix.outcome_panel import (
    OutcomePanel,
    aligned_margins,
    definitions,
    outcome_labels,
    outcome_panel,
)


def panel_of(small, outcomes: pl.DataFrame, margins: pl.DataFrame) -> OutcomePanel:
    ids = small.outcomes["batch_id"].to_list()
    return outcome_panel(definitions(small.outcome_definitions)[0], outcomes, margins, ids)


def test_pending_is_not_good_and_a_limit_is_not_a_measurement(plant) -> None:
    small = plant(100)
    is_pending = pl.col("batch_id").is_in(["B0000", "B0001"])
    outcomes = small.outcomes.with_columns(
        is_failure=pl.when(is_pending).then(None).otherwise("is_failure")
    )
    margins = small.outcome_margins.with_columns(is_censored=pl.col("batch_id") == "B0002")
    panel = panel_of(small, outcomes, margins)
    assert np.isnan(panel.label[:2]).all()
    assert panel.is_labelled.sum() == panel.is_good.sum() + panel.is_failed.sum() == 98
    assert np.isnan(panel.margins[:3, 0]).all()
    assert np.isfinite(panel.margins[3:, 0]).all()
    assert panel.censored_share == {"dissolution_min_pct": 1 / 98}


def test_a_margin_mostly_at_its_limit_or_hardly_measured_is_not_modelled(plant) -> None:
    small = plant(200)
    order = pl.int_range(pl.len())
    for is_censored, measured in ((order >= 90, 200), (order < 0, 59)):
        margins = small.outcome_margins.with_columns(is_censored=is_censored).head(measured)
        panel = panel_of(small, small.outcomes, margins)
        assert panel.quantities == []
        assert panel.margins.shape == (200, 0)
        assert list(panel.censored_share) == ["dissolution_min_pct"]


def test_a_margin_at_a_limit_is_kept_as_a_bound(plant) -> None:
    small = plant(20)
    ids = small.outcomes["batch_id"].to_list()
    labels = outcome_labels(small.outcomes, "failure", ids)
    margins = small.outcome_margins.with_columns(is_censored=pl.col("margin") > 8)
    (margin,) = aligned_margins(margins, "failure", ids, labels.label)
    assert margin.margin[9] == 8.5
    assert np.isnan(margin.measured[9])
    assert margin.censored_share == 0.1
    assert np.flatnonzero(labels.is_failed).tolist() == [0, 10]
    assert (labels.known_at[1] - labels.known_at[0]) == 24 * 3.6e9


def test_a_bound_is_completed_beyond_it_by_what_its_product_lets_expect(plant) -> None:
    small = plant(200)
    margin = pl.col("margin")
    is_beyond = margin > 6.0
    margins = small.outcome_margins.with_columns(
        margin=pl.when(is_beyond).then(6.0).otherwise(margin),
        is_censored=is_beyond,
        bound=pl.when(is_beyond).then(pl.lit("at_least")),
    )
    panel = panel_of(small, small.outcomes, margins)
    true = small.outcome_margins["margin"].to_numpy()
    is_bound = true > 6.0
    assert panel.quantities == ["dissolution_min_pct"]
    assert (panel.side[:, 0] == is_bound).all()
    assert (panel.bounds[is_bound, 0] == 6.0).all()
    assert (panel.margins[is_bound, 0] > 6.0).all()
    assert (panel.margins[~is_bound, 0] == true[~is_bound]).all()
    assert np.isnan(panel.measured[is_bound, 0]).all()
    # Nobody says on which side of the bound the margin lies: nothing is known of it.
    unknown = panel_of(small, small.outcomes, margins.with_columns(bound=pl.lit("neither")))
    assert np.isnan(unknown.margins[is_bound, 0]).all()
