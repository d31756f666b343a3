"""Numbers of one column in two sizes, as far apart as two units: shares among percentages, say.

Told only where the two groups are tight and the gap between them is wide, and not where products
part them: a tablet of 500 mg is no slip of one of 5.
"""

from collections.abc import Iterator
from math import sqrt
from typing import Final, NamedTuple

import polars as pl

from assets.sources.prospects.judged_source import JudgedSource
from assets.sources.reporting.source_findings import SourceFinding
from data_contracts.measurement_units import known_unit, unit_ratios

FEWEST: Final = 12  # numbers in all
FEWEST_APART: Final = 2  # numbers of the other size
TOLERANCE: Final = 1.35  # by which the ratio of the two middles may miss the ratio of the units


class Sizes(NamedTuple):
    """Two sizes of numbers.

    Attributes:
        limit: Between the two.
        larger: Unit that is the likelier one of the smaller numbers.
        smaller: Unit that is the likelier one of the larger numbers.
        lower: How many numbers are below the limit.
        upper: How many are above.
    """

    limit: float
    larger: str
    smaller: str
    lower: int
    upper: int


def magnitude_findings(source: JudgedSource) -> Iterator[SourceFinding]:
    """Look for quantities in two sizes.

    Yields:
        An error per quantity; the profile says which numbers are in which unit, or that it is so.
    """
    batches = source.accepted("batches").select("batch_id", "product", "strength")
    for table, name in (("parameters", "parameter"), ("lab_results", "test")):
        frame = source.accepted(table).drop_nulls("value")
        frame = frame.join(batches, on="batch_id", how="left", maintain_order="left")
        for _, own in frame.group_by(name, "unit", maintain_order=True):
            yield from _of_quantity(source, table, str(own[name][0]), own)
    for table, name, column in (
        ("material_attributes", "attribute", "value"),
        ("equipment_events", "event", "duration_h"),
    ):
        frame = source.accepted(table).rename({column: "value"} if column != "value" else {})
        keys = [name, "material"] if "material" in frame.columns else [name]
        for _, own in frame.drop_nulls("value").group_by(keys, maintain_order=True):
            yield from _of_quantity(source, table, str(own[name][0]), own)


def _of_quantity(
    source: JudgedSource, table: str, name: str, own: pl.DataFrame
) -> Iterator[SourceFinding]:
    found = two_sizes(own["value"], own["unit"][0] if "unit" in own.columns else None)
    if found is None or _is_by_product(own, found.limit):
        return
    is_low_rare = found.lower <= found.upper
    rare = own.filter((pl.col("value") < found.limit) == is_low_rare)
    first = rare.row(0, named=True)
    usual, other = (found.smaller, found.larger) if is_low_rare else (found.larger, found.smaller)
    side = "below" if is_low_rare else "above"
    yield SourceFinding(
        "two_magnitudes",
        is_error=True,
        problem=f"{rare.height} of {own.height} values of '{name}' lie {side} {found.limit:g}, as "
        f"far from the rest as {other} from {usual}; if they are in {other}, say 'units: {{{name}: "
        f"{{unit: {usual}, {side}: {{limit: {found.limit:g}, unit: {other}}}}}}}'; if not, say "
        "'accepted: {two_magnitudes: {who: ..., why: ...}}'",
        file=first["source_file"],
        line=first["source_row"],
        column=source.delivered_quantity(table, name),
        value=f"{first['value']:g}",
        count=rare.height,
    )


def two_sizes(values: pl.Series, unit: str | None) -> Sizes | None:
    """Tell whether positive numbers fall into two tight groups as far apart as two units.

    Args:
        values: Numbers of one quantity.
        unit: Its unit where one is stated; only ratios of that unit's dimension count then.

    Returns:
        The two sizes, or None.
    """
    numbers = values.filter(values > 0).sort()
    if numbers.len() < FEWEST:
        return None
    steps = numbers[1:] / numbers[:-1]
    at = steps.arg_max()
    if at is None:
        return None
    lower, upper = numbers[: at + 1], numbers[at + 1 :]
    if min(lower.len(), upper.len()) < FEWEST_APART:
        return None
    gap, apart = steps[at], upper[upper.len() // 2] / lower[lower.len() // 2]
    dimension = getattr(known_unit(unit), "dimension", None)
    for ratio, (larger, smaller) in unit_ratios().items():
        own = getattr(known_unit(larger), "dimension", None)
        is_apart = ratio / TOLERANCE <= apart <= ratio * TOLERANCE and gap >= sqrt(ratio)
        is_tight = max(lower[-1] / lower[0], upper[-1] / upper[0]) <= sqrt(ratio)
        if is_apart and is_tight and dimension in (None, own):
            limit = float(f"{sqrt(lower[-1] * upper[0]):.2g}")
            return Sizes(limit, larger, smaller, lower.len(), upper.len())
    return None


def _is_by_product(own: pl.DataFrame, limit: float) -> bool:
    """Whether each product, or each strength, lies wholly on one side and so explains the sizes."""
    for key in ("product", "strength"):
        if key not in own.columns or own[key].null_count() == own.height:
            continue
        sides = own.group_by(key).agg((pl.col("value") < limit).n_unique().alias("sides"))
        if (sides["sides"] == 1).all():
            return True
    return False
