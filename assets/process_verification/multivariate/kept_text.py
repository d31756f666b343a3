"""A model of directions as its text has it: numbers to nine digits, residuals by their spread."""

from dataclasses import replace
from typing import Any

import numpy as np

from assets.statistics.array_types import FloatArray
from assets.statistics.multivariate.latent_model import LatentModel

DIGITS = 9


def plain(values: FloatArray) -> list[Any]:
    """Return numbers to nine digits, nested as the array is.

    Examples:
        >>> plain(np.array([[1 / 3, 2.0]]))
        [[0.333333333, 2.0]]
    """
    return [
        plain(value) if np.ndim(value) else float(f"{value:.{DIGITS}g}")
        for value in np.asarray(values)
    ]


def slim(model: LatentModel) -> LatentModel:
    """Return a model that keeps of its residuals what trimmed score regression needs most.

    A square table with the residuals' spreads on its diagonal has, but for relations between
    residuals, the same cross-product as the residuals over the number of rows less one.
    """
    rows, columns = model.residuals.shape
    variance = (model.residuals**2).sum(axis=0) / max(rows - 1, 1)
    return replace(model, residuals=np.diag(np.sqrt(variance * max(columns - 1, 1))))


def written(model: LatentModel) -> dict[str, Any]:
    """Return a slim model as it is written."""
    return {
        "loadings": plain(model.loadings),
        "rotation": plain(model.rotation),
        "variance": plain(model.variance),
        "residuals": plain(model.residuals.diagonal()),
    }


def read(kept: dict[str, Any]) -> LatentModel:
    """Return a model that was written; its scores and shares were not."""
    loadings, rotation, variance, residuals = (
        np.array(kept[name], dtype=float)
        for name in ("loadings", "rotation", "variance", "residuals")
    )
    nothing = np.empty((0, loadings.shape[1]))
    return LatentModel(nothing, loadings, rotation, variance, np.diag(residuals), nothing)
