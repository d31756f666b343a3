"""What rules are searched for: each outcome's failures, and the batches closest to a limit.

Failures are few. The tenth of the earlier batches that came closest to a limit, or beyond it, says
more about what moves a result than the few that crossed; a rule for it speaks of thin margins, not
of failures.
"""

import re
from dataclasses import dataclass

import numpy as np
import polars as pl

from assets.statistics.array_types import FloatArray

THIN_SHARE = 0.1
LARGEST_THIN_SHARE = 0.25
FEWEST_MARGINS = 60
MOST_CENSORED = 0.5
# Which of several samples a title speaks of: a limit is one for them all.
SAMPLE_WORDS = re.compile(r", [^(]*?(?= \(|$)")
FAILURE = "failure"
THIN_MARGIN = "thin_margin"


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
    """

    outcome: str
    kind: str
    quantity: str
    title: str
    gate: int
    label: FloatArray

    @property
    def name(self) -> str:
        """What names the target among those of its outcome."""
        return self.quantity or FAILURE


def failure_target(
    definition: dict[str, object], outcomes: pl.DataFrame, batch_ids: list[str]
) -> Target:
    """The failures of one outcome; a batch without a verdict is not known, never good."""
    outcome = str(definition["outcome"])
    own = _aligned(outcomes.filter(pl.col("outcome") == outcome), batch_ids)
    label = own["is_failure"].cast(pl.Float64).to_numpy().astype(float)
    gate = int(str(definition["last_gate_before"]))
    return Target(outcome, FAILURE, "", str(definition["title"]), gate, label)


def thin_margin_targets(
    failure: Target,
    margins: pl.DataFrame,
    batch_ids: list[str],
    early_batches: int,
    dictionary: pl.DataFrame,
) -> list[Target]:
    """The batches closest to each limit of an outcome.

    Args:
        failure: The outcome's failures.
        margins: ``core.outcome_margins`` of the outcome.
        batch_ids: The batches of the gate in production order.
        early_batches: How many of them are the earlier period, which sets the threshold.
        dictionary: ``feature.dictionary``, which says how a quantity is called.

    Returns:
        One target per quantity with enough measured values that thin margins can be told apart.
    """
    found = []
    for (quantity,), part in sorted(margins.group_by("quantity")):
        own = _aligned(part, batch_ids)
        margin = own["margin"].to_numpy().astype(float)
        margin = np.where(np.isfinite(failure.label), margin, np.nan)
        early = margin[:early_batches][np.isfinite(margin[:early_batches])]
        is_censored = own["is_censored"].fill_null(value=False).to_numpy().mean() > MOST_CENSORED
        if early.size < FEWEST_MARGINS or is_censored:
            continue
        limit = float(np.quantile(early, THIN_SHARE))
        if (early <= limit).mean() > LARGEST_THIN_SHARE:
            continue
        label = np.where(np.isfinite(margin), (margin <= limit).astype(float), np.nan)
        name = str(quantity)
        measured, side = str(part["measured_quantity"][0]), str(part["limit"][0])
        title = f"{_called(measured, dictionary)} close to its {side} limit"
        found.append(Target(failure.outcome, THIN_MARGIN, name, title, failure.gate, label))
    return found


def _called(measured: str, dictionary: pl.DataFrame) -> str:
    """The dictionary's title of a measured quantity, without unit; its name where it has none."""
    features = [f"lab.{measured}", f"parameter.{measured}"]
    titles = dictionary.filter(pl.col("feature").is_in(features)).sort("feature")["title"]
    if titles.is_empty():
        words = measured.replace("_", " ")
        return words[:1].upper() + words[1:]
    return re.sub(r" \([^()]*\)$", "", SAMPLE_WORDS.sub("", str(titles[0])))


def _aligned(frame: pl.DataFrame, batch_ids: list[str]) -> pl.DataFrame:
    rows = pl.DataFrame({"batch_id": batch_ids}, schema={"batch_id": pl.String})
    return rows.join(frame, on="batch_id", how="left", maintain_order="left")
