"""The parts a frozen detector has, and the columns that say what each saw."""

import polars as pl

# In the order in which they are asked where several saw something at the same instant.
PARTS = (
    "sensor_fault",
    "golden_distance",
    "whole_batch",
    "chart_limit",
    "chart_signal",
    "failure_model",
)
# Share of untouched batches that a part may flag. Limits of single points are made for 0.27% of
# independent values; batches that share lots are not, and nearly twice as many pass.
PROMISED = {"golden_distance": 0.01, "chart_limit": 0.005}
ANY, UNTOUCHED = "any", "untouched"


def seen_by(part: str) -> pl.Expr:
    """Return what says whether a part saw an excursion, or any of them.

    Examples:
        >>> pl.DataFrame({"seen_by_golden_distance": [True, None]}).select(
        ...     seen_by("golden_distance")
        ... ).to_series().to_list()
        [True, None]
    """
    return pl.col("is_seen") if part == ANY else pl.col(f"seen_by_{part}")


def promised_by(part: str) -> pl.Expr:
    """Return the share of untouched batches a part may flag; null where none is promised.

    Examples:
        >>> pl.DataFrame({"whole_batch_promised_share": [0.05]}).select(
        ...     promised_by("whole_batch"), golden=promised_by("golden_distance")
        ... ).row(0)
        (0.05, 0.01)
    """
    if part == "whole_batch":
        return pl.col("whole_batch_promised_share")
    return pl.lit(PROMISED.get(part), dtype=pl.Float64)
