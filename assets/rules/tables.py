"""A rule study as tables: one frame per contract, each sorted by its key.

Rows are made where their figures are; here they only become frames.
"""

from collections.abc import Iterator
from math import isfinite
from typing import Any

import numpy as np
import polars as pl

from assets.rules.effects import Effect, effect_of
from assets.rules.refit import on_rows
from assets.rules.search.rule import Rule
from assets.rules.study import RuleSettings, RuleStudy, Search, StatedRule
from assets.statistics.array_types import BoolArray, IntArray
from assets.statistics.dependence import share_interval
from data_contracts.catalogue import contract
from data_contracts.generated.polars_schema import conform, empty

PERIODS = 8
DISCOVERY, CONFIRMATION, RE_ESTIMATED = "discovery", "confirmation", "re_estimated"
PROCESS_SIGNAL = "process_signal"
KEYS = {
    "evidence.rule_search": ["outcome", "target"],
    "finding.rules": ["outcome", "target", "rule"],
    "finding.rule_conditions": ["outcome", "target", "rule", "estimate", "condition"],
    "finding.rule_effects": ["outcome", "target", "rule", "estimate"],
    "finding.rule_periods": ["outcome", "target", "rule", "period", "side"],
    "finding.rule_batches": ["outcome", "target", "rule", "batch_id"],
}


def rule_tables(
    study: RuleStudy, settings: RuleSettings, verdicts: pl.DataFrame
) -> dict[str, pl.DataFrame]:
    """Every table of a rule study.

    Args:
        study: What was searched for and found.
        settings: How hard the search looked.
        verdicts: ``model.verdicts``; rules are shown only under a process signal.

    Returns:
        Frames by table, in the shape of their contracts.
    """
    standing = {
        (row["outcome"], row["gate"]): row["verdict"] for row in verdicts.iter_rows(named=True)
    }
    rows = {
        "evidence.rule_search": _searches(study, settings),
        "finding.rules": [_rule_row(rule, standing) for rule in study.rules],
        "finding.rule_conditions": [row for rule in study.rules for row in _conditions(rule)],
        "finding.rule_effects": [row for rule in study.rules for row in _effects(rule)],
        "finding.rule_periods": [row for rule in study.rules for row in _periods(rule)],
        "finding.rule_batches": [row for rule in study.rules for row in _members(rule)],
    }
    return {name: _frame(name, rows[name]) for name in KEYS}


def _frame(name: str, rows: list[dict[str, Any]]) -> pl.DataFrame:
    shape = contract(name)
    if not rows:
        return empty(shape)
    return conform(pl.DataFrame(rows, infer_schema_length=None), shape).sort(KEYS[name])


def _key(rule: StatedRule) -> dict[str, Any]:
    target = rule.split.target
    return {"outcome": target.outcome, "target": target.name, "rule": rule.number}


def _searches(study: RuleStudy, settings: RuleSettings) -> list[dict[str, Any]]:
    rows, place = [], 0
    for search in study.searches:
        rows.append(_search_row(search, study, settings, place))
        place += search.null is not None
    return rows


def _search_row(
    search: Search, study: RuleStudy, settings: RuleSettings, place: int
) -> dict[str, Any]:
    split, target = search.split, search.split.target
    own = [rule for rule in study.rules if rule.split is split]
    row: dict[str, Any] = {
        "outcome": target.outcome,
        "target": target.name,
        "kind": target.kind,
        "title": target.title,
        "gate": target.gate,
        "batches_early": split.early.size,
        "failures_early": int(target.label[split.early].sum()),
        "batches_late": split.late.size,
        "failures_late": int(target.label[split.late].sum()),
        "columns": len(search.period.columns) if search.period else 0,
        "candidates": search.candidates,
        "derived_tried": search.period.derived_budget if search.period else 0,
        "beam": settings.beam,
        "permutations": 0 if search.null is None else int(search.null.shape[0]),
        "discovered": len(own),
        "confirmed": sum(rule.is_confirmed for rule in own),
        "note": search.obstacle,
    }
    if study.family is None or search.null is None:
        return row
    chances = []
    for depth, found in enumerate(search.found, start=1):
        row[f"threshold_{depth}"] = study.family.threshold(place, depth)
        row[f"statistic_{depth}"] = found[0].statistic if found else 0.0
        chances.append(study.family.p_value(place, depth, row[f"statistic_{depth}"]))
    return row | {"p_value_family": min(chances)}


