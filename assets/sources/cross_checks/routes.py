"""Routes: the phases batches of a product usually go through, and the batches that left them.

Source: conformance checking against the usual trace (van der Aalst 2016, ch. 8), here the most
frequent one.
"""

from collections import Counter
from collections.abc import Iterator

import polars as pl

from assets.sources.cross_checks.cross_check import SHOWN, CrossCheck, Place, severity
from data_contracts.codes.records import CrossCheckSeverity

FEWEST_BATCHES = 5
LEAST_USUAL = 0.5


def route_conformance(phases: pl.DataFrame, batches: pl.DataFrame) -> Iterator[CrossCheck]:
    """Hold the phases of every batch against the usual route of its product.

    Args:
        phases: Accepted ``raw.phases``.
        batches: Accepted ``raw.batches``.

    Yields:
        One check per product with at least five batches; a product in which no route is that of
        half its batches has no usual one, which is said.
    """
    product = pl.col("product").fill_null("all products")
    ordered = (
        phases.drop_nulls("started_at")
        .sort("batch_id", "started_at", "stage", "source_row")
        .join(batches.select("batch_id", product=product), on="batch_id")
        .with_columns(step=pl.concat_str("unit_procedure", "phase", separator="/"))
    )
    routes = ordered.group_by("product", "batch_id", maintain_order=True).agg("step")
    first = {
        batch: (file, row)
        for batch, file, row in ordered.group_by("batch_id", maintain_order=True)
        .agg(pl.col("source_file", "source_row").first())
        .iter_rows()
    }
    for (name,), own in sorted(routes.group_by("product")):
        steps = dict(own.select("batch_id", "step").sort("batch_id").iter_rows())
        if len(steps) >= FEWEST_BATCHES:
            yield _of_product(str(name), {batch: tuple(one) for batch, one in steps.items()}, first)


def _of_product(
    product: str, steps: dict[str, tuple[str, ...]], first: dict[str, tuple[str, int]]
) -> CrossCheck:
    # Phases of one instant have no order: the smaller route settles a tie, so that runs agree.
    usual, count = min(Counter(steps.values()).items(), key=lambda one: (-one[1], one[0]))
    name, total = "route_conformance", len(steps)
    if count < LEAST_USUAL * total:
        return CrossCheck(
            name,
            product,
            CrossCheckSeverity.NOTE,
            0,
            total,
            f"No route is usual: the most frequent one is that of {count} of {total} batches.",
            "Nothing is to be done; batches that left a route cannot be told.",
        )
    left = {batch: route for batch, route in steps.items() if route != usual}
    return CrossCheck(
        name,
        product,
        severity(len(left), CrossCheckSeverity.WARNING),
        len(left),
        total,
        f"{len(left)} of {total} batches left the usual route of {len(usual)} phases.",
        "Check whether phases were left out, repeated or not recorded.",
        tuple(
            Place(*first[batch], f"batch {batch} {departure(route, usual)}")
            for batch, route in list(left.items())[:SHOWN]
        ),
    )


def departure(route: tuple[str, ...], usual: tuple[str, ...]) -> str:
    """Say in words how a route leaves the usual one.

    Examples:
        >>> departure(("a/x", "c/x"), ("a/x", "b/x", "c/x"))
        'lacks b/x'
        >>> departure(("a/x", "b/x", "b/x", "d/x"), ("a/x", "b/x"))
        'has b/x, d/x more'
        >>> departure(("b/x", "a/x"), ("a/x", "b/x"))
        'has them in another order: b/x where a/x is usual'
    """
    own, other = Counter(route), Counter(usual)
    lacks, more = sorted((other - own).elements()), sorted((own - other).elements())
    if lacks or more:
        parts = [f"lacks {', '.join(lacks)}"] * bool(lacks)
        parts += [f"has {', '.join(more)} more"] * bool(more)
        return " and ".join(parts)
    here, there = next((a, b) for a, b in zip(route, usual, strict=True) if a != b)
    return f"has them in another order: {here} where {there} is usual"
