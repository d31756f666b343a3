"""From causes and a law to a finished table: failures drawn, idle columns around them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from benchmarks.foreign_plants.backgrounds import (
    Background,
    idle_categories,
    idle_columns,
    runs,
)
from benchmarks.foreign_plants.laws import MarginLaw
from benchmarks.foreign_plants.table import Floats, ForeignTable, Parameter, Realised, Risk

FEWEST_COLUMNS, MOST_COLUMNS = 20, 46


def failure_share(made: Background) -> float:
    """Share of batches that fail, 3 to 6.5 in 100."""
    return float(made.rng.uniform(0.03, 0.065))


def oracle_target(made: Background) -> float:
    """Oracle AUC a cause is to have, 0.80 to 0.90."""
    return float(made.rng.uniform(0.80, 0.90))


def finished(
    kind: str,
    seed: int,
    made: Background,
    own: list[Parameter],
    law: MarginLaw,
    noise: Floats,
    *,
    risk: Risk | None = None,
    realised: Realised | None = None,
    phi: float | None = None,
    categories: Mapping[str, tuple[int, list[str]]] | None = None,
    **truth: Any,
) -> ForeignTable:
    """Realise the result and the label, add idle columns and shuffle all of them.

    Args:
        kind: Name of the kind.
        seed: Its seed.
        made: The background.
        own: The columns that were made on purpose.
        law: Of the result.
        noise: (batches,) the noise of these very batches.
        risk: Probability of rejection; by default that of the result below its limit.
        realised: The label of these very batches; by default their result below its limit.
        phi: Serial correlation of the idle columns.
        categories: Categories made on purpose.
        truth: Further fields of the table.
    """
    rng = made.rng
    values = {each.name: each.values for each in own}
    result = law.mean(values) + noise
    label = realised or law.realised(noise)
    named = dict(categories or {})
    wanted = int(rng.integers(FEWEST_COLUMNS, MOST_COLUMNS + 1)) - len(own) - len(named)
    idle = idle_categories(made, int(rng.integers(1, 4)))
    named = {**{name: each for name, each in idle.items() if name not in named}, **named}
    numbers = own + idle_columns(made, max(wanted - len(idle), 8), phi=phi)
    order = rng.permutation(len(numbers))
    table = ForeignTable(
        kind=kind,
        seed=seed,
        parameters=tuple(numbers[i] for i in order),
        categories=named,
        product=made.product,
        days=made.days,
        campaign=[f"C{code:03d}" for code in runs(rng, made.batches)] if seed % 2 else None,
        lots=None,
        # A result as a laboratory prints it: around 100 with a spread of about 1.5.
        result=100 + 1.5 * result,
        spec_low=round(100 + 1.5 * law.limit, 3),
        rejected=label(values),
        causes=(),
        risk=risk or law.risk,
        realised=label,
    )
    missing = dict(truth.pop("missing", {}))
    for each in table.parameters:
        if each.name not in values and rng.random() < 0.15:
            missing[each.name] = rng.random(made.batches) < rng.uniform(0.01, 0.1)
    return replace(table, missing=missing, **truth)
