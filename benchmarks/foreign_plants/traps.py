"""Tables that invite a wrong claim: companions, confounders, reactions, spikes, copies, physics."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from benchmarks.foreign_plants.assembly import failure_share, finished, oracle_target
from benchmarks.foreign_plants.backgrounds import (
    autoregressive,
    background,
    parameter,
    with_law,
)
from benchmarks.foreign_plants.causes import cause, one_sided
from benchmarks.foreign_plants.laws import POOL, either, nothing, solve
from benchmarks.foreign_plants.nulls import reaction
from benchmarks.foreign_plants.table import ForeignTable

Kind = Callable[[np.random.Generator, int], ForeignTable]


def early_reading(rng: np.random.Generator, seed: int) -> ForeignTable:
    """A reading of stage 2 goes with the cause of stage 4 and acts on nothing."""
    made = background(rng)
    z = made.noise()
    goes_with = float(rng.uniform(0.65, 0.85))
    early = parameter(made, 2, goes_with * z + np.sqrt(1 - goes_with**2) * made.noise())
    column = parameter(made, 4, z)
    # What the earlier reading says of the cause is recorded before it.
    scale = float(column.values.std())
    level = float(column.values.mean())
    w = (early.values - early.values.mean()) / early.values.std()
    column = with_law(column, level + scale * goes_with * w, scale * np.sqrt(1 - goes_with**2))
    values = {column.name: column.values}
    law = solve(
        one_sided(column), values, np.zeros(made.batches), rng.normal(size=POOL),
        failure_share(made), oracle_target(made),
    )  # fmt: skip
    return finished(
        "early_reading", seed, made, [early, column], law, made.noise(),
        causes=(column.name,), inert=(early.name,),
    )  # fmt: skip


def _confounded(kind: str, seed: int, rng: np.random.Generator, by: str) -> ForeignTable:
    """A column without effect and the result both follow something recorded."""
    made = background(rng)
    named: dict[str, tuple[int, list[str]]] = {}
    if by == "lots":
        shared = made.lot_effect()
    else:
        name = str(rng.choice(["binder_supplier", "press", "shift", "operator_team"]))
        code = rng.integers(3, size=made.lots)[made.lot]
        code = code if rng.random() < 0.5 else rng.integers(3, size=made.batches)
        shared = np.array([-1.1, 0.0, 1.1])[code]
        named[name] = (1, [f"{name.rsplit('_', maxsplit=1)[-1][:3]}-{k + 1}" for k in code])
    z = 0.75 * shared / shared.std() + 0.66 * made.noise()
    inert = parameter(made, int(rng.integers(3, 5)), z)
    inert = with_law(
        inert,
        inert.values.mean() + inert.values.std() * 0.75 * shared / shared.std() / z.std(),
        float(inert.values.std() * 0.66 / z.std()),
    )
    law = solve(
        lambda values: shared / shared.std(), {inert.name: inert.values},
        np.zeros(made.batches), rng.normal(size=POOL), failure_share(made),
        float(rng.uniform(0.75, 0.85)),
    )  # fmt: skip
    table = finished(
        kind, seed, made, [inert], law, made.noise(), inert=(inert.name,), categories=named,
        notes={"confounder": "lot" if by == "lots" else next(iter(named))},
    )  # fmt: skip
    recorded = [f"L{code:04d}" for code in made.lot] if by == "lots" else None
    return replace(table, lots=recorded, campaign=None if by == "lots" else table.campaign)


def confounded_by_lots(rng: np.random.Generator, seed: int) -> ForeignTable:
    """Recorded lots move a column and the result; the column acts on nothing."""
    return _confounded("confounded_by_lots", seed, rng, "lots")


def confounded_by_category(rng: np.random.Generator, seed: int) -> ForeignTable:
    """A recorded supplier, press, shift or team moves a column and the result."""
    return _confounded("confounded_by_category", seed, rng, "category")


def reactive_operators(rng: np.random.Generator, seed: int) -> ForeignTable:
    """Operators move a column in answer to past results; the column acts on nothing."""
    made = background(rng)
    column = cause(made)
    wander = 0.8 * autoregressive(rng, made.batches, 0.9)
    values = {column.name: column.values}
    law = solve(
        one_sided(column), values, np.zeros(made.batches),
        rng.normal(size=POOL), failure_share(made), oracle_target(made),
    )  # fmt: skip
    noise = wander + 0.6 * made.noise()
    result = law.mean(values) + noise
    moved = parameter(made, 3, reaction(made, result / result.std()))
    return finished(
        "reactive_operators", seed, made, [column, moved], law, noise,
        causes=(column.name,), inert=(moved.name,),
    )  # fmt: skip


def rare_spike(rng: np.random.Generator, seed: int) -> ForeignTable:
    """One batch in thirty has a spike in a column, and most of those fail."""
    made = background(rng)
    spiked = rng.random(made.batches) < 1 / 30
    column = parameter(made, 4, made.noise() + np.where(spiked, rng.uniform(6, 12), 0.0))
    bound = float(
        column.values.mean()
        + 3.5 * np.median(np.abs(column.values - np.median(column.values))) * 1.4826
    )
    values = {column.name: column.values}
    law = solve(
        lambda given: np.where(given[column.name] > bound, 3.0, 0.0), values,
        np.zeros(made.batches), rng.normal(size=POOL), failure_share(made),
        float(rng.uniform(0.70, 0.80)),
    )  # fmt: skip
    return finished("rare_spike", seed, made, [column], law, made.noise(), causes=(column.name,))


def rare_product(rng: np.random.Generator, seed: int) -> ForeignTable:
    """One product, one batch in forty, always fails; nothing else is wrong."""
    made = background(rng, products=3)
    rare = rng.random(made.batches) < 1 / 40
    product = ["P-990" if r else p for r, p in zip(rare, made.product, strict=True)]
    zero = {"": np.zeros(made.batches)}
    law = solve(nothing, zero, np.zeros(made.batches), rng.normal(size=POOL), 0.02, None)
    noise = made.noise()
    table = finished(
        "rare_product", seed, made, [parameter(made, 3, made.noise())], law, noise,
        risk=either(law.risk, lambda values: rare.astype(float)),
        realised=lambda given: law.realised(noise)(given) | rare,
    )  # fmt: skip
    return replace(table, product=product)


def copied_result(rng: np.random.Generator, seed: int) -> ForeignTable:
    """The result under an innocent name, dated before it, with little noise; nothing else."""
    made = background(rng)
    zero = {"": np.zeros(made.batches)}
    law = solve(
        nothing, zero, np.zeros(made.batches), rng.normal(size=POOL), failure_share(made), None
    )
    noise = made.noise()
    shape = rng.choice(["straight", "square", "inverse"])
    # Square and inverse are one-to-one over the range of results.
    base = {"straight": noise, "square": (noise + 8) ** 2, "inverse": 1 / (noise + 8)}[str(shape)]
    base = (base - base.mean()) / base.std()
    copy = parameter(made, int(rng.integers(3, 6)), base + rng.uniform(0, 0.05) * made.noise())
    return finished(
        "copied_result", seed, made, [copy], law, noise, copies=(copy.name,),
        notes={"shape": str(shape)},
    )  # fmt: skip


def clear_physics(rng: np.random.Generator, seed: int) -> ForeignTable:
    """A column known before decides the result almost alone: the models may be nearly perfect."""
    made = background(rng)
    column = cause(made)
    values = {column.name: column.values}
    law = solve(
        one_sided(column), values, np.zeros(made.batches), rng.normal(size=POOL),
        failure_share(made), float(rng.uniform(0.985, 0.999)),
    )  # fmt: skip
    return finished("clear_physics", seed, made, [column], law, made.noise(), causes=(column.name,))


KINDS: dict[str, Kind] = {
    "early_reading": early_reading,
    "confounded_by_lots": confounded_by_lots,
    "confounded_by_category": confounded_by_category,
    "reactive_operators": reactive_operators,
    "rare_spike": rare_spike,
    "rare_product": rare_product,
    "copied_result": copied_result,
    "clear_physics": clear_physics,
}
