"""One virtual plant priced by the product: what is measured of every lever.

The windows, the lot limit and the maintained equipment are the plant's own declared levers, so that
the estimate and the plant act by the same rule and the truth is one figure for all plants. All
else is the product's: records, verdict, estimates, draws.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
import polars as pl

from assets.failure_models.dataset.study_inputs import StudyInputs, StudySettings
from assets.failure_models.study import run_study
from assets.savings.business_case import failure_counts
from assets.savings.levers.maintenance_evidence import MaintenanceEvidence, maintenance_evidence
from assets.savings.levers.measured import Measured
from assets.savings.records.alarm_evidence import AlarmEvidence
from assets.savings.records.business_records import BusinessRecords
from assets.savings.records.failure_counts import FailureCounts
from assets.savings.windows.effect import WindowEffect
from assets.savings.windows.estimation import window_effect
from assets.savings.windows.policy import Window
from assets.savings.windows.records import window_records
from assets.time_to_failure.findings import LifeRecords, findings
from assets.virtual_plant.declaration.plant import Plant
from assets.virtual_plant.declaration.structure import Cut
from assets.virtual_plant.fast_path.prepared_plant import FastPlant, batch_features
from assets.virtual_plant.production.batches import Batches, Settings, make_batches
from benchmarks.studies.plants import UNMEASURED
from benchmarks.time_to_failure_study import schedule_frames
from benchmarks.verdict_study import study_inputs
from data_contracts.assumptions import Assumptions, load_built_in, with_overrides
from data_contracts.codes.records import Verdict

FAILURE, LAST_GATE = "failure", 5
MOISTURE, COARSE = "parameter.granulation_end_moisture_pct", "material.api.d90_um"
DECOYS = ("sensor.granulation.impeller_power_kw.mean", "material.api.d50_um")
HELD = {"window": (MOISTURE, Window(2.0, 2.5)), "lots": (COARSE, Window(-np.inf, 115.0))}
PLANT_LEVERS = {"window": "hold_granule_moisture", "lots": "reject_coarse_api"}
LEVERS = {"window": "window", "lots": "lots", "alert": "alert_and_rescue"}
LEVERS["maintenance"] = "maintenance"
MAINTAINED = "granulation"
TRIMMED_SHARE = 0.2


@cache
def planning_figures() -> Assumptions:
    """The set every plant is priced with."""
    return load_built_in("tablets")


@cache
def certain_figures() -> Assumptions:
    """The same set with every number known, at its base."""
    known = planning_figures()
    return with_overrides(
        known,
        [
            f"{name}={each.base.numerator}/{each.base.denominator}"
            for name, each in known.parameters.items()
        ],
    )


@dataclass(frozen=True)
class PricedPlant:
    """A plant and what the product found on it.

    Attributes:
        made: The simulated batches.
        fast: The same as frames.
        records: The tables a business case is made from.
        counts: Failures, verdict and alarm counts.
        measured: Kind of lever -> what was measured, or why nothing was.
        decoys: The same of features that only go with a cause.
        is_supported: Kind of lever -> whether the product's evidence supports it.
        is_named: Feature -> whether a driver that holds it is named; of a decoy, whether it is
            the leading feature of one, for the product holds no other.
        study_s: Seconds of models and verdict.
        effects_s: Seconds of the effects of windows and lots.
    """

    made: Batches
    fast: FastPlant
    records: BusinessRecords
    counts: FailureCounts
    measured: dict[str, Measured | str]
    decoys: dict[str, WindowEffect | str]
    is_supported: dict[str, bool]
    is_named: dict[str, bool]
    study_s: float
    effects_s: float


def priced_plant(
    seed: int,
    plant: Plant,
    *,
    cut: Cut,
    drift: float,
    batches: int,
    resamples: int,
    effort: StudySettings,
) -> PricedPlant:
    """Simulate a plant and let the product estimate every lever.

    Args:
        seed: Seed of the simulation.
        plant: The plant.
        cut: Which paths into the results are cut; without any no window is tried.
        drift: Factor on every declared drift.
        batches: Number of batches, 200 a year.
        resamples: Bootstrap resamples of lots behind a window's interval.
        effort: How hard the verdict is looked for; the plant's seed is put in.
    """
    years = batches / 200
    fast = _recorded(
        batch_features(plant, seed=seed, batches=batches, years=years, cut=cut, drift=drift)
    )
    made = make_batches(plant, Settings(batches, years, seed, cut, drift=drift))
    started = time.perf_counter()
    inputs = _one_outcome(study_inputs(fast, (LAST_GATE,)))
    study = run_study(inputs, replace(effort, seed=seed))
    studied = time.perf_counter()
    records = _records(fast, made, inputs, study, seed)
    counts = failure_counts(planning_figures(), records)
    evidence = counts.evidence
    tables = records.of_windows
    members = {name: _members(study["finding.drivers"], name) for name in (MOISTURE, COARSE)}

    def effect(feature: str, rule: Callable[[Any], Window]) -> WindowEffect | str:
        own = window_records(tables, FAILURE, feature, members.get(feature, ()))
        if own is None:
            return f"{feature} has no records."
        return window_effect(own, FAILURE, feature, rule(own), resamples=resamples, seed=seed)

    is_tried = cut != "null"
    measured: dict[str, Measured | str] = {
        kind: effect(feature, lambda _, window=window: window) if is_tried else "Not tried."  # type: ignore[misc]
        for kind, (feature, window) in HELD.items()
    }
    decoys = {feature: effect(feature, _risky_side) for feature in DECOYS if is_tried}
    measured_s = time.perf_counter() - studied
    alarms = evidence.alarms.get((FAILURE, LAST_GATE))
    measured["alert"] = alarms or "No alarm was counted."
    measured["maintenance"] = _maintained(records.replacement_intervals)
    return PricedPlant(
        made,
        fast,
        records,
        counts,
        measured,
        decoys,
        _supported(evidence, measured, records),
        {feature: bool(found) for feature, found in members.items()}
        | {feature: feature in _leading(study["finding.drivers"]) for feature in DECOYS},
        studied - started,
        measured_s,
    )


def _recorded(fast: FastPlant) -> FastPlant:
    """Drop the property no record holds, where the plant has it."""
    unmeasured = f"material.api.{UNMEASURED}"
    return replace(fast, gate_values=fast.gate_values.filter(pl.col("feature") != unmeasured))


def _one_outcome(inputs: StudyInputs) -> StudyInputs:
    """Keep the plant's own failure: modes would be studied in vain."""
    own = pl.col("outcome") == FAILURE
    return replace(
        inputs,
        outcomes=inputs.outcomes.filter(own),
        outcome_definitions=inputs.outcome_definitions.filter(own),
        outcome_margins=inputs.outcome_margins.filter(own),
        acceptance_criteria=inputs.acceptance_criteria.filter(own),
    )


