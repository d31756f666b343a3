"""Tables with a cause that can be found: how the cause acts differs from kind to kind."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from benchmarks.foreign_plants.assembly import failure_share, finished, oracle_target
from benchmarks.foreign_plants.backgrounds import Background, background, parameter, regimes
from benchmarks.foreign_plants.laws import (
    POOL,
    Signal,
    constant,
    either,
    logistic,
    nothing,
    solve,
)
from benchmarks.foreign_plants.table import Floats, ForeignTable, Parameter

Kind = Callable[[np.random.Generator, int], ForeignTable]


def standardised(column: Parameter) -> Callable[[Mapping[str, Floats]], Floats]:
    """The column in units of its own law, from parameters by name."""
    level, spread = float(column.values.mean()), float(column.values.std())
    return lambda values: (values[column.name] - level) / spread


def one_sided(column: Parameter, sign: float = 1.0) -> Signal:
    """Higher (or lower) is worse, in a straight line."""
    z = standardised(column)
    return lambda values: sign * z(values)


def u_shaped(column: Parameter, centre: float) -> Signal:
    """Both ends are worse."""
    z = standardised(column)
    scale = float(
        np.std(((column.values - column.values.mean()) / column.values.std() - centre) ** 2)
    )
    return lambda values: ((z(values) - centre) ** 2 - 1) / scale


def cause(made: Background) -> Parameter:
    """A column that will act, normal, of a stage between 2 and 5."""
    return parameter(made, int(made.rng.integers(2, 6)), made.noise())


def _margin(
    kind: str,
    seed: int,
    made: Background,
    own: list[Parameter],
    signal: Signal,
    noise: Floats,
    pool: Floats,
    context: Floats | None = None,
    **more: Any,
) -> ForeignTable:
    values = {each.name: each.values for each in own}
    given = np.zeros(made.batches) if context is None else context
    law = solve(signal, values, given, pool, failure_share(made), oracle_target(made))
    return finished(kind, seed, made, own, law, noise, **more)


def linear(rng: np.random.Generator, seed: int) -> ForeignTable:
    """A straight line on the margin; lots that nobody records move the result too."""
    made = background(rng)
    column = cause(made)
    within, between = np.sqrt(0.7), np.sqrt(0.3)
    noise = within * made.noise() + between * made.lot_effect()
    signal = one_sided(column, float(rng.choice([-1.0, 1.0])))
    return _margin(
        "linear", seed, made, [column], signal, noise, rng.normal(size=POOL), causes=(column.name,)
    )


def u_shape(rng: np.random.Generator, seed: int) -> ForeignTable:
    """Both ends of a column are worse."""
    made = background(rng)
    column = cause(made)
    signal = u_shaped(column, float(rng.uniform(-0.3, 0.3)))
    return _margin(
        "u_shape", seed, made, [column], signal, made.noise(), rng.normal(size=POOL),
        causes=(column.name,),
    )  # fmt: skip


def regime(rng: np.random.Generator, seed: int) -> ForeignTable:
    """A straight line, on a result that jumps with the recipe; half of the tables record it."""
    made = background(rng)
    column, code = cause(made), regimes(rng, made.batches)
    jumps = 0.6 * rng.normal(size=code.max() + 1)[code]
    recorded = {"dryer": (3, [f"dry-{k + 1}" for k in code])} if seed % 2 else {}
    signal = one_sided(column, float(rng.choice([-1.0, 1.0])))
    return _margin(
        "regime", seed, made, [column], signal, made.noise(), rng.normal(size=POOL), jumps,
        causes=(column.name,), categories=recorded,
    )  # fmt: skip


def heavy_tails(rng: np.random.Generator, seed: int) -> ForeignTable:
    """A straight line under noise with heavy tails."""
    made = background(rng)
    column = cause(made)
    signal = one_sided(column)
    scale = np.sqrt(5 / 3)
    noise = rng.standard_t(5, size=made.batches) / scale
    pool = rng.standard_t(5, size=POOL) / scale
    return _margin("heavy_tails", seed, made, [column], signal, noise, pool, causes=(column.name,))


def missing_not_at_random(rng: np.random.Generator, seed: int) -> ForeignTable:
    """A straight line in a column whose high values are often not recorded."""
    made = background(rng)
    column = cause(made)
    signal = one_sided(column)
    z = standardised(column)({column.name: column.values})
    lost = rng.random(made.batches) < 0.25 / (1 + np.exp(-2 * (z - 0.8)))
    return _margin(
        "missing_not_at_random", seed, made, [column], signal, made.noise(),
        rng.normal(size=POOL), causes=(column.name,), missing={column.name: lost},
    )  # fmt: skip


def label_noise(rng: np.random.Generator, seed: int) -> ForeignTable:
    """A straight line; 12 in 100 failures are recorded as good, as many good ones as failures."""
    table = replace(linear(rng, seed), kind="label_noise")
    failed = np.flatnonzero(table.rejected)
    swapped = rng.choice(failed, size=round(0.12 * failed.size), replace=False)
    good = rng.choice(np.flatnonzero(~table.rejected), size=swapped.size, replace=False)
    is_wrong = np.zeros(table.batches, dtype=bool)
    is_wrong[swapped], is_wrong[good] = True, True
    lost = 0.12
    gained = swapped.size / (table.batches - failed.size)
    true, truly = table.risk, table.realised
    return replace(
        table,
        rejected=table.rejected ^ is_wrong,
        realised=lambda values: truly(values) ^ is_wrong,
        risk=lambda values: true(values) * (1 - lost) + (1 - true(values)) * gained,
    )


def off_margin(rng: np.random.Generator, seed: int) -> ForeignTable:
    """A column moves rejections and not the declared result, which seldom falls short."""
    made = background(rng)
    column = cause(made)
    values = {column.name: column.values}
    share = failure_share(made)
    law = solve(nothing, values, np.zeros(made.batches), rng.normal(size=POOL), 0.1 * share, None)
    noise = made.noise()
    own = logistic(one_sided(column), values, 0.9 * share, oracle_target(made))
    rank = rng.random(made.batches)
    return finished(
        "off_margin", seed, made, [column], law, noise,
        realised=lambda given: (noise < law.limit) | (rank < own(given)),
        risk=either(law.risk, own), causes=(column.name,),
    )  # fmt: skip


def half_off_margin(rng: np.random.Generator, seed: int) -> ForeignTable:
    """A straight line on the margin; half of the rejections have another reason, not recorded."""
    made = background(rng)
    column = cause(made)
    values = {column.name: column.values}
    share = failure_share(made)
    signal = one_sided(column, float(rng.choice([-1.0, 1.0])))
    pool, noise = rng.normal(size=POOL), made.noise()
    law = solve(signal, values, np.zeros(made.batches), pool, share / 2, oracle_target(made))
    other = constant(share / 2)
    is_other = rng.random(made.batches) < share / 2
    return finished(
        "half_off_margin", seed, made, [column], law, noise,
        realised=lambda given: law.realised(noise)(given) | is_other,
        risk=either(law.risk, other), causes=(column.name,),
    )  # fmt: skip


def interaction(rng: np.random.Generator, seed: int) -> ForeignTable:
    """Two columns are worse together and say nothing alone."""
    made = background(rng)
    pair = [cause(made), cause(made)]
    first, second = (standardised(each) for each in pair)
    return _margin(
        "interaction", seed, made, pair, lambda values: first(values) * second(values),
        made.noise(), rng.normal(size=POOL), causes=tuple(each.name for each in pair),
    )  # fmt: skip


def exact_rule(rng: np.random.Generator, seed: int) -> ForeignTable:
    """Every batch above a limit on one level of a category is rejected, and no other."""
    made = background(rng)
    column = cause(made)
    levels = ["press-1", "press-2"]
    press = [levels[k] for k in (rng.random(made.batches) < 0.35).astype(int)]
    share = failure_share(made)
    on_second = np.array([each == levels[1] for each in press])
    high = float(np.quantile(column.values[on_second], 1 - min(share / on_second.mean(), 0.9)))
    law = solve(
        nothing, {"": made.noise()}, np.zeros(made.batches), rng.normal(size=POOL), 1e-6, None
    )

    def risk(values: Mapping[str, Floats]) -> Floats:
        return np.asarray((on_second & (values[column.name] > high)).astype(float))

    return finished(
        "exact_rule", seed, made, [column], law, made.noise(), risk=risk,
        realised=lambda given: risk(given) > 0, causes=(column.name, "press"),
        categories={"press": (4, press)},
    )  # fmt: skip


KINDS: dict[str, Kind] = {
    "linear": linear,
    "u_shape": u_shape,
    "regime": regime,
    "heavy_tails": heavy_tails,
    "missing_not_at_random": missing_not_at_random,
    "label_noise": label_noise,
    "off_margin": off_margin,
    "half_off_margin": half_off_margin,
    "interaction": interaction,
    "exact_rule": exact_rule,
}
