"""One batch's predicted risk against that of good batches, divided among columns.

Several margins become one risk as in ``drivers.explanation``: each by the failure probability its
deviation is worth, here between what good batches of the product are predicted and what the batch
is. So the parts of a margin add up to the probability of failing it beyond theirs. Of a batch whose
results are known only the margins it failed are explained: what raised its risk of a failure it did
not have answers no question of an investigation.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from assets.failure_models.contrasts.interventional_values import of_line, of_pairs, of_trees
from assets.failure_models.drivers.explanation import risk_slopes
from assets.failure_models.estimators.failure_probability import margin_failure_probability
from assets.failure_models.estimators.margin_trees import TreeFit
from assets.statistics.array_types import FloatArray
from assets.statistics.lines.line_fit import LineFit
from assets.statistics.lines.pair_terms import PairTerms
from assets.statistics.regression.penalised_logistic import LogisticFit


@dataclass(frozen=True)
class MarginModel:
    """What foretells one margin.

    Attributes:
        quantity: Name of the margin.
        lines: The linear part.
        pairs: Products of columns.
        trees: Trees beside them.
        pool: Out-of-sample residuals of its training batches.
        weight: What its failure probability is weighed by.
    """

    quantity: str
    lines: LineFit
    pairs: PairTerms
    trees: TreeFit
    pool: FloatArray
    weight: float

    def predict(self, design: FloatArray) -> FloatArray:
        """Predicted deviation of the margin per row."""
        return np.asarray(
            self.lines.predict(design) + self.pairs.predict(design) + self.trees.predict(design)
        )

    def against(self, own: FloatArray, background: FloatArray) -> FloatArray:
        """What each column moves the prediction of a batch from that of the background."""
        return (
            of_line(self.lines.coefficients, own, background)
            + of_pairs(self.pairs, own, background)
            + of_trees(self.trees, own, background)
        )


@dataclass(frozen=True)
class Contrast:
    """One batch against its good batches.

    Attributes:
        contribution: Per column, positive towards failure; they add up to ``value - base``.
        base: Predicted risk of the good batches.
        value: Predicted risk of the batch. For models of margins, failure probabilities added over
            margins; for models of the label, log odds beyond the product's.
        explains: The margins explained, comma separated, where they are those the batch failed;
            None where it is every margin, or the label.
    """

    contribution: FloatArray
    base: float
    value: float
    explains: str | None = None


def by_margins(
    models: Sequence[MarginModel],
    expected: FloatArray,
    own: FloatArray,
    background: FloatArray,
    reached: FloatArray,
) -> Contrast:
    """Contrast a batch by models of its margins.

    Args:
        models: Per margin.
        expected: Per margin, what to expect of product and recent level.
        own: Per column, the batch as the models see it.
        background: (batches, columns) the good batches likewise.
        reached: Per margin, what the batch came to, below 0 outside the limit; NaN where that is
            not known. Only those it failed are explained, and all where it failed none of them.

    Returns:
        The contrast.
    """
    contribution, base, value = np.zeros(own.size), 0.0, 0.0
    failed = np.flatnonzero(np.nan_to_num(reached) < 0).tolist()
    for model, level in [(models[j], expected[j]) for j in failed or range(len(models))]:
        usual = float(model.predict(background).mean())
        moved = float(model.predict(own[None, :])[0]) - usual
        usually = np.array([[level + usual]])
        slope = float(risk_slopes(usually, np.array([[moved]]), [model.pool])[0, 0])
        contribution -= model.weight * slope * model.against(own, background)
        at_base = float(margin_failure_probability(usually[0], model.pool)[0])
        base += model.weight * at_base
        value += model.weight * (at_base - slope * moved)
    explains = ", ".join(models[j].quantity for j in failed) or None
    return Contrast(contribution, base, value, explains)


def by_label(fit: LogisticFit, own: FloatArray, background: FloatArray) -> Contrast:
    """Contrast a batch by a model of the label.

    Args:
        fit: Log odds of failure on columns.
        own: Per column, the batch as the model sees it; no NaN.
        background: (batches, columns) the good batches likewise.

    Returns:
        The contrast, in log odds.
    """
    parts = fit.contributions(own[None, :])[0] - fit.contributions(background).mean(axis=0)
    base = float(fit.log_odds(background).mean())
    return Contrast(parts, base, base + float(parts.sum()))
