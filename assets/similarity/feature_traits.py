"""Traits from features: what was known of a batch at a gate, and, where asked for, its margins.

A feature that some outcome may not see does not say how alike two batches are either: it would put
failed batches beside failed ones because they failed.
"""

from dataclasses import replace

import numpy as np
import polars as pl

from assets.batch_matrix.gate_matrix import gate_matrix
from assets.similarity.traits import Traits


def feature_traits(
    gate_values: pl.DataFrame,
    dictionary: pl.DataFrame,
    batch_gates: pl.DataFrame,
    gate: int,
    withheld: set[str],
) -> Traits:
    """Put the features of all batches that reached a gate side by side.

    Args:
        gate_values: ``feature.gate_values``, or the part of it that is asked for.
        dictionary: ``feature.dictionary``, likewise.
        batch_gates: ``feature.batch_gates``.
        gate: 1 to 7; nothing known later takes part.
        withheld: Features left out; those of product identity are left out always.

    Returns:
        One trait per quantity of the dictionary, in production order.
    """
    known = dictionary.filter(~pl.col("feature").is_in(list(withheld)))
    matrix = gate_matrix(gate_values, known, batch_gates, gate)
    about = {
        feature: quantity or feature
        for feature, quantity in known.select("feature", "quantity").iter_rows()
    }
    quantities = [about[feature] for feature in matrix.features]
    names = sorted(set(quantities))
    place = {name: i for i, name in enumerate(names)}
    trait = np.array([place[name] for name in quantities], dtype=np.int64)
    order = np.argsort(trait, kind="stable")
    return Traits(matrix.batch_ids, names, trait[order], matrix.values[:, order], is_course=False)


def with_margins(traits: Traits, outcome_margins: pl.DataFrame) -> Traits:
    """Add the results that define outcomes, for whoever asks for batches that ended alike.

    Args:
        traits: Of some batches.
        outcome_margins: ``core.outcome_margins``.

    Returns:
        The traits and one more per quantity that has a margin: its smallest, missing where it is
        a bound, for two results beyond a limit need not be alike.
    """
    is_bound = pl.col("is_censored").any()
    smallest = outcome_margins.group_by("quantity", "batch_id").agg(
        pl.when(~is_bound).then(pl.col("margin").min())
    )
    names, values, trait = [*traits.names], [traits.values], [traits.trait]
    for (quantity,), own in sorted(smallest.group_by("quantity")):
        margin = dict(own.select("batch_id", "margin").iter_rows())
        trait.append(np.array([len(names)]))
        names.append(f"margin of {quantity}")
        column = [margin.get(batch) for batch in traits.batch_ids]
        values.append(np.array(column, dtype=float)[:, None])
    return replace(traits, names=names, trait=np.concatenate(trait), values=np.hstack(values))
