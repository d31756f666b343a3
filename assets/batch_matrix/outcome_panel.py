"""One outcome over all batches: the label, when it was known, and the margins behind it."""

from dataclasses import dataclass, fields, replace

import numpy as np
import polars as pl

from assets.batch_matrix.gate_rows import aligned, microseconds
from assets.statistics.array_types import BoolArray, FloatArray, IntArray
from assets.statistics.regression.tobit import AT_LEAST, AT_MOST, completed_by_group
from data_contracts.codes.records import MarginBound

MOST_CENSORED = 0.5
FEWEST_MARGINS = 60
SIDES: dict[str, int] = {MarginBound.AT_LEAST: AT_LEAST, MarginBound.AT_MOST: AT_MOST}


@dataclass(frozen=True)
class OutcomeDefinition:
    """What an outcome is: the row of ``core.outcome_definitions`` a model needs."""

    outcome: str
    title: str
    is_proxy: bool
    first_known_stage: int
    last_gate_before: int


@dataclass(frozen=True)
class OutcomeLabels:
    """Results of one outcome, aligned to some batches.

    Attributes:
        label: Per batch 1 failed, 0 good, NaN pending or not measured.
        known_at: Per batch, microseconds since 1970 UTC; NaN where nobody noted it.
    """

    label: FloatArray
    known_at: FloatArray

    @property
    def is_labelled(self) -> BoolArray:
        """Per batch, whether it is known to have failed or passed."""
        return np.isfinite(self.label)

    @property
    def is_failed(self) -> BoolArray:
        """Per batch, whether it is known to have failed."""
        return np.equal(self.label, 1)

    @property
    def is_good(self) -> BoolArray:
        """Per batch, whether it is known to have passed."""
        return np.equal(self.label, 0)


@dataclass(frozen=True)
class AlignedMargin:
    """One margin of an outcome, aligned to some batches.

    Attributes:
        quantity: Name of the margin.
        margin: Per batch, below 0 outside the limit; NaN where missing or pending.
        is_censored: Per batch, whether it was reported at a limit: the margin is then a bound.
        side: Per batch, 1 where the true margin is at least ``margin``, -1 where it is at most
            that; 0 where it was measured, is missing, or nothing is known of the side.
    """

    quantity: str
    margin: FloatArray
    is_censored: BoolArray
    side: IntArray

    @property
    def measured(self) -> FloatArray:
        """The margin where it was measured; NaN where it is a bound."""
        return np.where(self.is_censored, np.nan, self.margin)

    @property
    def bounded(self) -> FloatArray:
        """The margin where it was measured or is a bound of known side; NaN elsewhere."""
        return np.where(self.is_censored & (self.side == 0), np.nan, self.margin)

    def completed(self, product: IntArray) -> FloatArray:
        """The margin as measured, or as is to be expected of the product beyond the bound.

        Args:
            product: Per batch, code of product and strength.
        """
        return completed_by_group(self.bounded, self.side, product)

    @property
    def censored_share(self) -> float:
        """Share of the margins there are that are bounds, 0 to 1."""
        there = np.isfinite(self.margin)
        return float(self.is_censored[there].mean()) if there.any() else 0.0


@dataclass(frozen=True)
class OutcomePanel(OutcomeLabels):
    """Labels and the margins that can be modelled of one outcome, aligned to a gate's matrix.

    Attributes:
        definition: What the outcome is.
        quantities: Names of the margins that can be modelled.
        margins: (batches, quantities), robust spread units, below 0 outside the limit; where only a
            bound is known, what is to be expected of the product beyond it; NaN where missing.
        bounds: (batches, quantities) as ``margins``, with the bound where only that is known.
        side: (batches, quantities) 1 where the true margin is at least the bound, -1 where it is at
            most that, 0 where it was measured or is missing.
        censored_share: Per quantity of ``quantities`` or left out, share of values at a limit.
    """

    definition: OutcomeDefinition
    quantities: list[str]
    margins: FloatArray
    bounds: FloatArray
    side: IntArray
    censored_share: dict[str, float]

    @property
    def measured(self) -> FloatArray:
        """``margins`` where they were measured; NaN elsewhere."""
        return np.where(self.side == 0, self.margins, np.nan)

    def taken(self, kept: IntArray) -> "OutcomePanel":
        """The same outcome with some of its margins, by their places."""
        return replace(
            self,
            quantities=[self.quantities[j] for j in kept],
            margins=self.margins[:, kept],
            bounds=self.bounds[:, kept],
            side=self.side[:, kept],
        )


