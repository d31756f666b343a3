"""Marks of one priced plant: the interval of what each lever saves, beside the truth.

Study A knows every assumption; study B draws the true ones from their declared ranges, once for
each plant. Two truths: what is expected a year of re-runs of the plant, and what would have
happened on these very batches. The alert's true share of failures caught is that of the same
procedure over all plants of the study, so its truth is left per unit of it.
"""

from dataclasses import replace
from typing import Any

import numpy as np

from assets.savings.arithmetic.lever_kinds.lever_alone import LeverExposure, LeverValue
from assets.savings.arithmetic.lever_value import lever_value
from assets.savings.levers.lever_decisions import LeverDecision
from assets.savings.levers.maintenance_evidence import MaintenanceEvidence
from assets.savings.levers.measured import Measured
from assets.savings.programme.simulation import simulate
from assets.savings.records.alarm_evidence import AlarmCounts
from assets.savings.uncertainty.draws import Draws
from assets.savings.windows.effect import WindowEffect
from assets.statistics.array_types import FloatArray
from assets.statistics.reliability.age_replacement import mean_age
from assets.virtual_plant.production.batches import make_batches
from assets.virtual_plant.truth.effects import with_lever
from benchmarks.studies.savings_plants import (
    DECOYS,
    FAILURE,
    HELD,
    LAST_GATE,
    LEVERS,
    MAINTAINED,
    PLANT_LEVERS,
    PricedPlant,
    certain_figures,
    planning_figures,
)
from benchmarks.studies.savings_truth import Expected
from data_contracts.assumptions import Assumptions, Lever
from data_contracts.codes.records import Verdict

DRAWS = 4_000
ENDS = (0.05, 0.95)
TRUE_DRAW = 7_000_000  # added to a plant's seed: its true assumptions come from no stream in use
GATES = {"window": 3, "lots": 1, "alert": LAST_GATE, "maintenance": 3}


def lever_marks(plant: PricedPlant, kind: str, expected: dict[str, Expected]) -> dict[str, Any]:
    """Interval and truth of one kind of lever, failures prevented and USD saved a year.

    Args:
        plant: The plant.
        kind: Kind of lever.
        expected: ``savings_truth.expected``.
    """
    found = plant.measured[kind]
    row: dict[str, Any] = {f"{kind}_supported": plant.is_supported[kind]}
    if isinstance(found, str):
        return row
    seed = plant.made.settings.seed
    true_rate = expected["failures"].per_year / 200
    roles = _true_roles(plant, kind, found, expected)
    for study, assumptions in (("a", certain_figures()), ("b", planning_figures())):
        low, high = _ends(plant, kind, found, assumptions)
        true = _value(assumptions, kind, true_rate, roles, seed + TRUE_DRAW)
        for place, name in enumerate(("prevented", "usd")):
            row[f"{kind}_{study}_{name}_low"] = low[place]
            row[f"{kind}_{study}_{name}_high"] = high[place]
            row[f"{kind}_{study}_{name}_true"] = _figures(true)[place].item()
    return row | _realised(plant, kind, found)


def _ends(
    plant: PricedPlant, kind: str, found: Measured, assumptions: Assumptions
) -> tuple[list[float], list[float]]:
    """Ends of the 90% interval of failures prevented and of USD saved, a year."""
    lever = _lever(assumptions, kind)
    decision = LeverDecision(LEVERS[kind], lever, FAILURE, GATES[kind], "evidence", "", found)
    drawn = Draws(assumptions, "base", DRAWS, plant.made.settings.seed)
    (one,) = simulate(drawn, plant.counts, [decision])
    ends = [np.quantile(each, ENDS) for each in _figures(one.value)]
    return [float(each[0]) for each in ends], [float(each[1]) for each in ends]


def _value(
    assumptions: Assumptions, kind: str, rate: float, roles: dict[str, float], seed: int
) -> LeverValue[FloatArray]:
    """What a lever is worth when the roles the records measure are what they truly are."""
    true = Draws(assumptions, "base", 1, seed)
    measured = {name: np.array([value]) for name, value in roles.items()}
    exposure = LeverExposure(np.array([200.0]), np.array([rate]), measured)
    return lever_value(assumptions, _lever(assumptions, kind), GATES[kind], true, exposure)


def _figures(value: LeverValue[FloatArray]) -> tuple[FloatArray, FloatArray]:
    return value.prevented_failures, value.gross_usd


def _lever(assumptions: Assumptions, kind: str) -> Lever:
    return next(each for each in assumptions.levers if each.name == LEVERS[kind])


def _true_roles(
    plant: PricedPlant, kind: str, found: Measured, expected: dict[str, Expected]
) -> dict[str, float]:
    if kind in PLANT_LEVERS:
        prevented = expected[PLANT_LEVERS[kind]].per_year
        return {"effect": prevented / expected["failures"].per_year}
    if kind == "alert":
        return {"sensitivity": 1.0, "false_alarm_rate": 0.0}
    assert isinstance(found, MaintenanceEvidence)
    law = plant.made.plant.maintenance[MAINTAINED]
    today = _renewals(law.weibull_shape, law.weibull_scale_batches, *law.interval_batches)
    planned = _renewals(
        law.weibull_shape, law.weibull_scale_batches, float(found.row["optimal_interval"]), 0.0
    )
    return dict(
        zip(
            ("events_today", "renewals_today", "events_planned", "renewals_planned"),
            (*today, *planned),
            strict=True,
        )
    )


