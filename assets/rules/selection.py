"""From the best of each depth to rules worth stating: no condition too many, none said twice.

A longer rule always fits better. A condition stays only where it adds more than chance lets some
condition add to the rest of the rule: outcomes move among the batches the rest covers, and the same
columns are searched for an extension. A second rule is looked for among the batches that no stated
rule covers.
"""

from dataclasses import dataclass
from math import log

import numpy as np

from assets.rules.chance_blocks import ChanceBlocks
from assets.rules.refit import refitted, statistic_of
from assets.rules.search.rule import Rule, RuleCondition, sorted_rule
from assets.rules.search.selectors import SearchColumn
from assets.rules.search.subgroup_search import ScoredRule, SubgroupSearch
from assets.statistics.array_types import FloatArray
from assets.statistics.resampling.permutation import p_value

NEEDED_BELOW = 0.01
# What an end that fits by chance is worth; beside it, the best of n columns is worth log(n).
PLAIN_ALLOWANCE = 1.92
NEEDED_DRAWS = 199
REACHES = 1e-6


@dataclass(frozen=True)
class Period:
    """The batches of one period with the outcome searched.

    Attributes:
        columns: What conditions can be about, on these batches.
        label: Per batch, 1 failed, 0 good.
        expected: Per batch, failures expected under the null.
        blocks: Which outcomes may change places.
        derived_budget: Derived columns a search may try on them.
    """

    columns: tuple[SearchColumn, ...]
    label: FloatArray
    expected: FloatArray
    blocks: ChanceBlocks
    derived_budget: int = 1

    def statistic(self, rule: Rule) -> float:
        """Likelihood ratio of a rule on these batches."""
        return statistic_of(rule.covers, self.label, self.expected)

    def refitted(self, rule: Rule) -> Rule:
        """The rule with its intervals where they are best on these batches."""
        return refitted(rule, self.label, self.expected)


def plain(rule: Rule, period: Period) -> Rule:
    """Put a recorded column in the place of a derived one that is not worth its choice.

    A derived column is the best of many tried, so it must beat its own parts by the logarithm of
    their number, or it only repeats a part with some noise.

    Args:
        rule: A rule on the period's batches.
        period: The batches.

    Returns:
        The rule, each derived column that falls short replaced by the better of its parts.
    """
    recorded = {column.feature: column for column in period.columns}
    worth = log(max(period.derived_budget, 1)) + PLAIN_ALLOWANCE
    while True:
        trials = [
            period.refitted(Rule((*_others(rule, place), RuleCondition(recorded[part]))))
            for place, condition in enumerate(rule.conditions)
            for part in condition.column.parts
            if part not in rule.features
        ]
        best = max(trials, key=period.statistic, default=None)
        if best is None or period.statistic(rule) - period.statistic(best) >= worth:
            return sorted_rule(list(rule.conditions))
        rule = best


def _others(rule: Rule, place: int) -> tuple[RuleCondition, ...]:
    return (*rule.conditions[:place], *rule.conditions[place + 1 :])


def needed(rule: Rule, period: Period, seed: int) -> Rule:
    """Drop conditions one at a time until each adds more than chance would.

    Args:
        rule: A rule on the period's batches.
        period: The batches.
        seed: Seed of the draws.

    Returns:
        The rule with at least one condition, its intervals fitted again after each loss.
    """
    while len(rule.conditions) > 1:
        doubts = [_doubt(rule, place, period, seed) for place in range(len(rule.conditions))]
        worst = int(np.argmax(doubts))
        if doubts[worst] <= NEEDED_BELOW:
            break
        rule = period.refitted(Rule(_others(rule, worst)))
    return rule


def _doubt(rule: Rule, place: int, period: Period, seed: int) -> float:
    """p-value of one condition as the best extension of the others."""
    rest = Rule(_others(rule, place))
    rows = np.flatnonzero(rest.covers)
    used = set(rest.features)
    # A derived column of the rule competes as the column it is.
    extra = tuple(part.column for part in rule.conditions if part.column.parts)
    columns = tuple(c.at(rows) for c in (*period.columns, *extra) if c.feature not in used)
    label, blocks = period.label[rows], period.blocks.inside(rows, period.label)
    if not blocks.is_usable:
        return 1.0
    search = SubgroupSearch(
        columns,
        period.expected[rows],
        depth=1,
        beam=1,
        parents=0,
        failures=float(period.label.sum()),
    )
    statistic = period.statistic(rule)
    draws = blocks.draws(label, NEEDED_DRAWS, seed)
    # The p-value counts the draws that reach the rule; those far below need not be told apart.
    null = search.null(draws, above=statistic - REACHES * max(statistic, 1.0))[:, 0]
    return p_value(statistic, null)


def best_rule(found: list[list[ScoredRule]], period: Period, seed: int) -> Rule | None:
    """The rule to state: of the best of each depth, shortened to what is needed, the strongest."""
    stated: dict[tuple[str, ...], Rule] = {}
    for rules in found:
        if rules:
            fitted = plain(period.refitted(rules[0].rule), period)
            short = plain(needed(fitted, period, seed), period)
            stated.setdefault(short.features, short)
    return max(stated.values(), key=period.statistic, default=None)


def without(period: Period, rules: list[Rule]) -> Period | None:
    """The batches that no rule covers; None where too few failures are left to search."""
    left = np.flatnonzero(~np.logical_or.reduce([rule.covers for rule in rules]))
    label = period.label[left]
    blocks = period.blocks.inside(left, period.label)
    if not blocks.is_usable:
        return None
    columns = tuple(column.at(left) for column in period.columns)
    return Period(columns, label, blocks.expected(label), blocks, period.derived_budget)
