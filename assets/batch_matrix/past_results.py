"""Every result of a run beside one another: what past batches had to say of the next one."""

from collections.abc import Sequence

import numpy as np

from assets.batch_matrix.outcome_panel import OutcomePanel
from assets.statistics.array_types import FloatArray, IntArray


def results_of(panels: Sequence[OutcomePanel]) -> FloatArray:
    """Put the margins of all outcomes side by side, and whether a batch failed in any way.

    Args:
        panels: Of every outcome of a run, aligned to the same batches.

    Returns:
        (batches, series): each margin once, however many outcomes share it, in the order of their
        names; last the label, 1 where any outcome failed, 0 where a known one did not, NaN where
        none is known. Margins of which only a bound is known are completed by all batches.
    """
    return _beside(panels, [panel.margins for panel in panels])


def bounds_of(panels: Sequence[OutcomePanel]) -> tuple[FloatArray, IntArray]:
    """The same with the bound where only that is known, and on which side of it the margin lies.

    Whoever looks ahead of some of the batches completes them by the others
    (``tobit.completed_by_group``).

    Returns:
        (batches, series) results, and as in ``OutcomePanel`` their side; that of the label is 0.
    """
    side = _beside(panels, [panel.side.astype(float) for panel in panels])
    side[:, -1] = 0
    return _beside(panels, [panel.bounds for panel in panels]), side.astype(np.int64)


def _beside(panels: Sequence[OutcomePanel], columns: Sequence[FloatArray]) -> FloatArray:
    margins: dict[str, FloatArray] = {}
    for panel, own in zip(panels, columns, strict=True):
        for j, quantity in enumerate(panel.quantities):
            margins.setdefault(quantity, own[:, j])
    labels = np.column_stack([panel.label for panel in panels])
    is_known = np.isfinite(labels).any(axis=1)
    failed = np.where(is_known, (labels == 1).any(axis=1), np.nan)
    return np.column_stack([*(margins[name] for name in sorted(margins)), failed])
