"""One outcome over all batches: the label, when it was known, and the margins behind it.

A batch without a verdict yet is pending, never good. A margin at a reporting limit is a bound, not
a measurement: it is left out of every fit and every comparison, and counted.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from assets.failure_models.dataset.gate_matrix import GateMatrix, microseconds
from assets.statistics.array_types import BoolArray, FloatArray

MOST_CENSORED = 0.5
FEWEST_MARGINS = 60


@dataclass(frozen=True)
class OutcomeDefinition:
    """What an outcome is: the row of ``core.outcome_definitions`` a model needs."""

    outcome: str
    title: str
    is_proxy: bool
    first_known_stage: int
    last_gate_before: int


@dataclass(frozen=True)
class OutcomePanel:
    """Labels and margins of one outcome, aligned to the rows of a gate's matrix.

    Attributes:
        definition: What the outcome is.
        label: Per batch 1 failed, 0 good, NaN pending or not measured.
        known_at: Per batch, microseconds since 1970 UTC; NaN where nobody noted it.
        quantities: Names of the margins that can be modelled.
        margins: (batches, quantities), robust spread units, below 0 outside the limit; NaN where
            missing or censored.
        censored_share: Per quantity of ``quantities`` or left out, share of values at a limit.
    """

    definition: OutcomeDefinition
    label: FloatArray
    known_at: FloatArray
    quantities: list[str]
    margins: FloatArray
    censored_share: dict[str, float]

    @property
    def is_labelled(self) -> BoolArray:
        """Per batch, whether it is known to have failed or passed."""
        return np.isfinite(self.label)


def definitions(frame: pl.DataFrame) -> list[OutcomeDefinition]:
    """Read ``core.outcome_definitions``, sorted by outcome."""
    return [
        OutcomeDefinition(
            row["outcome"],
            row["title"],
            bool(row["is_proxy"]),
            int(row["first_known_stage"]),
            int(row["last_gate_before"]),
        )
        for row in frame.sort("outcome").iter_rows(named=True)
    ]


def outcome_panel(
    definition: OutcomeDefinition,
    outcomes: pl.DataFrame,
    margins: pl.DataFrame,
    matrix: GateMatrix,
) -> OutcomePanel:
    """Align one outcome's labels and margins to the batches of a gate.

    Args:
        definition: The outcome.
        outcomes: ``core.outcomes``.
        margins: ``core.outcome_margins``.
        matrix: Gives the batches and their order.

    Returns:
        The panel; quantities with too few measured values (under 60, or more than half of them at
        a reporting limit) are left out of ``margins`` and stay in ``censored_share``.
    """
    rows = pl.DataFrame({"batch_id": matrix.batch_ids}, schema={"batch_id": pl.String})
    own = rows.join(
        outcomes.filter(pl.col("outcome") == definition.outcome),
        on="batch_id",
        how="left",
        maintain_order="left",
    )
    label = own["is_failure"].cast(pl.Float64).to_numpy().astype(float)
    # A margin may exist before the disposition does; a pending batch trains nothing.
    kept: dict[str, FloatArray] = {}
    censored: dict[str, float] = {}
    for (quantity,), part in sorted(
        margins.filter(pl.col("outcome") == definition.outcome).group_by("quantity")
    ):
        aligned = rows.join(part, on="batch_id", how="left", maintain_order="left")
        values = aligned["margin"].to_numpy().astype(float)
        at_limit = aligned["is_censored"].fill_null(value=False).to_numpy()
        measured = np.isfinite(values) & np.isfinite(label)
        name = str(quantity)
        censored[name] = float(at_limit[measured].mean()) if measured.any() else 0.0
        usable = np.where(measured & ~at_limit, values, np.nan)
        if np.isfinite(usable).sum() >= FEWEST_MARGINS and censored[name] <= MOST_CENSORED:
            kept[name] = usable
    table = np.column_stack(list(kept.values())) if kept else np.empty((rows.height, 0))
    return OutcomePanel(
        definition, label, microseconds(own["known_at"]), list(kept), table, censored
    )