def _renewals(shape: float, scale: float, interval: float, spread: float) -> tuple[float, float]:
    """Breakdowns and planned renewals per batch, planned intervals normal around their mean."""
    from scipy.stats import norm

    places = (np.arange(200) + 0.5) / 200
    at = np.maximum(interval + spread * norm.ppf(places), 1.0)
    shapes, scales = np.full_like(at, shape), np.full_like(at, scale)
    cycle = float(mean_age(at, shapes, scales).mean())
    kept = float(np.exp(-((at / scale) ** shape)).mean())
    return (1 - kept) / cycle, kept / cycle


def _realised(plant: PricedPlant, kind: str, found: Measured) -> dict[str, Any]:
    """What doing it would have prevented on these very batches, with the interval that says so."""
    made, years = plant.made, plant.made.settings.years
    failures = float(made.is_failure.sum())
    per_year = plant.counts.baseline.batches_per_year or 200.0
    if isinstance(found, WindowEffect):
        declared = next(each for each in made.plant.levers if each.name == PLANT_LEVERS[kind])
        after = with_lever(made, declared)
        true = (failures - float(after.is_failure.sum())) / years
        low, high = found.ledger.low * per_year, found.ledger.high * per_year
    elif isinstance(found, AlarmCounts):
        drawn = Draws(certain_figures(), "base", DRAWS, made.settings.seed)
        caught = np.quantile(found.sensitivity(drawn), ENDS)
        low, high = (float(end) * failures / years for end in caught)
        true = found.detected / max(found.failures, 1) * failures / years
    else:
        assert isinstance(found, MaintenanceEvidence)
        low, high = (
            float(found.row[f"breakdowns_avoided_recorded_{end}"]) / years
            for end in ("low", "high")
        )
        true = _breakdowns_avoided(plant, found)
    return {f"{kind}_ledger_low": low, f"{kind}_ledger_high": high, f"{kind}_ledger_true": true}


def _breakdowns_avoided(plant: PricedPlant, found: MaintenanceEvidence) -> float:
    """Fewer breakdowns a year when the same plant plans its renewals at the found interval."""
    made = plant.made
    law = made.plant.maintenance[MAINTAINED]
    interval = float(found.row["optimal_interval"])
    planned = replace(law, interval_batches=(interval, 0.01))
    changed = replace(made.plant, maintenance={**made.plant.maintenance, MAINTAINED: planned})
    after = make_batches(changed, made.settings)
    counts = [_breakdowns(each) for each in (made, after)]
    return (counts[0] - counts[1]) / made.settings.years


def _breakdowns(made: Any) -> int:
    own = {equipment[MAINTAINED] for equipment in made.plant.lines.values()}
    return sum(e.event == "breakdown" and e.equipment_id in own for e in made.schedule.events)


def plant_marks(plant: PricedPlant) -> dict[str, Any]:
    """What the study counts of a plant besides its levers."""
    settings = plant.made.settings
    verdict = plant.counts.evidence.at(FAILURE, LAST_GATE)
    alarms = verdict.alarms
    effects = {"window": plant.measured["window"], "lots": plant.measured["lots"]}
    effects |= dict(zip(("decoy", "lots_decoy"), plant.decoys.values(), strict=False))
    row: dict[str, Any] = {
        "batches": settings.batches,
        "failures": int(plant.made.is_failure.sum()),
        "verdict": verdict.verdict,
        "alarm_failures": alarms.failures if alarms else 0,
        "alarm_detected": alarms.detected if alarms else 0,
        "alarm_good": alarms.good_batches if alarms else 0,
        "alarm_false": alarms.false_alarms if alarms else 0,
        **{f"{kind}_named": plant.is_named[feature] for kind, (feature, _) in HELD.items()},
        "study_s": round(plant.study_s, 1),
        "effects_s": round(plant.effects_s, 1),
    }
    for name, found in effects.items():
        if isinstance(found, WindowEffect):
            row[f"{name}_expected"] = found.expected.value * 200
            row[f"{name}_expected_low"] = found.expected.low * 200
            row[f"{name}_expected_high"] = found.expected.high * 200
            row[f"{name}_robust"] = found.robust.value * 200
            row[f"{name}_robust_low"] = found.robust.low * 200
            row[f"{name}_robust_high"] = found.robust.high * 200
            row[f"{name}_above_zero"] = found.share.low > 0 and found.refusal is None
    has_signal = verdict.verdict == Verdict.PROCESS_SIGNAL
    for name, feature in zip(("decoy", "lots_decoy"), DECOYS, strict=True):
        is_held = has_signal and plant.is_named[feature]
        row[f"{name}_supported"] = is_held and bool(row.get(f"{name}_above_zero"))
    return row
