"""How many batches of a month will have failed when all are decided, as known at a date.

A batch still open is more likely to fail the longer it has been open, because failures take longer
to decide. Of every past batch its wait and its end are known, of open ones that they wait still:
competing risks give each open batch its probability, draws over groups of batches that fail
together give the uncertainty of these, and a draw of each batch's fate gives the count.
"""

from dataclasses import dataclass

import numpy as np

from assets.statistics.array_types import BoolArray, FloatArray, IntArray
from assets.statistics.reliability.competing_risks import (
    ENDED_OTHERWISE,
    ENDED_SO,
    STILL_WAITING,
    ends_of_waits,
)
from assets.statistics.reliability.reporting_delay import reported_prob

DRAWS = 400
LEVEL = 0.9
FEWEST_DECIDED = 20


@dataclass(frozen=True)
class BatchWaits:
    """Batches as known at a date.

    Attributes:
        wait: Days from the end of manufacture to disposition, or up to the date.
        end: Codes of ``competing_risks``: failed is ``ENDED_SO``.
        age: Days from the end of manufacture to the date.
        cluster: Group of batches that do not fail independently.
    """

    wait: FloatArray
    end: IntArray
    age: FloatArray
    cluster: IntArray

    @classmethod
    def as_known(
        cls, ended: FloatArray, decided: FloatArray, is_failure: BoolArray, cluster: IntArray,
        at: float,
    ) -> "BatchWaits":  # fmt: skip
        """See batches as they stood at a date.

        Args:
            ended: Day of the end of manufacture, not after ``at``.
            decided: Day of disposition; NaN or later than ``at`` where not yet.
            is_failure: What was or will be decided.
            cluster: Codes of groups.
            at: The date.
        """
        is_decided = decided <= at
        end = np.where(is_decided, np.where(is_failure, ENDED_SO, ENDED_OTHERWISE), STILL_WAITING)
        wait = np.where(is_decided, decided, at) - ended
        return cls(wait, end.astype(np.int64), at - ended, cluster)


@dataclass(frozen=True)
class FinalCount:
    """How many of some batches will have failed.

    Attributes:
        known: Failed already.
        still_open: Not decided yet.
        expected: Mean of the final count.
        low: Lower end of its 90% interval.
        high: Upper end.
        by_delay: Known failures over the share of failures decided by their batches' age; None
            where none is known, or no older failure shows how many are decided so soon.
    """

    known: int
    still_open: int
    expected: float
    low: int
    high: int
    by_delay: float | None


def final_failures(waits: BatchWaits, of: BoolArray, seed: int) -> FinalCount | None:
    """Foretell the final count of failures among some batches.

    Args:
        waits: All batches made by the date.
        of: The batches asked about.
        seed: Of the draws.

    Returns:
        The count, or None where fewer than twenty batches are decided.
    """
    if (waits.end != STILL_WAITING).sum() < FEWEST_DECIDED:
        return None
    is_open = of & (waits.end == STILL_WAITING)
    known = int((of & (waits.end == ENDED_SO)).sum())
    rng = np.random.default_rng(seed)
    counts = known + np.array([_draw(waits, is_open, rng) for _ in range(DRAWS)])
    low, high = shortest_interval(counts, LEVEL)
    point = ends_of_waits(waits.wait, waits.end).eventually(waits.wait[is_open])
    return FinalCount(
        known, int(is_open.sum()), known + float(point.sum()), low, high, _by_delay(waits, of)
    )


def _draw(waits: BatchWaits, is_open: BoolArray, rng: np.random.Generator) -> int:
    weight = rng.standard_exponential(int(waits.cluster.max()) + 1)[waits.cluster]
    fit = ends_of_waits(waits.wait, waits.end, weight)
    return int((rng.random(int(is_open.sum())) < fit.eventually(waits.wait[is_open])).sum())


def _by_delay(waits: BatchWaits, of: BoolArray) -> float | None:
    """Lawless (1994): divide what is reported by the share reported at each age."""
    has_failed = waits.end == ENDED_SO
    if not (of & has_failed).any():
        return None
    share = reported_prob(waits.wait[has_failed], waits.age[has_failed], waits.age[of & has_failed])
    return float((1 / share).sum()) if share.all() else None


def shortest_interval(counts: IntArray, level: float) -> tuple[int, int]:
    """Return the shortest run of counts that holds such a share of the draws.

    Args:
        counts: Draws.
        level: Share, 0 to 1.
    """
    ordered = np.sort(counts)
    inside = int(np.ceil(level * ordered.size))
    widths = ordered[inside - 1 :] - ordered[: ordered.size - inside + 1]
    first = int(np.argmin(widths))
    return int(ordered[first]), int(ordered[first + inside - 1])
