"""What the records say about a lever that is not an alert: maintenance, inspection, early release.

Each reading gives either the measured roles of the lever's arithmetic, as draws, or a refusal in a
sentence. Windows and lots have their own estimate in ``window_effect``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import polars as pl

from assets.savings.uncertainty.draws import Draws
from assets.savings.windows.effect import LEVEL_90_SPREADS
from assets.statistics.array_types import FloatArray
from assets.statistics.intervals import CLUSTER_DEFLATION
from data_contracts.assumptions import Assumptions, Lever

RENEW_EARLIER = "renew_earlier"
SAVING, AVOIDED = "saving_per_batch_usd", "events_avoided_per_batch"


class Measured(Protocol):
    """Roles of a lever that the records measure."""

    @property
    def sentence(self) -> str:
        """What was measured, for a reader."""

    def roles(self, draws: Draws) -> Mapping[str, FloatArray]:
        """Return draws of each measured role."""


@dataclass(frozen=True)
class MaintenanceEvidence:
    """The replacement interval worth most, from the fitted hazards.

    The best of several estimates looks better than it is, so its interval is widened to hold for
    all of them at once (Bonferroni).

    Attributes:
        row: Row of ``finding.replacement_intervals`` with verdict ``renew_earlier``.
        tried: Rows with a saving and its interval, among which this one saves most.
    """

    row: Mapping[str, Any]
    tried: int = 1

    @property
    def saving_usd(self) -> float:
        """Saving per batch as estimated, USD."""
        return float(self.row[SAVING])

    def spreads(self, name: str) -> tuple[float, float]:
        """Spread of a column below and above its estimate, in its unit.

        Each is the distance to its end of the 90% interval, in standard deviations of a normal
        law, widened for the choice: savings have the longer tail above.
        """
        from scipy.stats import norm

        wider = norm.isf(0.05 / self.tried) / norm.isf(0.05)
        value, low, high = (float(self.row[f"{name}{end}"]) for end in ("", "_low", "_high"))
        half = LEVEL_90_SPREADS / 2
        return float((value - low) / half * wider), float((high - value) / half * wider)

    @property
    def ends_usd(self) -> tuple[float, float]:
        """Ends of the widened 90% interval of the saving per batch, USD."""
        below, above = (LEVEL_90_SPREADS / 2 * spread for spread in self.spreads(SAVING))
        return self.saving_usd - below, self.saving_usd + above

    @property
    def sentence(self) -> str:
        """What was measured, for a reader."""
        row = self.row
        low, high = self.ends_usd
        chosen = f", allowing for {self.tried} intervals compared" if self.tried > 1 else ""
        return (
            f"Renewing {row['equipment_class']} ({row['part']}) every "
            f"{row['optimal_interval']:.0f} batches instead of {_today(row)} saves "
            f"{self.saving_usd:.0f} USD a batch ({low:.0f} to {high:.0f}, 90% interval{chosen}) by "
            f"the fitted hazards{_on_record(row)}."
        )

    def roles(self, draws: Draws) -> Mapping[str, FloatArray]:
        """Return draws of events and renewals a batch, today and as planned.

        The hazards give events avoided and the saving per batch at base costs, each with its
        interval; they rise and fall together. What the events avoided are worth above the saving
        pays for renewals, of which earlier ones are never fewer.
        """
        row = self.row
        event, planned = float(row["event_cost_usd"]), float(row["planned_cost_usd"])
        place = draws.normal("maintenance.saving")
        avoided = self._drawn(AVOIDED, place)
        # More than the estimate can be avoided only where there are more today.
        today = np.maximum(float(row["events_per_batch_today"]), avoided)
        paid = avoided * event - self._drawn(SAVING, place)
        zero = np.zeros(draws.size)
        return {
            "events_today": today,
            "events_planned": today - avoided,
            "renewals_today": zero,
            "renewals_planned": np.maximum(paid / planned, 0.0),
        }

    def _drawn(self, name: str, place: FloatArray) -> FloatArray:
        """Draw a column at places of a standard normal law."""
        below, above = self.spreads(name)
        return np.asarray(float(self.row[name]) + np.where(place < 0, below, above) * place)


def _on_record(row: Mapping[str, Any]) -> str:
    avoided = row["breakdowns_avoided_recorded"]
    if avoided is None:
        return ""
    low, high = (row[f"breakdowns_avoided_recorded_{end}"] for end in ("low", "high"))
    return (
        f"; on the recorded batches {avoided:.0f} of {row['breakdowns_recorded']} breakdowns fewer "
        f"({low:.0f} to {high:.0f})"
    )


def _today(row: Mapping[str, Any]) -> str:
    today = row.get("todays_interval")
    return "only after a breakdown" if today is None else f"every {today:.0f}"


def maintenance_evidence(intervals: pl.DataFrame | None) -> MaintenanceEvidence | str:
    """Return what the hazards support, or why nothing may be claimed.

    Args:
        intervals: ``finding.replacement_intervals``; None where it was not made.
    """
    if intervals is None or not intervals.height:
        return "No replacement interval was estimated: there are no equipment histories to follow."
    own = intervals.filter((pl.col("event") == "breakdown") & (pl.col("time_scale") == "batches"))
    priced = own.drop_nulls(["saving_per_batch_usd_low", "saving_per_batch_usd_high"])
    earlier = priced.filter(
        (pl.col("verdict") == RENEW_EARLIER) & (pl.col("planned_cost_usd") > 0)
    ).sort("saving_per_batch_usd", "equipment_class", "part", descending=[True, False, False])
    for row in earlier.iter_rows(named=True):
        found = MaintenanceEvidence(row, priced.height)
        if found.ends_usd[0] > 0:
            return found
    counted = own["verdict"].value_counts().sort("verdict").rows()
    said = ", ".join(f"{verdict.replace('_', ' ')} {count}" for verdict, count in counted)
    return (
        "No equipment or part is shown to gain from earlier renewal by the fitted hazards "
        f"(verdicts: {said or 'none'})."
    )


@dataclass(frozen=True)
class ReleaseEvidence:
    """Which share of batches may be released early, with the risk of a wrong release bounded.

    Attributes:
        eligible: Later batches with a score in the lower half of the hundred before them.
        batches: Later batches scored.
        wrong: Failures among the eligible.
        bound: Upper 95% bound of the share of failures among the eligible.
    """

    eligible: int
    batches: int
    wrong: int
    bound: float

    @property
    def sentence(self) -> str:
        """What was measured, for a reader."""
        return (
            f"{self.eligible} of {self.batches} later batches scored in the lower half and would "
            f"have been released early; {self.wrong} of them failed, so the risk of a wrong "
            f"release is at most {self.bound:.2%} (95% bound)."
        )

    def roles(self, draws: Draws) -> Mapping[str, FloatArray]:
        """Return draws of the eligible share."""
        return {
            "eligible_share": draws.rate(
                "release.eligible", self.eligible, self.batches, CLUSTER_DEFLATION
            )
        }


RECENT_SCORES = 100


def release_evidence(
    predictions: pl.DataFrame | None,
    batches: pl.DataFrame,
    outcome: str,
    gate: int,
    model: str,
    limit: float,
) -> ReleaseEvidence | str:
    """Return how many batches could be released early, or why none may.

    Args:
        predictions: ``model.predictions``; None where it was not made.
        batches: ``core.batches``, for the order in which the scores came: a batch's number need
            not follow it.
        outcome: The outcome a release must not let through.
        gate: Last gate before its result.
        model: Model the verdict rests on.
        limit: Largest share of failures allowed among batches released early, 0 to 1.
    """
    from scipy.stats import beta

    if predictions is None:
        return "No later batch was scored, so the risk of a wrong release is unknown."
    own = (
        predictions.filter(
            (pl.col("outcome") == outcome)
            & (pl.col("gate") == gate)
            & (pl.col("model") == model)
            & (pl.col("validation") == "rolling_origin")
        )
        .join(batches.select("batch_id", "production_order"), on="batch_id")
        .sort("production_order", "batch_id")
    )
    score, failed = own["failure_prob"].to_numpy(), own["is_failure"].to_numpy()
    places = np.arange(len(score)) >= RECENT_SCORES
    low = np.array(
        [
            bool(place and score[i] <= np.median(score[i - RECENT_SCORES : i]))
            for i, place in enumerate(places)
        ],
        dtype=bool,
    )
    eligible, wrong = int(low.sum()), int((failed & low).sum())
    if not eligible:
        return "Too few later batches were scored to bound the risk of a wrong release."
    deflated = eligible / CLUSTER_DEFLATION
    hits = wrong / CLUSTER_DEFLATION
    bound = float(beta.ppf(0.95, hits + 1, max(deflated - hits, 1e-9)))
    found = ReleaseEvidence(eligible, int(places.sum()), wrong, bound)
    if bound > limit:
        return f"{found.sentence} The limit is {limit:.2%}."
    return found


def inspection_refusal(assumptions: Assumptions, lever: Lever) -> str | None:
    """Return why automated inspection may claim nothing, or None if its panel shows detection.

    Clopper-Pearson: 29 of 29 seeded defects show at least 90% at 95% confidence.

    Args:
        assumptions: The set; it states the panel's result.
        lever: A lever of kind ``inspection``.
    """
    from scipy.stats import beta

    defects = int(assumptions[lever.uses["panel_defects"]].base)
    found = int(assumptions[lever.uses["panel_detected"]].base)
    needed = float(assumptions[lever.uses["required_detection"]].base)
    if not defects:
        return (
            "No panel of seeded defects was inspected; enter its result under "
            f"'{lever.uses['panel_defects']}' and '{lever.uses['panel_detected']}'."
        )
    shown = float(beta.ppf(0.05, found, defects - found + 1)) if found else 0.0
    if shown < needed:
        return (
            f"{found} of {defects} seeded defects were found: that shows at least {shown:.0%} at "
            f"95% confidence, and {needed:.0%} is required."
        )
    return None
