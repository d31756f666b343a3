"""What the result of a batch may be where samples are only known to lie beyond a reporting limit.

A condition over it is decided only where it comes out the same for every value the result may have:
below 0.5 may be below a lower limit of 0.2 as well, or within it.
"""

from collections.abc import Sequence
from itertools import pairwise

import polars as pl

from assets.core.measurements import NOT_CENSORED
from data_contracts.expression_language.tree import Call, Node, Value, columns
from data_contracts.expressions import parse

FAR = 1e9  # times a result: farther beyond its reporting limit than any limit of a rule
INFINITE = float("inf")
_COMBINE = ("and", "or", "not")

Range = tuple[float, float]


def compared_with(rule: str, quantity: str, where: str) -> list[float]:
    """Return the numbers a rule compares a quantity with, sorted.

    Args:
        rule: Condition of the outcome.
        quantity: One of the names it reads.
        where: Place of the rule, for errors.

    Returns:
        Every number in a comparison that reads the quantity, of either sign. What a comparison
        reckons with besides (``2 * x > 1``) is not solved for.
    """
    return sorted(set(_numbers_beside(parse(rule, where), quantity)))


def possible_results(samples: pl.DataFrame, numbers: Sequence[float]) -> pl.DataFrame:
    """List the values the worst sample of a batch may have, as far as a rule can tell them apart.

    The worst is nearest to, or farthest beyond, a specification limit. It lies no better than the
    best any one sample can be; a measured sample can be one thing.

    Args:
        samples: batch_id, value, censoring, and ``low_limit`` and ``high_limit``, those of the
            specification, null for none. With neither, the batch's one row is its result.
        numbers: What the rule compares the quantity with.

    Returns:
        batch_id and ``possible``, a list of values, for batches with a sample beyond its limit:
        one value of every stretch between numbers of the rule and ends of what is known.
    """
    censored = samples.filter((pl.col("censoring") != NOT_CENSORED).any().over("batch_id"))
    kept = censored.select("batch_id", "value", "censoring", "low_limit", "high_limit")
    rows = [
        (batch_id[0], _possible(own.drop("batch_id").rows(), numbers))
        for batch_id, own in kept.group_by("batch_id", maintain_order=True)
    ]
    schema = {"batch_id": pl.String(), "possible": pl.List(pl.Float64())}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _possible(
    samples: Sequence[tuple[float, str, float | None, float | None]], numbers: Sequence[float]
) -> list[float]:
    limits = [
        (-INFINITE if low is None else low, INFINITE if high is None else high)
        for _, _, low, high in samples
    ]
    ranges = [_range(value, censoring) for value, censoring, _, _ in samples]
    no_better = min(_best(own, limit) for own, limit in zip(ranges, limits, strict=True))
    found: set[float] = set()
    for own, (low, high) in zip(ranges, limits, strict=True):
        ends = {*own, low, high, low + no_better, high - no_better, *numbers}
        marks = sorted(end for end in ends if own[0] <= end <= own[1])
        between = [(first + second) / 2 for first, second in pairwise(marks)]
        found |= {
            value for value in (*marks, *between) if _distance(value, (low, high)) <= no_better
        }
    return sorted(found)


def _range(value: float, censoring: str) -> Range:
    """Where a sample lies; ``interval`` says nothing of the side."""
    far = (abs(value) + 1) * FAR
    if censoring == NOT_CENSORED:
        return value, value
    return (
        value if censoring == "right" else value - far,
        value if censoring == "left" else value + far,
    )


def _distance(value: float, limits: Range) -> float:
    """To the nearest specification limit, positive inside."""
    return min(value - limits[0], limits[1] - value)


def _best(own: Range, limits: Range) -> float:
    """The largest distance a sample of that range can have."""
    middle = sum(limits) / 2
    inside = [middle] if own[0] <= middle <= own[1] else []  # no number with a limit on one side
    return max(_distance(value, limits) for value in (*own, *inside))


def _numbers_beside(node: Node, quantity: str) -> list[float]:
    if not isinstance(node, Call) or quantity not in columns(node):
        return []
    if node.name in _COMBINE:
        return [number for part in node.parts for number in _numbers_beside(part, quantity)]
    return _numbers_in(node)


def _numbers_in(node: Node) -> list[float]:
    if isinstance(node, Value):
        number = node.content
        return [number, -number] if isinstance(number, float | int) else []
    if isinstance(node, Call):
        return [number for part in node.parts for number in _numbers_in(part)]
    return []
