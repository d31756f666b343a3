"""Where the intervals of a rule end, given its columns.

The columns of a rule are settled before; here only the ends move. An end is opened where the
records cannot tell whether it belongs there, and closed ends stand half way to the next batch, so
that a rule neither stops at the very batch that failed nor claims an end nobody saw.
"""

from math import inf, isfinite

import numpy as np

from assets.rules.search.interval_kernel import likelihood_ratio
from assets.rules.search.rule import Rule, RuleCondition, sorted_rule
from assets.rules.search.subgroup_search import SubgroupSearch
from assets.statistics.array_types import BoolArray, FloatArray, IntArray

# Half the 95% quantile of chi-squared with one degree of freedom: an end that costs less to open
# than this lies within its own 95% likelihood interval of being open.
OPEN_BELOW = 1.92
REFIT_BEAM = 12


def statistic_of(covers: BoolArray, label: FloatArray, expected: FloatArray) -> float:
    """Likelihood ratio of the batches covered against the rest."""
    failures, total = float(label[covers].sum()), float(label.sum())
    return float(likelihood_ratio.py_func(failures, float(expected[covers].sum()), total))


def on_rows(rule: Rule, rows: IntArray) -> Rule:
    """The same rule with its columns' values on some of the batches."""
    parts = [
        RuleCondition(part.column.at(rows), part.low, part.high, part.level)
        for part in rule.conditions
    ]
    return Rule(tuple(parts))


def refitted(
    rule: Rule, label: FloatArray, expected: FloatArray, *, keeps_tails: bool = False
) -> Rule:
    """Move the intervals of a rule to where they are best on these batches.

    Args:
        rule: Its columns' values are on the batches in use; levels stay as they are.
        label: Per batch, 1 failed, 0 good.
        expected: Per batch, failures expected under the null.
        keeps_tails: Whether an end that is open stays open: "above 7" found again is above some
            other value, and not between two, because nothing beyond happened to be made since.

    Returns:
        The rule with the same columns; as it was where no interval is better.
    """
    numbers = [part for part in rule.conditions if part.level is None]
    levels = [part for part in rule.conditions if part.level is not None]
    if not numbers:
        return rule
    rows = np.flatnonzero(np.logical_and.reduce([part.covers for part in levels], axis=0))
    rows = rows if levels else np.arange(label.size)
    search = SubgroupSearch(
        tuple(part.column.at(rows) for part in numbers),
        expected[rows],
        depth=len(numbers),
        beam=REFIT_BEAM,
        parents=0,
        failures=float(label.sum()),
    )
    found = search.best(label[rows])[len(numbers) - 1]
    best = rule
    if found:
        before = {part.column.feature: part for part in numbers}
        moved = [
            _moved(before[part.column.feature], part, keeps_tails)
            for part in found[0].rule.conditions
        ]
        refit = sorted_rule([*levels, *moved])
        if statistic_of(refit.covers, label, expected) > statistic_of(rule.covers, label, expected):
            best = refit
    return _ends_settled(best, label, expected)


def _moved(before: RuleCondition, after: RuleCondition, keeps_tails: bool) -> RuleCondition:
    """The condition with the ends found again."""
    if not keeps_tails:
        return RuleCondition(before.column, after.low, after.high)
    low = after.low if isfinite(before.low) else -inf
    high = after.high if isfinite(before.high) else inf
    moved = RuleCondition(before.column, low, high)
    # Where the tail turned round, what is left of the condition says nothing.
    says_nothing = moved.covers.sum() == np.isfinite(before.column.values).sum()
    return before if says_nothing else moved


def _ends_settled(rule: Rule, label: FloatArray, expected: FloatArray) -> Rule:
    best = statistic_of(rule.covers, label, expected)
    parts = list(rule.conditions)
    for place, part in enumerate(rule.conditions):
        if part.level is not None:
            continue
        for opened in _openings(part):
            trial = Rule((*parts[:place], opened, *parts[place + 1 :]))
            if best - statistic_of(trial.covers, label, expected) < OPEN_BELOW:
                parts[place] = opened
                break
    for place, part in enumerate(parts):
        others = Rule((*parts[:place], *parts[place + 1 :])) if len(parts) > 1 else None
        inside = others.covers if others is not None else np.ones(label.size, dtype=np.bool_)
        parts[place] = _half_way(part, part.column.values[inside])
    return Rule(tuple(parts))


def _openings(part: RuleCondition) -> list[RuleCondition]:
    """The condition with one end open; a condition open at both ends says nothing."""
    values = part.column.values[np.isfinite(part.column.values)]
    above, below = int((values > part.high).sum()), int((values < part.low).sum())
    open_high = RuleCondition(part.column, part.low, inf)
    open_low = RuleCondition(part.column, -inf, part.high)
    return [open_high, open_low] if above <= below else [open_low, open_high]


def _half_way(part: RuleCondition, values: FloatArray) -> RuleCondition:
    """Move closed ends half way to the next value of a batch that meets the other conditions."""
    low, high = part.low, part.high
    if part.level is not None:
        return part
    if isfinite(low):
        outside = values[values < low]
        low = (low + float(outside.max())) / 2 if outside.size else low
    if isfinite(high):
        outside = values[values > high]
        high = (high + float(outside.min())) / 2 if outside.size else high
    return RuleCondition(part.column, low, high)
