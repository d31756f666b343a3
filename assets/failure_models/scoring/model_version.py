"""The identity of a model: what it was told to do, and the data it was told to do it with.

A verdict belongs to a model version, so the version must change whenever either does and never
otherwise.
"""

import json
from hashlib import sha256
from typing import Any

import numpy as np

from assets.failure_models.dataset.task import FOLDS, Task
from assets.failure_models.estimators import boosted_trees
from assets.statistics.lines import sparse_lines
from assets.statistics.lines.ridge import PENALTY_GRID
from assets.statistics.regression.detrending import PAST_BATCHES
from assets.statistics.resampling.folds import TIME_BLOCKS


def model_version(task: Task, model: str) -> str:
    """Hash of configuration and training data.

    Args:
        task: An outcome at a gate.
        model: Name of the rung.

    Returns:
        The rung's name and twelve hexadecimal digits.
    """
    configuration: dict[str, Any] = {
        "model": model,
        "outcome": task.outcome,
        "gate": task.gate,
        "seed": task.seed,
        "folds": FOLDS,
        "past_batches": PAST_BATCHES,
        "penalties": [float(penalty) for penalty in PENALTY_GRID],
        "sparse": [
            sparse_lines.MOST_COLUMNS,
            sparse_lines.SHRINKAGE,
            sparse_lines.TOLERATED_ERRORS,
            *map(float, sparse_lines.PENALTY_SHARES),
        ],
        "time_blocks": TIME_BLOCKS,
        "trees": boosted_trees.SETTINGS
        | {
            "on_margins": [boosted_trees.MARGIN_ROUNDS, boosted_trees.MARGIN_SETTINGS],
            "on_labels": [boosted_trees.LABEL_ROUNDS, boosted_trees.LABEL_ETA],
        },
        "columns": task.matrix.columns,
        "batches": task.matrix.batch_ids,
    }
    digest = sha256(json.dumps(configuration, sort_keys=True).encode())
    for values in (task.matrix.values, task.panel.label, task.panel.margins):
        digest.update(np.ascontiguousarray(values).tobytes())
    return f"{model}-{digest.hexdigest()[:12]}"
