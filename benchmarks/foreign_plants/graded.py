"""Tables whose cause is worth a chosen share of the failures: for power, not for finding alone."""

from zlib import crc32

import numpy as np

from benchmarks.foreign_plants.assembly import failure_share, finished
from benchmarks.foreign_plants.backgrounds import background
from benchmarks.foreign_plants.causes import cause, one_sided
from benchmarks.foreign_plants.laws import POOL, solve
from benchmarks.foreign_plants.table import ForeignTable

WORST_TENTH = 0.9


def graded_linear(share: float, seed: int) -> ForeignTable:
    """A straight line on the margin, as strong as it must be for its worth.

    Args:
        share: Of all failures, those that holding the cause out of its worst tenth prevents.
        seed: Of the table; one seed has one background at every share.
    """
    rng = np.random.default_rng([crc32(b"graded_linear"), seed])
    made = background(rng)
    column = cause(made)
    noise = np.sqrt(0.7) * made.noise() + np.sqrt(0.3) * made.lot_effect()
    sign = float(rng.choice([-1.0, 1.0]))
    signal, pool, rate = one_sided(column, sign), rng.normal(size=POOL), failure_share(made)
    values, nothing = {column.name: column.values}, np.zeros(made.batches)
    bound = float(np.quantile(sign * column.values, WORST_TENTH)) * sign
    window = (-np.inf, bound) if sign > 0 else (bound, np.inf)
    held = {column.name: column.held(*window)}
    weak, strong = 0.5, 0.97
    for _ in range(12):
        middle = (weak + strong) / 2
        law = solve(signal, values, nothing, pool, rate, middle)
        saved = float(np.mean(law.risk(values) - law.risk(held))) / rate
        weak, strong = (middle, strong) if saved < share else (weak, middle)
    law = solve(signal, values, nothing, pool, rate, strong)
    return finished("graded_linear", seed, made, [column], law, noise, causes=(column.name,))
