"""A rule study as tables: one builder per contract, named like the table."""

from collections.abc import Iterator
from dataclasses import asdict
from math import isfinite
from typing import Any

import numpy as np
import polars as pl

from assets.rules.effects import effect_of
from assets.rules.refit import on_rows
from assets.rules.stated_rules import CLAIMED_BELOW, StatedRule
from assets.rules.study import RuleStudy
from assets.rules.target_search import RuleSettings, TargetSearch
from assets.statistics.array_types import BoolArray, IntArray
from assets.statistics.dependence import share_interval
from data_contracts.codes.records import RuleStatus
from data_contracts.tables import table

PERIODS = 8
DISCOVERY, CONFIRMATION, RE_ESTIMATED = "discovery", "confirmation", "re_estimated"
Rows = Iterator[dict[str, Any]]


def rule_tables(study: RuleStudy, settings: RuleSettings) -> dict[str, pl.DataFrame]:
    """Every table of a rule study, by name.

    Args:
        study: What was searched for and found.
        settings: How hard the search looked.
    """
    return {
        "evidence.rule_search": rule_search(study, settings),
        "finding.rules": rules(study),
        "finding.rule_conditions": rule_conditions(study),
        "finding.rule_effects": rule_effects(study),
        "finding.rule_periods": rule_periods(study),
        "finding.rule_batches": rule_batches(study),
    }


def rule_search(study: RuleStudy, settings: RuleSettings) -> pl.DataFrame:
    """``evidence.rule_search``: one row per target, also where nothing could be searched for."""
    return table(
        "evidence.rule_search", [_search(each, study, settings) for each in study.searches]
    )


def rules(study: RuleStudy) -> pl.DataFrame:
    """``finding.rules``: one row per rule, shown where confirmed on later batches."""
    return table("finding.rules", map(_rule, study.rules))


def rule_conditions(study: RuleStudy) -> pl.DataFrame:
    """``finding.rule_conditions``: each condition as discovered and as fitted again."""
    rows = [row for rule in study.rules for row in _conditions(rule)]
    return table("finding.rule_conditions", rows)


def rule_effects(study: RuleStudy) -> pl.DataFrame:
    """``finding.rule_effects``: each rule on the earlier, the later and all batches."""
    return table("finding.rule_effects", [row for rule in study.rules for row in _effects(rule)])


def rule_periods(study: RuleStudy) -> pl.DataFrame:
    """``finding.rule_periods``: failure rates inside and outside each rule over time."""
    return table("finding.rule_periods", [row for rule in study.rules for row in _periods(rule)])


def rule_batches(study: RuleStudy) -> pl.DataFrame:
    """``finding.rule_batches``: the batches each rule covers."""
    return table("finding.rule_batches", [row for rule in study.rules for row in _batches(rule)])


def _key(rule: StatedRule) -> dict[str, Any]:
    target = rule.split.target
    return {"outcome": target.outcome, "target": target.name, "rule": rule.number}


def _search(search: TargetSearch, study: RuleStudy, settings: RuleSettings) -> dict[str, Any]:
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
        "confirmed": sum(rule.status == RuleStatus.CONFIRMED for rule in own),
        "note": search.obstacle,
    }
    if search.chance is None:
        return row
    chances = []
    for depth, found in enumerate(search.found):
        best = found[0].statistic if found else 0.0
        row[f"threshold_{depth + 1}"] = search.chance.threshold(CLAIMED_BELOW, depth)
        row[f"statistic_{depth + 1}"] = best
        chances.append(search.chance.p_value(best, depth))
    return row | {"p_value_family": min(chances)}


def _rule(rule: StatedRule) -> dict[str, Any]:
    return _key(rule) | {
        "kind": rule.split.target.kind,
        "text": rule.rule.text,
        "text_re_estimated": rule.refit.text,
        "conditions": len(rule.rule.conditions),
        "available_at_gate": rule.rule.gate,
        "status": rule.status,
        "is_shown": rule.status == RuleStatus.CONFIRMED,
        "statistic": rule.statistic,
        "p_value_family": rule.p_value,
        "p_value_later": rule.p_later,
    }


def _conditions(rule: StatedRule) -> Rows:
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


def _effects(rule: StatedRule) -> Rows:
    split = rule.split
    for estimate, own, rows in (
        (DISCOVERY, rule.rule, split.early),
        (CONFIRMATION, rule.rule, split.late),
        (RE_ESTIMATED, rule.refit, split.known),
    ):
        label = split.target.label[rows]
        effect = effect_of(
            on_rows(own, rows).covers,
            label,
            split.blocks(rows).expected(label),
            split.selectors.cluster[rows],
        )
        made = {"estimate": estimate, "is_fitted_here": estimate != CONFIRMATION}
        yield _key(rule) | made | asdict(effect)


def _periods(rule: StatedRule) -> Rows:
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


def _batches(rule: StatedRule) -> Rows:
    found: BoolArray = rule.rule.covers
    refit, label = rule.refit.covers, rule.split.target.label
    for row in np.flatnonzero(found | refit):
        yield _key(rule) | {
            "batch_id": rule.split.selectors.batch_ids[row],
            "is_in_discovered": bool(found[row]),
            "is_in_re_estimated": bool(refit[row]),
            "is_failure": bool(label[row]) if isfinite(label[row]) else None,
        }
