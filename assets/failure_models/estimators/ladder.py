"""The ladder: which models are fitted at a gate, in the order a reader climbs them.

All rungs stand on the same folds. The last gate before the result gets every rung; earlier gates
get the floor, product alone and the one process model that carries their test.
"""

from dataclasses import dataclass, replace

from assets.failure_models.dataset.task import Task
from assets.failure_models.estimators import label_models, margin_models
from assets.failure_models.estimators.label_logistic import LOGISTIC, LabelScores, label_scores
from assets.failure_models.estimators.margin_models import MarginScores, Spread
from assets.failure_models.estimators.prediction import Prediction


@dataclass(frozen=True)
class Ladder:
    """Every rung fitted for a task.

    Attributes:
        predictions: In climbing order; the first is the base rate, the second product only.
        labels: The label model whose gain is tested; None where the gate has no process feature
            yet, and at an earlier gate where margins carry the test.
        margins: The margin model the signal test and the drivers rest on; None where the outcome
            has no margin, or its verdict rests on the label.
        spread: Spread of the margins around their lines; None likewise.
        model_used: Name of the rung the verdict rests on.
    """

    predictions: list[Prediction]
    labels: LabelScores | None
    margins: MarginScores | None
    spread: Spread | None
    model_used: str

    @property
    def used(self) -> Prediction:
        """The forward-in-time prediction of the rung the verdict rests on."""
        return self.rung(self.model_used)

    def on_label(self) -> "Ladder":
        """The same rungs where the verdict rests on the label and not on a margin."""
        return replace(self, margins=None, spread=None, model_used=LOGISTIC)

    def rung(self, model: str) -> Prediction:
        """The forward-in-time prediction of one model."""
        return next(p for p in self.predictions if p.model == model)


def climb(task: Task, *, with_contrast: bool = True) -> Ladder:
    """Fit the rungs of a task.

    Args:
        task: An outcome at a gate, with at least one fold.
        with_contrast: Whether to show what random cross-validation would have claimed.

    Returns:
        The ladder; ``model_used`` is lines and trees on margins at the primary gate, lines on
        margins at earlier ones, penalised logistic without margins, and product only at a gate that
        has no process feature yet.
    """
    floor = [label_models.base_rate(task), label_models.product_only(task)]
    if not task.matrix.columns:
        return Ladder(floor, None, None, None, label_models.PRODUCT_ONLY)
    labels = label_scores(task) if task.is_primary or not task.has_margins else None
    on_label = _label_rungs(task, labels, with_contrast) if labels else []
    if not task.has_margins:
        return Ladder([*floor, *on_label], labels, None, None, LOGISTIC)
    lines, spread = margin_models.line_scores(task)
    rungs = [lines]
    if task.is_primary:
        rungs.append(margin_models.with_trees(task, lines, spread))
    on_margins = [margin_models.failure_prediction(task, rung, spread) for rung in rungs]
    model_used = rungs[-1].model
    return Ladder([*floor, *on_label, *on_margins], labels, rungs[-1], spread, model_used)


def _label_rungs(task: Task, labels: LabelScores, with_contrast: bool) -> list[Prediction]:
    if not task.is_primary:
        return [labels.prediction]
    rungs = [
        label_models.best_single_parameter(task),
        labels.prediction,
        label_models.boosted_label(task),
    ]
    return [*rungs, label_models.boosted_label_at_random(task)] if with_contrast else rungs
