"""Contributions as ``shap.Explanation``, the object shap's own plots and other tools take.

Rows are those of ``finding.batch_contributions`` or ``model.good_contrasts``.
"""

import warnings
from collections.abc import Mapping, Sequence
from functools import cache
from threading import Thread
from typing import Any

import numpy as np


def explanation(rows: Sequence[Mapping[str, Any]]) -> Any:
    """Return one batch's contributions against good batches.

    Args:
        rows: Its lines, of one outcome.

    Returns:
        A ``shap.Explanation``: values by line, positive towards failure; the base is what the good
        batches are predicted, the data are the leading feature as recorded.

    Examples:
        >>> line = {"title": "Hardness", "contribution": 0.2, "value": 7.0, "base_value": 0.05}
        >>> found = explanation([line])
        >>> found.feature_names, found.values.tolist(), float(found.base_values)
        (['Hardness'], [0.2], 0.05)
    """
    import_shap()
    import shap

    return shap.Explanation(
        values=np.array([row["contribution"] for row in rows], dtype=float),
        base_values=float(rows[0]["base_value"]) if rows else 0.0,
        data=np.array([row["value"] for row in rows], dtype=float),
        feature_names=[str(row["title"]) for row in rows],
    )


@cache
def import_shap() -> None:
    """Import shap without what matplotlib announces when shap first imports it.

    shap keeps, for as long as the process lives, the error of each optional package it does not
    find. An error holds every frame it came through, and these hold their arrays: imported from
    within a study, it would keep the whole study. So a thread that has nothing else imports it.
    """
    thread = Thread(target=_import, name="import of shap")
    thread.start()
    thread.join()


def _import() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PendingDeprecationWarning)
        import shap  # noqa: F401
