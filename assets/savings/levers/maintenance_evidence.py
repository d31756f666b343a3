"""What the records say about earlier renewal: the replacement interval worth most, or why none."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from assets.savings.arithmetic.lever_kinds.ruling import RefusedLever
from assets.savings.uncertainty.draws import Draws
from assets.savings.windows.effect import LEVEL_90_SPREADS
from assets.statistics.array_types import FloatArray
from assets.statistics.resampling.multiplicity import bonferroni
from data_contracts.codes.money import LeverRefusal
from data_contracts.codes.records import ReplacementVerdict

SAVING, AVOIDED = "saving_per_batch_usd", "events_avoided_per_batch"
NO_HISTORIES = RefusedLever(
    LeverRefusal.NO_HISTORY,
    "No replacement interval was estimated: there are no equipment histories to follow.",
)


@dataclass(frozen=True)
class MaintenanceEvidence:
    """The replacement interval worth most, from the fitted hazards.

    The best of several estimates looks better than it is, so its interval is widened to hold for
    all of them at once (Bonferroni).

    Attributes:
        row: Row of ``finding.replacement_intervals`` with verdict ``renew_earlier``.
        tried: Intervals compared, among which this one saves most: each row with a saving and its
            interval counts for every scale of time whose fits were compared.
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
        from scipy.special import ndtri

        wider = ndtri(bonferroni(0.05, self.tried)) / ndtri(0.05)
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
            f"{row['optimal_interval']:,.0f} {row['time_scale']} instead of {_today(row)} saves "
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
    return "only after a breakdown" if today is None else f"every {today:,.0f}"


def maintenance_evidence(
    replacement_intervals: pl.DataFrame | None,
) -> MaintenanceEvidence | RefusedLever:
    """Return what the hazards support, or why nothing.

    Args:
        replacement_intervals: ``finding.replacement_intervals``; None where it was not made.
    """
    if replacement_intervals is None or replacement_intervals.is_empty():
        return NO_HISTORIES
    own = replacement_intervals.filter(event="breakdown")
    priced = own.drop_nulls([f"{SAVING}_low", f"{SAVING}_high"])
    earlier = priced.filter(
        pl.col("planned_cost_usd") > 0, verdict=ReplacementVerdict.RENEW_EARLIER
    ).sort(SAVING, "equipment_class", "part", descending=[True, False, False])
    for row in earlier.iter_rows(named=True):
        found = MaintenanceEvidence(row, int(priced["scales_compared"].sum()))
        if found.ends_usd[0] > 0:
            return found
    counted = own["verdict"].value_counts().sort("verdict").rows()
    said = ", ".join(f"{verdict.replace('_', ' ')} {count}" for verdict, count in counted)
    return RefusedLever(
        LeverRefusal.RENEWAL_NOT_SHOWN,
        "No equipment or part is shown to gain from earlier renewal by the fitted hazards "
        f"(verdicts: {said or 'none'}).",
    )
