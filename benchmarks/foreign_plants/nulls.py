"""Tables without causes: whatever they seem to say is made by time, lots, regimes or reactions."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from benchmarks.foreign_plants.assembly import failure_share, finished
from benchmarks.foreign_plants.backgrounds import (
    Background,
    autoregressive,
    background,
    parameter,
    regimes,
    seasonal,
)
from benchmarks.foreign_plants.laws import POOL, nothing, solve
from benchmarks.foreign_plants.table import Floats, ForeignTable

Kind = Callable[[np.random.Generator, int], ForeignTable]


def _null(
    kind: str,
    seed: int,
    made: Background,
    noise: Floats,
    own: list | None = None,
    context: Floats | None = None,
    **more: Any,
) -> ForeignTable:
    zero = {"": np.zeros(made.batches)}
    pool = made.rng.normal(size=POOL) * float(noise.std())
    given = np.zeros(made.batches) if context is None else context
    law = solve(nothing, zero, given, pool, failure_share(made), None)
    values = own or [parameter(made, 3, made.noise())]
    return finished(kind, seed, made, values, law, noise, **more)


def _serial(phi: float) -> Kind:
    def make(rng: np.random.Generator, seed: int) -> ForeignTable:
        made = background(rng)
        noise = autoregressive(rng, made.batches, phi)
        return _null(f"null_ar{int(100 * phi)}", seed, made, noise, phi=phi)

    return make


def drift(rng: np.random.Generator, seed: int) -> ForeignTable:
    """Columns and result drift, each on its own."""
    made = background(rng)
    own = [
        parameter(made, int(rng.integers(2, 6)), 0.7 * seasonal(rng, made.batches) + made.noise())
        for _ in range(15)
    ]
    noise = made.noise()
    return _null("null_drift", seed, made, noise, own, 0.8 * seasonal(rng, made.batches))


def regime(rng: np.random.Generator, seed: int) -> ForeignTable:
    """At a few changes of supplier the result and many columns jump together, by chance."""
    made = background(rng)
    code = regimes(rng, made.batches)

    def jump(size: float) -> Floats:
        return np.asarray(size * rng.normal(size=code.max() + 1)[code])

    own = [parameter(made, int(rng.integers(2, 6)), jump(0.8) + made.noise()) for _ in range(12)]
    names = [f"sup-{k % 3 + 1}" for k in code]
    recorded = {"binder_supplier": (1, names)} if seed % 2 else {}
    noise = made.noise()
    return _null("null_regime", seed, made, noise, own, jump(0.7), categories=recorded)


def lots(rng: np.random.Generator, seed: int) -> ForeignTable:
    """Lots move columns and result, each on its own; half of the tables record them."""
    made = background(rng)
    own = [
        parameter(made, int(rng.integers(2, 6)), 0.7 * made.lot_effect() + 0.7 * made.noise())
        for _ in range(12)
    ]
    noise = 0.7 * made.lot_effect() + 0.7 * made.noise()
    table = _null("null_lots", seed, made, noise, own)
    recorded = [f"L{code:04d}" for code in made.lot] if seed % 4 < 2 else None
    return replace(table, lots=recorded)


def feedback(rng: np.random.Generator, seed: int) -> ForeignTable:
    """Operators move two columns in answer to past results that wander by themselves."""
    made = background(rng)
    noise = autoregressive(rng, made.batches, 0.9)
    own = [parameter(made, stage, reaction(made, noise)) for stage in (3, 4)]
    return _null("null_feedback", seed, made, noise, own)


def reaction(made: Background, result: Floats) -> Floats:
    """A column moved in answer to how far the last ten results fell short."""
    z, shocks = np.zeros(made.batches), made.noise()
    for i in range(1, made.batches):
        past = result[max(0, i - 10) : i]
        z[i] = 0.6 * z[i - 1] - 0.5 * past.mean() + 0.6 * shocks[i]
    return np.asarray(z / z.std())


KINDS: dict[str, Kind] = {
    "null_ar80": _serial(0.80),
    "null_ar90": _serial(0.90),
    "null_ar95": _serial(0.95),
    "null_drift": drift,
    "null_regime": regime,
    "null_lots": lots,
    "null_feedback": feedback,
}
