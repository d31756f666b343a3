"""Watch a continuous process row by row: what lies outside, what was not foreseen, what creeps.

Seven distances, each for a way in which a process leaves its normal run: T2 and SPE of principal
components; the distance of a row from what the rows before it foretold, which a disturbance breaks
even where controllers hide it; moving averages of these three, for what is small and stays; and the
distance of the moving average of the row itself, for a slow drift. All seven are brought to one
scale and their largest is charted, so that there is one alarm with one false-alarm rate.
"""

from dataclasses import dataclass

import numpy as np

from assets.statistics.array_types import FloatArray
from assets.statistics.multivariate.autoscaling import Autoscaling
from assets.statistics.multivariate.latent_model import LatentModel
from assets.statistics.multivariate.principal_components import (
    parallel_analysis,
    principal_components,
)

LAGS = 2
SMOOTHING = 0.1
RIDGE = 0.02
MOST_COMPONENTS = 20
# A direction of residuals with less variance than this (of a scaled column) is a balance that
# always holds: it must not count as a thousand standard deviations when it is off by rounding.
SMALLEST_RESIDUAL = 0.02
# Part by which the covariance of moving averages, of few independent rows, is drawn to a sphere.
SHRINKAGE = 0.3
# Rows in which a moving average that began at the centre has found its spread.
WARM_UP = 20
BLOCKS = 5
MEMBERS = ("t2", "spe", "unforeseen", "t2_mean", "spe_mean", "unforeseen_mean", "level")


@dataclass(frozen=True)
class NormalScale:
    """How a distance is brought to a normal scale: its cube root, centred and scaled.

    Attributes:
        mean: Of the distance, in normal rows.
        centre: Of the cube root of the distance over its mean.
        spread: Its standard deviation.
    """

    mean: float
    centre: float
    spread: float

    @classmethod
    def of(cls, distances: FloatArray) -> "NormalScale":
        """Learn the scale from distances of normal rows.

        Source: Wilson & Hilferty (1931): the cube root of a chi-square is nearly normal.

        Examples:
            >>> scale = NormalScale.of(np.random.default_rng(0).chisquare(9, 20_000))
            >>> at_99 = scale.of_distance(np.array([21.67]))[0]  # 99% of that chi-square
            >>> bool(abs(at_99 - 2.33) < 0.05)
            True
        """
        root = np.cbrt(distances / distances.mean())
        return cls(float(distances.mean()), float(root.mean()), float(root.std()))

    def of_distance(self, distances: FloatArray) -> FloatArray:
        """Return distances in standard deviations of their cube root."""
        return np.asarray((np.cbrt(distances / self.mean) - self.centre) / self.spread)


