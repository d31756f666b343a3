"""One outcome at one gate, made ready: its matrix, its labels, its folds.

A task is what every rung of the ladder and every test is handed, so that all of them see the same
batches, split the same way.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from assets.batch_matrix.gate_matrix import GateMatrix
from assets.batch_matrix.outcome_panel import OutcomePanel
from assets.failure_models.dataset.confirmed_rules import ConfirmedRule
from assets.failure_models.dataset.relative_view import RelativeView, relative_view
from assets.failure_models.dataset.shared_fits import SharedFits
from assets.statistics.array_types import FloatArray, IntArray
from assets.statistics.resampling.folds import Fold, rolling_origin

FOLDS = 6


@dataclass(frozen=True)
class Task:
    """An outcome at a gate.

    Attributes:
        matrix: Features available at the gate and not refused for the outcome, informative only.
        panel: Labels and margins, aligned to the matrix.
        results: (batches, series) results of every outcome of the run, aligned likewise; the bound
            where only that is known.
        seed: Seed of every random draw of the task.
        questions: Open questions about columns that are like the outcome; the columns themselves
            are not in the matrix.
        results_side: (batches, series) on which side of its bound a result lies, as in the panel;
            None where all were measured.
        rules: Rules of the outcome confirmed on later batches.
        fits: Fits shared with the other tasks of the run.
    """

    matrix: GateMatrix
    panel: OutcomePanel
    results: FloatArray
    seed: int
    questions: Sequence[str] = ()
    rules: Sequence[ConfirmedRule] = ()
    results_side: IntArray | None = None
    fits: SharedFits = field(default_factory=SharedFits, compare=False, repr=False)

    @property
    def outcome(self) -> str:
        """Name of the outcome."""
        return self.panel.definition.outcome

    @property
    def gate(self) -> int:
        """Gate of the matrix, 1 to 7."""
        return self.matrix.gate

    @property
    def is_primary(self) -> bool:
        """Whether this is the last gate before the result."""
        return self.gate == self.panel.definition.last_gate_before

    @property
    def has_margins(self) -> bool:
        """Whether there is a continuous margin to model."""
        return bool(self.panel.quantities)

    @cached_property
    def folds(self) -> list[Fold]:
        """Rolling-origin folds over the labelled batches, purged of late labels and shared lots."""
        return rolling_origin(
            self.panel.is_labelled,
            self.matrix.cluster,
            known_at=self.panel.known_at,
            predicted_at=self.matrix.gate_at,
            folds=FOLDS,
        )

    @cached_property
    def views(self) -> list[RelativeView]:
        """Per fold, features and margins within product, beside the past."""
        return [self.view_of(fold) for fold in self.folds]

    def view_of(self, fold: Fold) -> RelativeView:
        """Features and margins within product as one fold's training tells it."""
        matrix, panel = self.matrix, self.panel
        return relative_view(
            matrix.values,
            panel.margins,
            panel.label,
            self.results,
            matrix.product,
            fold,
            self.fits,
            bounds=panel.bounds,
            side=panel.side,
            results_side=self.results_side,
        )

    @cached_property
    def tested(self) -> IntArray:
        """Positions of all out-of-time batches, in production order."""
        if not self.folds:
            return np.empty(0, dtype=np.int64)
        return np.concatenate([fold.test for fold in self.folds])

    @cached_property
    def fold_number(self) -> IntArray:
        """Per batch the fold it is tested in; 0 where it is only trained on."""
        number = np.zeros(len(self.matrix.batch_ids), dtype=np.int64)
        for fold in self.folds:
            number[fold.test] = fold.number
        return number

    @cached_property
    def tested_label(self) -> FloatArray:
        """Label of the out-of-time batches, 0 or 1."""
        return self.panel.label[self.tested]

    @cached_property
    def obstacle(self) -> str:
        """Why nothing can be fitted, in words; empty where something can."""
        labelled = int(self.panel.is_labelled.sum())
        title = self.panel.definition.title
        if not labelled:
            return f"no batch has a known result for {title} yet: every label is pending."
        if not self.folds:
            return (
                f"only {labelled} batches have a known result for {title}: too few to train on the "
                "earlier ones and test on the later ones."
            )
        return ""

    def with_fitted_margins(self, fewest: int = 30) -> "Task":
        """The same task without margins that some training window hardly holds."""
        if not self.folds or not self.panel.quantities:
            return self
        counts = np.array(
            [
                np.isfinite(view.targets[fold.train]).sum(axis=0)
                for fold, view in zip(self.folds, self.views, strict=True)
            ]
        )
        kept = np.flatnonzero(counts.min(axis=0) >= fewest)
        if kept.size == len(self.panel.quantities):
            return self
        return replace(self, panel=self.panel.taken(kept))


def blocks_of(task: Task) -> list[slice]:
    """Per fold, the place of its test block among the out-of-time batches."""
    ends = np.cumsum([fold.test.size for fold in task.folds])
    return [
        slice(int(end) - fold.test.size, int(end))
        for fold, end in zip(task.folds, ends, strict=True)
    ]
