"""Every result of a run beside one another: what past batches had to say of the next one."""

from collections.abc import Sequence

import numpy as np

from assets.batch_matrix.outcome_panel import OutcomePanel
from assets.statistics.array_types import FloatArray


def results_of(panels: Sequence[OutcomePanel]) -> FloatArray:
    """Put the margins of all outcomes side by side, and whether a batch failed in any way.

    Args:
        panels: Of every outcome of a run, aligned to the same batches.

    Returns:
        (batches, series): each margin once, however many outcomes share it, in the order of their
        names; last the label, 1 where any outcome failed, 0 where a known one did not, NaN where
        none is known.
    """
    margins: dict[str, FloatArray] = {}
    for panel in panels:
        for j, quantity in enumerate(panel.quantities):
            margins.setdefault(quantity, panel.margins[:, j])
    labels = np.column_stack([panel.label for panel in panels])
    is_known = np.isfinite(labels).any(axis=1)
    failed = np.where(is_known, (labels == 1).any(axis=1), np.nan)
    return np.column_stack([*(margins[name] for name in sorted(margins)), failed])
