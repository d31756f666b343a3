"""The trial that would prove each window, as a table; how long failures alone would take.

One design per window or lot limit whose effect is usable. What the trial is judged on is the margin
that answers most; the promised shift counts the adherence that is assumed.
"""

from collections.abc import Mapping
from typing import Any

import polars as pl

from assets.savings.programme.detectability import ALPHA, POWER, batches_needed
from assets.savings.proof.margin_shift import margin_shift
from assets.savings.proof.switchback import Switchback, switchback
from assets.savings.records.baseline import production_rate
from assets.savings.windows.effect import WindowEffect
from assets.savings.windows.records import window_records
from assets.savings.windows.window_effects import Effects
from data_contracts.assumptions import Assumptions
from data_contracts.tables import table

TRIAL_DESIGNS = "finding.trial_designs"
MONTHS = 12
ADHERENCE_GAP = 0.1  # a lever held so much less often than promised is not carried out
MOST_ADHERENCE_BATCHES = 2_000
NO_SHIFT = "No margin lies farther from its limit inside the window, so none can prove it."
TOO_LONG = "The record is too short to read its chance off, or the trial would be beyond reason."


def trial_designs(
    assumptions: Assumptions, effects: Effects, tables: Mapping[str, pl.DataFrame], *, seed: int
) -> pl.DataFrame:
    """Design a trial for each window that may be held.

    Args:
        assumptions: The set with the levers, for adherence and, without dates, the pace.
        effects: What was found of every window, by lever and outcome.
        tables: ``batches``, ``outcomes``, ``outcome_margins``, ``gate_values``, ``dictionary``,
            ``drivers`` and ``withheld_features``, named as in the warehouse.
        seed: The run's seed.

    Returns:
        ``finding.trial_designs``: one row per window whose effect is usable.
    """
    pace = production_rate(tables["batches"])[0]
    per_year = float(assumptions["batches_per_year"].base) if pace is None else pace
    rows = []
    for (lever, outcome), effect in effects.items():
        if isinstance(effect, str) or effect.refusal is not None:
            continue
        adherence = _adherence(assumptions, lever)
        key = {"lever": f"{lever}.{outcome}", "outcome": outcome, "feature": effect.feature}
        failures = _months_on_failures(effect, adherence, per_year)
        rows.append(
            key
            | {"adherence_share": adherence, "failure_months": failures}
            | {"adherence_batches": adherence_batches(adherence)}
            | _trial(effect, tables, adherence, per_year, seed)
        )
    return table(TRIAL_DESIGNS, rows)


def _adherence(assumptions: Assumptions, lever: str) -> float:
    declared = next(each for each in assumptions.levers if each.name == lever)
    return float(assumptions[declared.uses["adherence"]].base)


def _trial(
    effect: WindowEffect,
    tables: Mapping[str, pl.DataFrame],
    adherence: float,
    per_year: float,
    seed: int,
) -> dict[str, Any]:
    aliases = _aliases(tables, effect)
    records = window_records(dict(tables), effect.outcome, effect.feature, aliases)
    found = None if records is None else margin_shift(records, effect.window)
    if records is None or found is None:
        return {"reason": NO_SHIFT}
    promised = {
        "quantity": _quantity(tables, effect.outcome, found.quantity),
        "near_set_point": found.near,
        "far_set_point": found.far,
        "margin_shift": adherence * found.shift,
        "margin_spread": found.spread,
    }
    design = switchback(found.margin, records.cluster, adherence * found.shift, seed=seed)
    if design is None:
        return promised | {"reason": TOO_LONG}
    return promised | _designed(design, per_year)


def _designed(design: Switchback, per_year: float) -> dict[str, Any]:
    per_pair = 2 * design.block_batches / per_year * MONTHS
    sequential = design.sequential_pairs
    return {
        "block_batches": design.block_batches,
        "pairs": design.pairs,
        "pair_spread": design.pair_spread,
        "power": design.power,
        "months": design.pairs * per_pair,
        "sequential_pairs": sequential,
        "sequential_months": None if sequential is None else sequential * per_pair,
        "first_blocks": "".join("F" if is_first else "N" for is_first in design.order),
    }


def _aliases(tables: Mapping[str, pl.DataFrame], effect: WindowEffect) -> list[str]:
    named = tables["drivers"].filter(
        (pl.col("outcome") == effect.outcome) & (pl.col("driver") == effect.feature)
    )
    members = [str(each or "") for each in named["members"]]
    return sorted({name.strip() for each in members for name in each.split(",") if name.strip()})


def _quantity(tables: Mapping[str, pl.DataFrame], outcome: str, place: int) -> str:
    """Return the name of a margin by its place among the measured ones, as records gather them."""
    measured = tables["outcome_margins"].filter(
        (pl.col("outcome") == outcome) & ~pl.col("is_censored")
    )
    return str(measured["quantity"].unique().sort()[place])


def _months_on_failures(effect: WindowEffect, adherence: float, per_year: float) -> float | None:
    """Return the months a before-and-after comparison of failures takes, both arms together."""
    before = effect.failures / effect.batches
    after = before * (1 - min(max(adherence * effect.share.value, 0.0), 1.0))
    needed = batches_needed(before, after, ALPHA)
    return None if needed is None else 2 * needed / per_year * MONTHS


def adherence_batches(promised: float) -> int | None:
    """Return the batches after which a lever held ten points less often than promised is told.

    Args:
        promised: Share of batches that can be held, 0 to 1.

    Returns:
        Batches, one-sided exact binomial test at 5% with 80% power; None beyond 2,000, or where
        the promise leaves no ten points.
    """
    from scipy.stats import binom

    poorer = promised - ADHERENCE_GAP
    if poorer <= 0:
        return None
    for batches in range(5, MOST_ADHERENCE_BATCHES + 1):
        limit = int(binom.ppf(ALPHA, batches, promised)) - 1  # at most 5% lie at or below
        if binom.cdf(limit + 1, batches, promised) <= ALPHA:
            limit += 1
        if limit >= 0 and binom.cdf(limit, batches, poorer) >= POWER:
            return batches
    return None