def _rule_row(rule: StatedRule, standing: dict[tuple[str, int], str]) -> dict[str, Any]:
    target = rule.split.target
    verdict = standing.get((target.outcome, target.gate), "not_applicable")
    return _key(rule) | {
        "kind": target.kind,
        "text": rule.rule.text,
        "text_re_estimated": rule.refit.text,
        "conditions": len(rule.rule.conditions),
        "available_at_gate": rule.rule.gate,
        "status": "confirmed" if rule.is_confirmed else "not_confirmed",
        "verdict": verdict,
        "is_shown": rule.is_confirmed and verdict == PROCESS_SIGNAL,
        "statistic": rule.statistic,
        "p_value_family": rule.p_value,
        "p_value_later": rule.p_later,
    }


def _conditions(rule: StatedRule) -> Iterator[dict[str, Any]]:
    for estimate, own in ((DISCOVERY, rule.rule), (RE_ESTIMATED, rule.refit)):
        for place, part in enumerate(own.conditions, start=1):
            yield _key(rule) | {
                "estimate": estimate,
                "condition": place,
                "feature": part.column.feature,
                "title": part.column.title,
                "available_at_gate": part.column.gate,
                "low": part.low if isfinite(part.low) else None,
                "high": part.high if isfinite(part.high) else None,
                "level": part.level,
                "made_of": ",".join(part.column.parts) or None,
            }


def _effects(rule: StatedRule) -> Iterator[dict[str, Any]]:
    split = rule.split
    for estimate, own, rows in (
        (DISCOVERY, rule.rule, split.early),
        (CONFIRMATION, rule.rule, split.late),
        (RE_ESTIMATED, rule.refit, split.known),
    ):
        yield (
            _key(rule)
            | {"estimate": estimate, "is_fitted_here": estimate != CONFIRMATION}
            | _effect_row(_effect(rule, own, rows))
        )


def _effect(rule: StatedRule, own: Rule, rows: IntArray) -> Effect:
    label = rule.split.target.label[rows]
    return effect_of(
        on_rows(own, rows).covers,
        label,
        rule.split.blocks(rows).expected(label),
        rule.split.selectors.cluster[rows],
    )


def _effect_row(effect: Effect) -> dict[str, Any]:
    low, high = effect.interval
    fewest, most = effect.attributable_interval
    row = {
        "batches_inside": effect.batches_inside,
        "failures_inside": effect.failures_inside,
        "batches_outside": effect.batches_outside,
        "failures_outside": effect.failures_outside,
        "failures_expected": effect.failures_expected,
        "clusters_inside": effect.clusters_inside,
        "rate_inside": effect.rate_inside,
        "rate_outside": effect.rate_outside,
        "risk_difference": effect.difference,
        "risk_difference_low": low,
        "risk_difference_high": high,
        "lift": effect.lift,
        "support": effect.support,
        "attributable": effect.attributable,
        "attributable_low": fewest,
        "attributable_high": most,
    }
    return {name: value if isfinite(value) else None for name, value in row.items()}


def _periods(rule: StatedRule) -> Iterator[dict[str, Any]]:
    """Equal numbers of batches per period, none across the border of discovery."""
    split, covers = rule.split, rule.rule.covers
    halves = [(split.early, True), (split.late, False)]
    parts = [
        (part, is_early)
        for rows, is_early in halves
        for part in np.array_split(rows, PERIODS // 2)
        if part.size
    ]
    for period, (rows, is_early) in enumerate(parts, start=1):
        first, last = split.selectors.period[int(rows[0])], split.selectors.period[int(rows[-1])]
        sides = (("inside", rows[covers[rows]]), ("outside", rows[~covers[rows]]))
        for side, own in sides:
            yield _key(rule) | {
                "period": period,
                "side": side,
                "is_early": is_early,
                "label": first if first == last else f"{first} to {last}",
                **_rate(own, rule),
            }


def _rate(rows: IntArray, rule: StatedRule) -> dict[str, Any]:
    failures = int(rule.split.target.label[rows].sum())
    failed = rule.split.target.label[rows] > 0
    low, high = share_interval(failed, rule.split.selectors.cluster[rows])
    return {
        "batches": int(rows.size),
        "failures": failures,
        "rate": failures / rows.size if rows.size else None,
        "rate_low": low,
        "rate_high": high,
    }


def _members(rule: StatedRule) -> Iterator[dict[str, Any]]:
    found: BoolArray = rule.rule.covers
    refit, label = rule.refit.covers, rule.split.target.label
    for row in np.flatnonzero(found | refit):
        yield _key(rule) | {
            "batch_id": rule.split.selectors.batch_ids[row],
            "is_in_discovered": bool(found[row]),
            "is_in_re_estimated": bool(refit[row]),
            "is_failure": bool(label[row]) if isfinite(label[row]) else None,
        }