def definitions(outcome_definitions: pl.DataFrame) -> list[OutcomeDefinition]:
    """Read ``core.outcome_definitions``, sorted by outcome."""
    own = outcome_definitions.sort("outcome").select(f.name for f in fields(OutcomeDefinition))
    return [OutcomeDefinition(*row) for row in own.iter_rows()]


def outcome_labels(outcomes: pl.DataFrame, outcome: str, batch_ids: list[str]) -> OutcomeLabels:
    """Align the results of one outcome to some batches.

    Args:
        outcomes: ``core.outcomes``.
        outcome: Name of the outcome.
        batch_ids: The batches, each once.
    """
    own = aligned(outcomes.filter(pl.col("outcome") == outcome), batch_ids)
    label = own["is_failure"].cast(pl.Float64).to_numpy().astype(float)
    return OutcomeLabels(label, microseconds(own["known_at"]))


def aligned_margins(
    outcome_margins: pl.DataFrame, outcome: str, batch_ids: list[str], label: FloatArray
) -> list[AlignedMargin]:
    """Align the margins of one outcome to some batches, by quantity.

    Args:
        outcome_margins: ``core.outcome_margins``.
        outcome: Name of the outcome.
        batch_ids: The batches, each once.
        label: Per batch, from ``outcome_labels``: a margin may exist before the disposition does,
            and a pending batch trains nothing.
    """
    own = outcome_margins.filter(pl.col("outcome") == outcome)
    found = []
    for (quantity,), part in sorted(own.group_by("quantity")):
        rows = aligned(part, batch_ids)
        margin = rows["margin"].to_numpy().astype(float)
        margin = np.where(np.isfinite(label), margin, np.nan)
        is_censored = rows["is_censored"].fill_null(value=False).to_numpy()
        found.append(AlignedMargin(str(quantity), margin, is_censored, _side(rows, margin)))
    return found


def _side(rows: pl.DataFrame, margin: FloatArray) -> IntArray:
    """Which side of its bound a censored margin lies on; 0 where it is not one."""
    if "bound" not in rows.columns:  # rows made by hand: of those at a limit nothing is known
        return np.zeros(margin.size, dtype=np.int64)
    sides = rows["bound"].replace_strict(SIDES, default=0, return_dtype=pl.Int64).fill_null(0)
    return np.where(np.isfinite(margin), sides.to_numpy(), 0)


def outcome_panel(
    definition: OutcomeDefinition,
    outcomes: pl.DataFrame,
    outcome_margins: pl.DataFrame,
    batch_ids: list[str],
    product: IntArray | None = None,
) -> OutcomePanel:
    """Align one outcome's labels and margins to the batches of a gate.

    Args:
        definition: The outcome.
        outcomes: ``core.outcomes``.
        outcome_margins: ``core.outcome_margins``.
        batch_ids: The batches in the order of the gate's matrix.
        product: Per batch, code of product and strength, by which margins only known to lie beyond
            a bound are completed; None for one product.

    Returns:
        The panel; quantities with too few measured values (under 60, or more than half of them at
        a reporting limit) are left out of ``margins`` and stay in ``censored_share``.
    """
    labels = outcome_labels(outcomes, definition.outcome, batch_ids)
    every = aligned_margins(outcome_margins, definition.outcome, batch_ids, labels.label)
    kept = [
        one
        for one in every
        if np.isfinite(one.measured).sum() >= FEWEST_MARGINS and one.censored_share <= MOST_CENSORED
    ]
    group = np.zeros(len(batch_ids), dtype=np.int64) if product is None else product

    def beside(columns: list[FloatArray]) -> FloatArray:
        return np.column_stack(columns) if columns else np.empty((len(batch_ids), 0))

    return OutcomePanel(
        **vars(labels),
        definition=definition,
        quantities=[one.quantity for one in kept],
        margins=beside([one.completed(group) for one in kept]),
        bounds=beside([one.bounded for one in kept]),
        side=beside([one.side.astype(float) for one in kept]).astype(np.int64),
        censored_share={one.quantity: one.censored_share for one in every},
    )