@dataclass(frozen=True)
class ContinuousMonitor:
    """A process as it runs normally.

    Attributes:
        scaling: Of its columns.
        model: Principal components, as many as parallel analysis finds.
        foretold: (lags x columns, columns), the row expected after the last ``LAGS`` rows.
        unforeseen: (columns, columns), inverse covariance of what was not foreseen.
        level: (columns, columns), inverse covariance of moving averages of rows.
        scales: Per member of ``MEMBERS``, learnt from rows a fit did not see.
        normal: The chart's values on those rows, from which a limit can be taken.
    """

    scaling: Autoscaling
    model: LatentModel
    foretold: FloatArray
    unforeseen: FloatArray
    level: FloatArray
    scales: dict[str, NormalScale]
    normal: FloatArray

    @classmethod
    def of(cls, rows: FloatArray) -> "ContinuousMonitor":
        """Learn a normal run.

        Args:
            rows: (rows in order of time, columns), complete, at least 100 rows.

        Source: Ku, Storer & Georgakis (1995) for lags, two of them; Lowry et al. (1992) for moving
        averages, smoothing 0.1; Horn (1965) for the number of components. Distances of normal
        rows are taken from five blocks of time, each judged by a fit on the others.

        Examples:
            >>> rng = np.random.default_rng(1)
            >>> rows = rng.normal(size=(400, 3)) @ rng.normal(size=(3, 6))
            >>> rows += 0.3 * rng.normal(size=rows.shape)
            >>> monitor = ContinuousMonitor.of(rows[:300])
            >>> off = rows[300:] + [0, 0, 0, 2, 0, 0]
            >>> limit = float(np.quantile(monitor.normal, 0.99))
            >>> bool((monitor.charted(rows[300:]) > limit).mean() < 0.1)
            True
            >>> bool((monitor.charted(off) > limit).mean() > 0.9)
            True
        """
        blocks = np.array_split(np.arange(len(rows)), BLOCKS)
        held_out = []
        for block in blocks:
            fit = cls._fit(np.delete(rows, block, axis=0))
            held_out.append(fit.distances(rows[block])[BLOCKS:])
        seen = np.vstack(held_out)
        scales = {
            name: NormalScale.of(column) for name, column in zip(MEMBERS, seen.T, strict=True)
        }
        fit = cls._fit(rows)
        return cls(
            fit.scaling,
            fit.model,
            fit.foretold,
            fit.unforeseen,
            fit.level,
            scales,
            _largest(seen, scales),
        )

    @classmethod
    def _fit(cls, rows: FloatArray) -> "ContinuousMonitor":
        """Everything but the scales."""
        scaling = Autoscaling.of(rows)
        table = scaling.scaled(rows)
        model = principal_components(table, parallel_analysis(table, _most(table)))
        before, now = _before(table)[LAGS:], table[LAGS:]
        square = before.T @ before
        square += RIDGE * np.trace(square) / len(square) * np.eye(len(square))
        solved = np.linalg.solve(square, before.T)
        foretold = solved @ now
        leverage = np.einsum("ij,ji->i", before, solved)
        # As if each row had taken no part in what foretold it.
        missed = (now - before @ foretold) / (1 - leverage)[:, None]
        variance, axes = np.linalg.eigh(missed.T @ missed / len(missed))
        inverse = (axes / np.maximum(variance, SMALLEST_RESIDUAL)) @ axes.T
        mean = moving_average(table)[WARM_UP:]
        covariance = mean.T @ mean / len(mean)
        sphere = np.trace(covariance) / len(covariance) * np.eye(len(covariance))
        level = np.linalg.inv((1 - SHRINKAGE) * covariance + SHRINKAGE * sphere)
        return cls(scaling, model, foretold, inverse, level, {}, np.empty(0))

    def distances(self, rows: FloatArray) -> FloatArray:
        """Return the seven distances of every row.

        Args:
            rows: (rows in order of time, columns), complete; what was before the first is taken
                as the process's mean.

        Returns:
            (rows, ``MEMBERS``).
        """
        table = self.scaling.scaled(rows)
        scores = self.model.projected(table)
        missed = table - _before(table) @ self.foretold
        at_once = np.column_stack(
            [
                self.model.t2(scores),
                self.model.spe(table, scores),
                np.einsum("ij,jk,ik->i", missed, self.unforeseen, missed),
            ]
        )
        mean = moving_average(table)
        level = np.einsum("ij,jk,ik->i", mean, self.level, mean)
        return np.column_stack([at_once, moving_average(at_once), level])

    def charted(self, rows: FloatArray) -> FloatArray:
        """Return the value that is charted: the largest of the seven on the common scale."""
        return _largest(self.distances(rows), self.scales)

    def contributions(self, rows: FloatArray) -> FloatArray:
        """Return what each column adds to how far rows lie away, T2 and SPE together.

        Returns:
            (rows, columns), each row's parts adding up to 1; negative parts of T2 are left out.

        Source: Westerhuis, Gurden & Smilde (2000), section 3.
        """
        table = self.scaling.scaled(rows)
        scores = self.model.projected(table)
        along = np.maximum(self.model.t2_parts(table, scores), 0.0) / self.scales["t2"].mean
        outside = np.abs(self.model.spe_parts(table, scores)) / self.scales["spe"].mean
        parts = along + outside
        return np.asarray(parts / np.maximum(parts.sum(axis=1, keepdims=True), 1e-300))


def moving_average(rows: FloatArray) -> FloatArray:
    """Return exponentially weighted moving averages of columns, begun at 0.

    Examples:
        >>> moving_average(np.array([[10.0], [0.0]])).round(6).ravel().tolist()
        [1.0, 0.9]
    """
    found, last = np.empty_like(rows), np.zeros(rows.shape[1])
    for place, row in enumerate(rows):
        last = SMOOTHING * row + (1 - SMOOTHING) * last
        found[place] = last
    return found


def _most(table: FloatArray) -> int:
    return min(MOST_COMPONENTS, int(table.shape[0]), int(table.shape[1]))


def _before(table: FloatArray) -> FloatArray:
    """The rows before each row, the last first; the mean where there is none."""
    return np.hstack(
        [
            np.vstack([np.zeros((lag, table.shape[1])), table[: len(table) - lag]])
            for lag in range(1, LAGS + 1)
        ]
    )


def _largest(distances: FloatArray, scales: dict[str, NormalScale]) -> FloatArray:
    common = [
        scales[name].of_distance(column) for name, column in zip(MEMBERS, distances.T, strict=True)
    ]
    return np.asarray(np.max(common, axis=0))
