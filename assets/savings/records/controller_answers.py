"""What a controller asks about a business case, answered line by line.

Answers come from the assumptions file and the counted records; nothing is computed here but
whether the worst year stands out by more than chance.
"""

from collections import Counter

import polars as pl

from assets.savings.records.baseline import Baseline
from data_contracts.assumptions import Assumptions
from data_contracts.codes.money import PriceOrigin
from data_contracts.tables import table

NOBODY = "Nobody yet, they came with lotwise"
MINIMUM_YEAR_BATCHES = 10  # a year with fewer batches has no rate worth comparing


def controller_answers(
    assumptions: Assumptions, found: Baseline, by_year: pl.DataFrame
) -> pl.DataFrame:
    """Return the controller's questions with their answers.

    Args:
        assumptions: The set, with its basis.
        found: The counted baseline.
        by_year: ``failures_by_year``.

    Returns:
        ``economics.controller_answers``: one row per question, with its place in the order of
        asking, the answer in a sentence, and whether it is declared in the assumptions or counted.
    """
    stated = assumptions.basis
    frozen = f"{stated['baseline_period']}: {found.period}."
    rows = [
        ("Is the baseline period frozen?", frozen, "count"),
        ("Who approved the baseline?", f"{stated['baseline_approved_by']}.", "declared"),
        ("Nominal or real money?", f"{stated['prices']}.", "declared"),
        ("Before or after tax?", f"{stated['tax']}.", "declared"),
        ("In-year cash or run-rate?", f"{stated['savings_view']}.", "declared"),
        ("Avoidable or allocated cost?", f"{stated['cost_basis']}.", "declared"),
        ("Was the worst year chosen as the baseline?", regression_answer(by_year), "count"),
        ("Who owns the assumptions?", _owners(assumptions), "declared"),
        ("Of what date are they?", _dates(assumptions), "declared"),
        ("What do they rest on?", _kinds(assumptions), "declared"),
    ]
    sentences = [
        (place, question, said[0].upper() + said[1:], basis)
        for place, (question, said, basis) in enumerate(rows, start=1)
    ]
    return table("economics.controller_answers", sentences)


def failures_by_year(batches: pl.DataFrame, priced: pl.DataFrame) -> pl.DataFrame:
    """Count batches and priced failures by calendar year of their start.

    Args:
        batches: ``core.batches``, one row per batch.
        priced: ``baseline.priced_failures``, one row per failed batch.

    Returns:
        One row per year with at least ten dated batches: year, batches, failures; sorted by year.
    """
    return (
        batches.filter(pl.col("started_at").is_not_null())
        .select(
            year=pl.col("started_at").dt.year(),
            is_failed=pl.col("batch_id").is_in(priced["batch_id"].implode()),
        )
        .group_by("year")
        .agg(batches=pl.len(), failures=pl.col("is_failed").sum())
        .filter(pl.col("batches") >= MINIMUM_YEAR_BATCHES)
        .sort("year")
    )


def regression_answer(by_year: pl.DataFrame) -> str:
    """Say whether the baseline is a bad year by chance, which would improve by itself.

    Args:
        by_year: ``failures_by_year``.
    """
    if by_year.height < 2:
        return "No: all batches count; there are no two years to compare."
    if not by_year["failures"].sum():
        return f"No: all {by_year.height} years count, and no batch failed in any of them."
    worst = by_year.sort(pl.col("failures") / pl.col("batches"), "year").row(-1, named=True)
    prob = worst_year_prob(by_year)
    return (
        f"No: all {by_year.height} years count. The worst, {worst['year']}, had "
        f"{worst['failures']} of {worst['batches']} batches failed; were the rate the same every "
        f"year, some year would be as bad with probability {prob:.0%}."
    )


def worst_year_prob(by_year: pl.DataFrame) -> float:
    """Return the probability that some year is as bad as the worst, at one constant rate.

    Binomial by year at the pooled rate; a year is as bad when its share of failures is at least
    the worst one's.

    Args:
        by_year: ``failures_by_year``, at least one row.

    Returns:
        Probability, 0 to 1.
    """
    from scipy.special import bdtr

    batches, failures = by_year["batches"].to_numpy(), by_year["failures"].to_numpy()
    worst = (failures / batches).max()
    if worst == 0:
        return 1.0
    # Rounded before the ceiling, so that the worst year itself is as bad as itself.
    as_bad = [int(-(-round(float(worst * each), 9) // 1)) for each in batches]
    none_so_bad = bdtr([each - 1 for each in as_bad], batches, failures.sum() / batches.sum())
    return float(1 - none_so_bad.prod())


def _owners(assumptions: Assumptions) -> str:
    counted = Counter(
        NOBODY if each.origin == PriceOrigin.PLACEHOLDER else each.owner
        for each in assumptions.parameters.values()
    )
    return "; ".join(f"{owner}: {count}" for owner, count in sorted(counted.items())) + "."


def _dates(assumptions: Assumptions) -> str:
    dates = sorted(each.as_of for each in assumptions.parameters.values())
    return f"From {dates[0]} to {dates[-1]}." if dates[0] != dates[-1] else f"All of {dates[0]}."


def _kinds(assumptions: Assumptions) -> str:
    counted = Counter(each.kind for each in assumptions.parameters.values())
    said = {"measured": "measured", "assumption": "assumed", "claim": "claimed by a source"}
    parts = [f"{counted[kind]} {said[kind]}" for kind in said]
    return f"Of {len(assumptions.parameters)} numbers {', '.join(parts)}."
