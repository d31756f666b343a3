"""Which windows are tried, and what each does: named drivers under a process signal, one per lever.

The window is fixed by a rule (a declared share of recorded values cut off the risky side), never
searched for; the driver is the named one that foretold most, of those that can be held at all.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from assets.savings.arithmetic.lever_kinds.kind import kind_named
from assets.savings.records.alarm_evidence import AlarmEvidence
from assets.savings.windows.effect import WindowEffect
from assets.savings.windows.estimation import window_effect
from assets.savings.windows.policy import Window
from assets.savings.windows.records import KnownAtGates, WindowRecords, window_records
from data_contracts.assumption_schema.lever_kinds import LEVER_KINDS, holding_values
from data_contracts.assumptions import Assumptions, Lever
from data_contracts.codes.money import WindowEstimator, WindowTarget
from data_contracts.codes.records import Verdict
from data_contracts.tables import table

# Kind of a lever that holds values -> kinds of feature it may hold.
KINDS = {name: kind_named(name).holds for name, terms in LEVER_KINDS.items() if terms.holds_values}


@dataclass(frozen=True)
class StudiedWindow:
    """A driver a lever could hold, and what holding it would do.

    Attributes:
        feature: The driver.
        title: What a reader calls it.
        direction: Which values go with failure.
        trimmed_share: Share of recorded values cut off the risky side.
        records: The batches it was estimated on; None where it was not.
        effect: What was found, or why nothing was.
    """

    feature: str
    title: str
    direction: str
    trimmed_share: float
    records: WindowRecords | None
    effect: WindowEffect | str

    @property
    def has_no_room(self) -> bool:
        """Whether its values leave the window no room; says nothing of what holding it does."""
        return isinstance(self.effect, WindowEffect) and self.effect.no_room is not None


Studied = dict[tuple[str, str], StudiedWindow]
Effects = dict[tuple[str, str], WindowEffect | str]


def studied_windows(
    assumptions: Assumptions,
    evidence: AlarmEvidence,
    tables: Mapping[str, pl.DataFrame],
    outcomes: list[str],
    *,
    resamples: int,
    seed: int,
) -> Studied:
    """Estimate the window of every window and lot lever, for every outcome.

    Args:
        assumptions: The set with the levers.
        evidence: Verdicts; only under a process signal is anything estimated.
        tables: ``batches``, ``outcomes``, ``outcome_margins``, ``gate_values``, ``dictionary`` and
            ``drivers``, named as in the warehouse.
        outcomes: Outcomes levers may act on.
        resamples: Bootstrap resamples of lots.
        seed: The run's seed.

    Returns:
        (lever, outcome) -> what was studied; absent where no driver is named.
    """
    found: Studied = {}
    known = {outcome: KnownAtGates(tables, outcome) for outcome in outcomes}
    for lever in holding_values(assumptions.levers):
        for outcome in outcomes:
            for driver in _drivers(lever, outcome, evidence, tables):
                one = _studied(lever, known[outcome], driver, resamples, seed)
                found.setdefault((lever.name, outcome), one)
                # Whether there is room for a window is seen in no result: the next may be tried.
                if not one.has_no_room:
                    found[lever.name, outcome] = one
                    break
    return found


def _drivers(
    lever: Lever, outcome: str, evidence: AlarmEvidence, tables: Mapping[str, pl.DataFrame]
) -> list[dict[str, Any]]:
    """Return the drivers a lever may hold, the one that foretold most at the last gate first.

    Shares of different gates are not comparable: an early reading that merely goes with a later
    cause has all of its share until the cause is recorded.
    """
    if not evidence.has_signal(outcome):
        return []
    kinds = tables["dictionary"].filter(pl.col("kind").is_in(KINDS[lever.kind]))
    named = (
        tables["drivers"]
        .filter(
            (pl.col("outcome") == outcome)
            & (pl.col("gate") == evidence.primary_gate(outcome))
            & pl.col("is_named")
            & (pl.col("verdict") == Verdict.PROCESS_SIGNAL)
            & pl.col("driver").is_in(kinds["feature"].implode())
        )
        .sort("share", "rank", descending=[True, False], nulls_last=True)
    )
    return named.to_dicts()


def _studied(
    lever: Lever, known: KnownAtGates, driver: Mapping[str, Any], resamples: int, seed: int
) -> StudiedWindow:
    """Fix the window of one driver by the lever's rule, and estimate what it does."""
    tables, outcome = known.tables, known.outcome
    feature, share = str(driver["driver"]), float(lever.trimmed_share)
    title = tables["dictionary"].filter(pl.col("feature") == feature)["title"].item()

    def studied(records: WindowRecords | None, effect: WindowEffect | str) -> StudiedWindow:
        return StudiedWindow(feature, title, driver["direction"], share, records, effect)

    if not driver["is_named_in_halves"]:
        return studied(
            None,
            f"{title} is named on all lots, but not on each half of them by itself: what is named "
            "on one half must be measured on the other.",
        )
    aliases = [each.strip() for each in str(driver["members"] or "").split(",")]
    records = window_records(tables, outcome, feature, aliases, known)
    if records is None:
        return studied(None, f"{title} has no numeric values, or '{outcome}' no continuous margin.")
    window = Window.trimmed(records.value, driver["direction"], share)
    effect = window_effect(
        records, outcome, feature, window, resamples=resamples, seed=seed, title=title
    )
    return studied(records, effect)


def window_effects(effects: Effects) -> pl.DataFrame:
    """Return the effects as a table.

    Args:
        effects: ``studied_windows``.

    Returns:
        ``economics.window_effects``: one row per lever, outcome, target and estimator.
    """
    rows = [
        row
        for (lever, outcome), effect in effects.items()
        if isinstance(effect, WindowEffect)
        for row in _rows(lever, outcome, effect)
    ]
    return table("economics.window_effects", rows)


def _rows(lever: str, outcome: str, effect: WindowEffect) -> list[dict[str, Any]]:
    window = effect.window
    shared = {
        "lever": f"{lever}.{outcome}",
        "outcome": outcome,
        "feature": effect.feature,
        "window_low": window.low if window.low > -float("inf") else None,
        "window_high": window.high if window.high < float("inf") else None,
        "outside_window_share": effect.outside_window_share,
        "overlap_share": effect.overlap_share,
        "extrapolated_share": effect.extrapolated_share,
        "risk_calibration": effect.calibration,
        "estimator_gap_spreads": effect.estimator_gap_spreads,
        "lot_p_value": effect.lot_p_value,
        "e_value": effect.evidence_values[0],
        "e_value_low": effect.evidence_values[1],
        "batches": effect.batches,
        "failures": effect.failures,
        "is_usable": effect.refusal is None,
        "reason": effect.refusal or effect.sentence,
    }
    figures = [
        (WindowTarget.EXPECTED, WindowEstimator.G_COMPUTATION, effect.expected, "failures/batch"),
        (WindowTarget.EXPECTED, WindowEstimator.DOUBLY_ROBUST, effect.robust, "failures/batch"),
        (WindowTarget.EXPECTED_SHARE, WindowEstimator.G_COMPUTATION, effect.share, "share"),
        (WindowTarget.LEDGER, WindowEstimator.G_COMPUTATION, effect.ledger, "failures/batch"),
    ]
    return [
        {
            **shared,
            "target": target,
            "estimator": estimator,
            "prevented_per_batch": found.value,
            "prevented_low": found.low,
            "prevented_high": found.high,
            "unit": unit,
        }
        for target, estimator, found, unit in figures
    ]
