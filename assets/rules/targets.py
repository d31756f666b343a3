"""What rules are searched for: each outcome's failures, and the batches closest to a limit.

Failures are few. The tenth of the earlier batches that came closest to a limit, or beyond it, says
more about what moves a result than the few that crossed; a rule for it speaks of thin margins, not
of failures.
"""

import re
from dataclasses import dataclass

import numpy as np
import polars as pl

from assets.batch_matrix.outcome_panel import (
    FEWEST_MARGINS,
    MOST_CENSORED,
    aligned_margins,
    outcome_labels,
)
from assets.statistics.array_types import FloatArray
from data_contracts.codes.records import RuleKind

THIN_SHARE = 0.1
LARGEST_THIN_SHARE = 0.25
# Which of several samples a title speaks of: a limit is one for them all.
SAMPLE_WORDS = re.compile(r", [^(]*?(?= \(|$)")
FAILURE = "failure"


@dataclass(frozen=True)
class Target:
    """One thing to find rules for.

    Attributes:
        outcome: Name of the outcome.
        kind: ``failure`` or ``thin_margin``.
        quantity: The margin's quantity; empty for failures.
        title: How reports call it.
        gate: Last gate before the result, 1 to 7.
        label: Per batch of the gate 1 yes, 0 no, NaN not known.
        margins: (batches, quantities) of the gate, below 0 where the margin alone makes the target
            (at 0 for a thin margin); NaN where missing.
    """

    outcome: str
    kind: str
    quantity: str
    title: str
    gate: int
    label: FloatArray
    margins: FloatArray

    @property
    def name(self) -> str:
        """What names the target among those of its outcome."""
        return self.quantity or FAILURE


def failure_target(
    definition: dict[str, object],
    outcomes: pl.DataFrame,
    outcome_margins: pl.DataFrame,
    batch_ids: list[str],
) -> Target:
    """The failures of one outcome; a batch without a verdict is not known, never good."""
    outcome = str(definition["outcome"])
    label = outcome_labels(outcomes, outcome, batch_ids).label
    gate = int(str(definition["last_gate_before"]))
    margins = [
        one.margin
        for one in aligned_margins(outcome_margins, outcome, batch_ids, label)
        if np.isfinite(one.margin).sum() >= FEWEST_MARGINS
    ]
    table = np.column_stack(margins) if margins else np.empty((len(batch_ids), 0))
    return Target(outcome, FAILURE, "", str(definition["title"]), gate, label, table)


def thin_margin_targets(
    failure: Target,
    outcome_margins: pl.DataFrame,
    batch_ids: list[str],
    early_batches: int,
    dictionary: pl.DataFrame,
) -> list[Target]:
    """The batches closest to each limit of an outcome.

    A margin at a reporting limit is only a bound, but mostly it is on one side of the threshold
    like any other, and counts here; where it may lie on either, the batch is not known.

    Args:
        failure: The outcome's failures.
        outcome_margins: ``core.outcome_margins`` of the outcome.
        batch_ids: The batches of the gate in production order.
        early_batches: How many of them are the earlier period, which sets the threshold.
        dictionary: ``feature.dictionary``, which says how a quantity is called.

    Returns:
        One target per quantity with enough measured values that thin margins can be told apart.
    """
    found = []
    names = outcome_margins.unique("quantity").rows_by_key("quantity", named=True, unique=True)
    for one in aligned_margins(outcome_margins, failure.outcome, batch_ids, failure.label):
        early = one.margin[:early_batches][np.isfinite(one.margin[:early_batches])]
        if early.size < FEWEST_MARGINS or one.censored_share > MOST_CENSORED:
            continue
        limit = float(np.quantile(early, THIN_SHARE))
        if (early <= limit).mean() > LARGEST_THIN_SHARE:
            continue
        is_thin = one.margin <= limit
        # At least at a bound below the threshold, or at most at one above it, is no answer.
        is_open = one.is_censored & np.where(is_thin, one.side >= 0, one.side <= 0)
        is_known = np.isfinite(one.margin) & ~is_open
        label = np.where(is_known, is_thin.astype(float), np.nan)
        called = _called(names[one.quantity]["measured_quantity"], dictionary)
        title = f"{called} close to its {names[one.quantity]['limit']} limit"
        kind = RuleKind.THIN_MARGIN
        beyond = (one.margin - limit)[:, None]
        found.append(
            Target(failure.outcome, kind, one.quantity, title, failure.gate, label, beyond)
        )
    return found


def _called(measured: str, dictionary: pl.DataFrame) -> str:
    """The dictionary's title of a measured quantity, without unit; its name where it has none."""
    of_quantity = (pl.col("quantity") == measured) & pl.col("kind").is_in(["lab", "parameter"])
    titles = dictionary.filter(of_quantity).sort("feature")["title"]
    if titles.is_empty():
        words = measured.replace("_", " ")
        return words[:1].upper() + words[1:]
    return re.sub(r" \([^()]*\)$", "", SAMPLE_WORDS.sub("", str(titles[0])))
