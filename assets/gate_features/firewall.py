"""The availability firewall: at which gate a value became available, and what never does.

Every value of every feature passes ``admit``; nothing else assigns a gate. What keeps a result out
of its own prediction is decided here and in ``refusals``, by time and by meaning, not by a score.
"""

from dataclasses import dataclass

import polars as pl

from assets.gate_features.gates import GATES
from data_contracts.tables import columns, key, table

VALUES_AT_A_TIME = 500_000


@dataclass(frozen=True)
class Admitted:
    """What the firewall let through.

    Attributes:
        values: ``feature.gate_values``: one row per batch, gate and feature where the value became
            available or changed, sorted by its key.
        late: One row per feature of which some values came too late for every gate:
            feature, values (count of such values).
        unplaced: One row per feature of which some values have neither stage nor instant:
            feature, values.
    """

    values: pl.DataFrame
    late: pl.DataFrame
    unplaced: pl.DataFrame


def admit(values: pl.DataFrame, batch_gates: pl.DataFrame) -> Admitted:
    """Assign every value the first gate at which all conditions hold.

    The conditions: the batch has reached the gate; the value's stage is not after it; and, where
    both instants exist, the value was known when the gate closed. Where either is missing the
    stage decides alone. Of several values of one feature that reach the same gate the last one
    stands.

    Args:
        values: Observations (``VALUES_SCHEMA``), in the order in which later rows supersede
            earlier ones.
        batch_gates: ``feature.batch_gates``.

    Returns:
        The admitted values, and counts of what was not admitted.
    """
    gates = _gates_in_columns(batch_gates)
    # Beside a value stand fourteen columns of its batch's gates: few values at a time.
    parts = [
        part.filter(pl.col("stage").is_not_null())
        .join(gates, on="batch_id", maintain_order="left")
        .with_columns(gate=_first_gate())
        .select(columns("feature.gate_values"))
        for part in values.iter_slices(VALUES_AT_A_TIME)
    ]
    gated = pl.concat([table("feature.gate_values"), *parts])
    return Admitted(
        values=gate_values(gated),
        late=_counted(gated.filter(pl.col("gate").is_null())),
        unplaced=_counted(values.filter(pl.col("stage").is_null())),
    )


def gate_values(gated: pl.DataFrame) -> pl.DataFrame:
    """Keep what reached a gate; of several values of a feature at one gate the last one stands.

    Args:
        gated: The columns of ``feature.gate_values`` in order of supersession; ``gate`` is null
            for what came too late.

    Returns:
        ``feature.gate_values``.
    """
    reached = gated.drop_nulls("gate").unique(
        subset=key("feature.gate_values"), keep="last", maintain_order=True
    )
    return table("feature.gate_values", reached)


def _gates_in_columns(batch_gates: pl.DataFrame) -> pl.DataFrame:
    """One row per batch: has_<g> and at_<g> for every gate."""
    columns = [
        expression
        for gate in GATES
        for expression in (
            (pl.col("gate") == gate).any().alias(f"has_{gate}"),
            pl.col("gate_at").filter(pl.col("gate") == gate).first().alias(f"at_{gate}"),
        )
    ]
    return batch_gates.group_by("batch_id").agg(columns)


def _first_gate() -> pl.Expr:
    """The smallest gate at which the conditions of ``admit`` hold, or null."""
    known = pl.col("known_at")
    conditions = [
        (
            gate,
            pl.col(f"has_{gate}")
            & (pl.col("stage") <= gate)
            & (known.is_null() | pl.col(f"at_{gate}").is_null() | (known <= pl.col(f"at_{gate}"))),
        )
        for gate in GATES
    ]
    return pl.coalesce(
        pl.when(condition).then(pl.lit(gate, pl.Int64)) for gate, condition in conditions
    )


def _counted(values: pl.DataFrame) -> pl.DataFrame:
    return values.group_by("feature").agg(values=pl.len().cast(pl.Int64)).sort("feature")
