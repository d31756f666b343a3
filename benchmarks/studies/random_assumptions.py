"""Random sets of assumptions within their declared ranges, for comparing two ways of computing."""

from fractions import Fraction

import numpy as np

from data_contracts.assumptions import Assumptions, with_overrides

STEPS = 1000
KEPT = frozenset({"horizon_years"})  # a year is whole


def random_set(assumptions: Assumptions, seed: int) -> Assumptions:
    """Return the set with low, value and high of every number drawn anew within its range.

    Args:
        assumptions: The set.
        seed: Seed of the draw.
    """
    rng = np.random.default_rng(seed)
    settings: list[str] = []
    for name, each in assumptions.parameters.items():
        if each.low == each.high or name in KEPT or "_gate_" in name:
            continue
        places = sorted(int(place) for place in rng.integers(0, STEPS + 1, 3))
        if len(set(places)) == 1:
            continue
        ends = [_short(each.low + (each.high - each.low) * Fraction(at, STEPS)) for at in places]
        settings.append(f"{name}={','.join(ends)}")
    return with_overrides(assumptions, settings)


def _short(value: Fraction) -> str:
    """Write a fraction as the exact decimal a file could hold."""
    return f"{float(value):.9f}".rstrip("0").rstrip(".")
