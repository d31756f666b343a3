"""What each lot of a material is expected to fail, and a usual one beside it, in log odds."""

from dataclasses import dataclass

import numpy as np

from assets.stages.raw_material.material_risk import MaterialRecords, with_own_batches
from assets.stages.raw_material.material_shelves import MaterialShelf
from assets.statistics.array_types import FloatArray
from assets.statistics.prediction_quality.calibration import expit, logit
from assets.statistics.regression.penalised_logistic import LogisticFit


@dataclass(frozen=True)
class LotRisks:
    """Log odds of failure per lot.

    Attributes:
        by_attributes: Expected of a lot by its attributes alone.
        share: Of its batches expected to fail, with its own batches too.
        mean: Log odds of that.
        sd: Of what is not known of a lot beside a usual one.
        usual: Of a usual lot, at the rate of the latest batches.
        usual_sd: Of what is not known of that.
        lots: (lots, attributes) standardised.
        coefficients: Per attribute; zero where attributes foretell nothing.
    """

    by_attributes: FloatArray
    share: FloatArray
    mean: FloatArray
    sd: FloatArray
    usual: float
    usual_sd: float
    lots: FloatArray
    coefficients: FloatArray


def lot_risks(
    each: MaterialShelf, records: MaterialRecords, is_told: bool, rng: np.random.Generator
) -> LotRisks:
    """Foretell every lot of a material.

    Args:
        each: The material.
        records: Its decided batches.
        is_told: Whether its attributes precede failures, beyond chance.
        rng: Of the lots drawn with replacement.
    """
    recent = records.offset[-max(1, records.offset.size // 4) :]
    usual, overall = _log_odds(expit(recent).mean()), _log_odds(expit(records.offset).mean())
    coefficients, sd = np.zeros(records.lots.shape[1]), np.zeros(each.lots.height)
    if is_told:
        coefficients = _slopes(records.fit())
        sd = np.std([records.lots @ _slopes(fit) for fit in records.refits(rng)], axis=0)
    shift = records.lots @ coefficients
    count = each.lots["own_batches"].to_numpy().astype(np.float64)
    failures = each.lots["own_failures"].to_numpy().astype(np.float64)
    then = expit(overall + shift)  # its batches were made at the rate of their days
    own = with_own_batches(count, failures, then)
    return LotRisks(
        by_attributes=usual + shift,
        share=expit(logit(own.share) + usual - overall),
        mean=own.log_odds + usual - overall,
        sd=np.hypot(sd, own.sd),
        usual=usual,
        usual_sd=_usual_sd(float(expit(np.array([usual]))[0]), count, own.scatter),
        lots=records.lots,
        coefficients=coefficients,
    )


def _usual_sd(rate: float, count: FloatArray, scatter: float) -> float:
    """What is not known of the rate of late, in log odds.

    The end of a parabola through n batches is known as well as the mean of a quarter of them, and
    batches of lots that scatter count for less.
    """
    design_effect = 1 + ((count**2).sum() / count.sum() - 1) * scatter
    return float(np.sqrt(4 * design_effect / (count.sum() * rate * (1 - rate))))


def _log_odds(share: float) -> float:
    return float(logit(np.array([share]))[0])


def _slopes(fit: LogisticFit) -> FloatArray:
    scale = np.where(fit.scale > 0, fit.scale, np.inf)
    return np.asarray(fit.coefficients / scale)
