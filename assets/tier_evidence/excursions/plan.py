"""Which sizes of which kinds are tried, and where an excursion of a batch begins."""

from hashlib import blake2b

import numpy as np

from assets.statistics.array_types import FloatArray
from assets.tier_evidence.excursions.injection import KINDS, SIZED_BY_TIME, SeededExcursion

# Widths of the normal operating range, doubled from one to the next: detection goes by ratios.
HEIGHTS = (0.125, 0.25, 0.5, 1.0, 2.0, 4.0)
SHARES = (0.025, 0.05, 0.1, 0.2, 0.4, 0.8)  # of the phase
EARLIEST, LATEST = 0.2, 0.6  # progress at which an excursion begins
# So many of so many show 90% at 95% confidence, and 59 of 59 show 95%.
BATCHES = 29
FEWEST_READINGS = 20  # below, a phase has no course to speak of


def sizes_of(kind: str) -> tuple[float, ...]:
    """Return the six sizes of a kind: shares of the phase, else widths of the normal range.

    Examples:
        >>> len(sizes_of("step")), len(sizes_of("stuck"))
        (6, 6)
    """
    return SHARES if kind in SIZED_BY_TIME else HEIGHTS


def size_unit_of(kind: str) -> str:
    """Return what size 1 of a kind is.

    Examples:
        >>> size_unit_of("step"), size_unit_of("delay")
        ('widths of the normal range', 'share of the phase')
    """
    return "share of the phase" if kind in SIZED_BY_TIME else "widths of the normal range"


def excursion_of(
    series: tuple[str, ...], batch: str, place: int, unit: float, readings: int, seed: int
) -> SeededExcursion:
    """Draw where the excursions of a batch begin, alike for every kind and size.

    Args:
        series: Unit procedure, phase and tag.
        batch: The batch.
        place: Of the batch among those tried: every other one goes downwards.
        unit: Width of the range that size 1 is.
        readings: Readings of the series.
        seed: Of the run.

    Examples:
        >>> one = excursion_of(("coating", "spray", "t"), "B1", 0, 4.0, 3, seed=1)
        >>> 0.2 <= one.onset <= 0.6, one.sign, one.noise.size
        (True, 1, 3)
        >>> one.onset == excursion_of(("coating", "spray", "t"), "B1", 1, 9.0, 5, seed=1).onset
        True
    """
    named = "\0".join((*series, batch)).encode()
    key = int.from_bytes(blake2b(named, digest_size=8, key=seed.to_bytes(8, "big")).digest(), "big")
    draws = np.random.default_rng(key)
    onset = float(draws.uniform(EARLIEST, LATEST))
    noise: FloatArray = draws.standard_normal(readings)
    return SeededExcursion(onset, 1 if place % 2 == 0 else -1, unit, noise)


def planned() -> list[tuple[str, float]]:
    """Return every kind with every size of it, in order.

    Examples:
        >>> len(planned())
        48
    """
    return [(kind, size) for kind in KINDS for size in sizes_of(kind)]
