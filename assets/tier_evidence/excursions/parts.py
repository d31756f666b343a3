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
