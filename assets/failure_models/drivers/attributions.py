"""What each feature contributed to each batch's predicted risk: out of fold, by feature."""

from typing import Any

import numpy as np

from assets.failure_models.dataset.task import Task
from assets.failure_models.drivers.explanation import Explanation

SHOWN_FEATURES = 20

Rows = list[dict[str, Any]]


def attributions(task: Task, explained: Explanation) -> Rows:
    """Contributions of the leading features to every out-of-time batch, of all to failed ones.

    Levels of one feature are added. What led over all batches says nothing of where a failed
    batch's own cause stands among everything that moved it: for those every feature is kept.

    Args:
        task: An outcome at its primary gate.
        explained: Its explanation.

    Returns:
        Rows of ``model.attributions``.
    """
    names = list(dict.fromkeys(task.matrix.features))
    place = {name: k for k, name in enumerate(names)}
    summed = np.zeros((task.tested.size, len(names)))
    for j, feature in enumerate(task.matrix.features):
        summed[:, place[feature]] += explained.contribution[:, j]
    leading = np.argsort(-np.abs(summed).mean(axis=0), kind="stable")[:SHOWN_FEATURES]
    column = {name: j for j, name in enumerate(task.matrix.columns)}
    values = task.matrix.values[task.tested]
    shown = {int(k) for k in leading}
    rows: Rows = []
    for i, position in enumerate(task.tested):
        every = range(len(names)) if task.tested_label[i] == 1 else sorted(shown)
        for k in every:
            own = column.get(names[k])
            rows.append(
                {
                    "outcome": task.outcome,
                    "gate": task.gate,
                    "batch_id": task.matrix.batch_ids[int(position)],
                    "feature": names[k],
                    "contribution": float(summed[i, k]),
                    "value": None if own is None else float(values[i, own]),
                    "is_leading": k in shown,
                }
            )
    return rows
