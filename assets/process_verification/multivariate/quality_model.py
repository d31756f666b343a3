"""From sensor features to a quality result that is known only later: partial least squares."""

import json
from dataclasses import dataclass
from typing import Any

import numpy as np

from assets.process_verification.multivariate.kept_text import plain
from assets.process_verification.multivariate.phase_one import BLOCKS, KNOWN_SHARE
from assets.statistics.array_types import FloatArray
from assets.statistics.multivariate.autoscaling import Autoscaling
from assets.statistics.multivariate.partial_least_squares import (
    PartialLeastSquares,
    partial_least_squares,
)

FEWEST = 30
MOST_COMPONENTS = 4


@dataclass(frozen=True)
class QualityModel:
    """A prediction of one result.

    Attributes:
        names: Columns.
        scaling: Of them.
        centre: Mean of the result.
        rotation: (columns, components).
        slopes: Per component, result on score.
        importance: Per column (VIP).
        q2: Share of the result's variance that predictions of batches left out explain.
        rmse: Root mean square error of these.
        held_out: Per batch, its prediction by a fit on other blocks of time.
    """

    names: list[str]
    scaling: Autoscaling
    centre: float
    rotation: FloatArray
    slopes: FloatArray
    importance: FloatArray
    q2: float
    rmse: float
    held_out: FloatArray

    @classmethod
    def of(cls, values: FloatArray, names: list[str], result: FloatArray) -> "QualityModel | None":
        """Fit batches whose result is known, in production order.

        Args:
            values: (batches, columns), NaN where missing.
            names: Of the columns.
            result: Per batch.

        Returns:
            The fit with as many components (four at most) as predict blocks of time best that took
            no part; None for fewer than thirty batches or a result that does not vary, or varies in
            one of these blocks alone.

        Source: Wold, Sjostrom & Eriksson (2001), section 3.7, on Q2.
        """
        blocks = np.array_split(np.arange(len(values)), BLOCKS)
        if len(values) < FEWEST or any(np.ptp(np.delete(result, block)) == 0 for block in blocks):
            return None
        known = np.isfinite(values).mean(axis=0) >= KNOWN_SHARE
        columns = np.flatnonzero(known & (Autoscaling.of(values).scale > 0))
        if columns.size < 2:
            return None
        own = values[:, columns]
        most = min(MOST_COMPONENTS, len(columns))
        tried = np.empty((most, len(own)))
        for block in blocks:
            kept = np.setdiff1d(np.arange(len(own)), block)
            for components in range(1, most + 1):
                scaling, fit = _fit(own[kept], result[kept], components)
                rows = np.nan_to_num(scaling.scaled(own[block]))
                tried[components - 1, block] = fit.predicted(rows)[:, 0] + result[kept].mean()
        errors = ((tried - result) ** 2).mean(axis=1)
        best = int(errors.argmin())
        scaling, fit = _fit(own, result, best + 1)
        return cls(
            [names[place] for place in columns],
            scaling,
            float(result.mean()),
            fit.model.rotation,
            fit.result_loadings[0],
            fit.importance(),
            float(1 - errors[best] / result.var()),
            float(np.sqrt(errors[best])),
            tried[best],
        )

    def predicted(self, values: FloatArray) -> FloatArray:
        """Return predictions; a missing cell counts as the mean."""
        rows = np.nan_to_num(self.scaling.scaled(values))
        return np.asarray(rows @ self.rotation @ self.slopes + self.centre)

    def parts(self, values: FloatArray) -> FloatArray:
        """Return what each column moves the prediction by, (batches, columns)."""
        return np.asarray(
            np.nan_to_num(self.scaling.scaled(values)) * (self.rotation @ self.slopes)
        )

    def text(self) -> str:
        """Write the model."""
        return json.dumps(
            {
                "names": self.names,
                "scaling": [plain(self.scaling.centre), plain(self.scaling.scale)],
                "centre": self.centre,
                "rotation": plain(self.rotation),
                "slopes": plain(self.slopes),
                "q2": self.q2,
                "rmse": self.rmse,
            }
        )

    @classmethod
    def read(cls, text: str) -> "QualityModel":
        """Read a model that was written."""
        kept: dict[str, Any] = json.loads(text)
        scaling = Autoscaling(*(np.array(part, dtype=float) for part in kept["scaling"]))
        rotation, slopes = (np.array(kept[name], dtype=float) for name in ("rotation", "slopes"))
        nothing = np.empty(0)
        return cls(
            kept["names"], scaling, kept["centre"], rotation, slopes, nothing,
            kept["q2"], kept["rmse"], nothing,
        )  # fmt: skip


def _fit(
    values: FloatArray, result: FloatArray, components: int
) -> tuple[Autoscaling, PartialLeastSquares]:
    scaling = Autoscaling.of(values)
    rows = np.nan_to_num(scaling.scaled(values))
    centred = (result - result.mean())[:, None]
    return scaling, partial_least_squares(rows, centred, components)