def _records(
    fast: FastPlant,
    made: Batches,
    inputs: StudyInputs,
    study: dict[str, pl.DataFrame],
    seed: int,
) -> BusinessRecords:
    gated = inputs.dictionary.with_columns(available_at_gate="stage")
    return BusinessRecords(
        fast.batches,
        inputs.outcomes,
        inputs.outcome_definitions,
        study["model.verdicts"],
        study["model.alarm_counts"],
        study["model.predictions"],
        _replacement_intervals(made, fast, inputs, seed),
        inputs.outcome_margins,
        fast.gate_values,
        gated,
        study["finding.drivers"],
        inputs.withheld_features,
    )


def _replacement_intervals(
    made: Batches, fast: FastPlant, inputs: StudyInputs, seed: int
) -> pl.DataFrame:
    units = [schedule_frames(made.plant, made.schedule, unit) for unit in made.plant.maintenance]
    lives = LifeRecords(
        pl.concat([phases for phases, _ in units]),
        pl.concat([events for _, events in units]),
        fast.batches,
        inputs.outcomes.clear(),
    )
    found = findings(lives, planning_figures(), seed=seed, is_quick=True)
    return found["finding.replacement_intervals"]


def _maintained(intervals: pl.DataFrame | None) -> MaintenanceEvidence | str:
    """What the hazards say of the granulators, whatever their verdict."""
    assert intervals is not None
    own = intervals.filter(
        (pl.col("equipment_class") == MAINTAINED)
        & (pl.col("event") == "breakdown")
        & pl.col("saving_per_batch_usd_low").is_not_null()
        & pl.col("optimal_interval").is_finite()
    ).sort("origin", "part", nulls_last=False)
    return MaintenanceEvidence(own.row(0, named=True)) if own.height else "Too few breakdowns."


def _supported(
    evidence: AlarmEvidence, measured: dict[str, Measured | str], records: BusinessRecords
) -> dict[str, bool]:
    has_signal = evidence.at(FAILURE, LAST_GATE).verdict == Verdict.PROCESS_SIGNAL
    supported = {
        kind: has_signal and isinstance(found, WindowEffect) and found.refusal is None
        for kind, found in measured.items()
    }
    chosen = maintenance_evidence(records.replacement_intervals)
    return supported | {
        "alert": evidence.at(FAILURE, LAST_GATE).refusal is None,
        "maintenance": isinstance(chosen, MaintenanceEvidence),
    }


def _members(drivers: pl.DataFrame, feature: str) -> tuple[str, ...]:
    """Other names of a feature where a named driver holds it; none where no driver does."""
    for row in drivers.filter("is_named").iter_rows(named=True):
        names = tuple(each.strip() for each in str(row["members"] or row["driver"]).split(","))
        if feature in names:
            return names
    return ()


def _leading(drivers: pl.DataFrame) -> set[str]:
    return set(drivers.filter("is_named")["driver"])


def _risky_side(own: Any) -> Window:
    """Cut the declared share off the side that goes with failure."""
    goes_with = np.corrcoef(own.value, own.is_failed)[0, 1]
    return Window.trimmed(own.value, "higher" if goes_with > 0 else "lower", TRIMMED_SHARE)
